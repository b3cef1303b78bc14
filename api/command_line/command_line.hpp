// The command line: one source per command, each adds itself to the parser.
#pragma once

#include <string>

namespace pykala::api {

class command_words;

// Parses and runs. Exit status: 0 holds, 1 findings or a refused input, 2 wrong usage.
int run(int argc, char** argv);

// What a command has to say at the end; set by the callback of the command that ran.
struct outcome {
    int exit_status = 0;
};

// Each `add_…` declares one command (and its subcommands) on `app`; its callback does the work and
// sets `out`.
void add_deadline(const command_words& app, outcome& out);
void add_calendar(const command_words& app, outcome& out);
void add_assess(const command_words& app, outcome& out);
void add_workflow(const command_words& app, outcome& out);
void add_audit(const command_words& app, outcome& out);
void add_audit_export(const command_words& audit, outcome& out);  // below `audit`
void add_replay(const command_words& app, outcome& out);
void add_policy(const command_words& app, outcome& out);
void add_demo(const command_words& app, outcome& out);
void add_init(const command_words& app, outcome& out);
void add_serve(const command_words& app, outcome& out);
void add_case(const command_words& app, outcome& out);
void add_queue(const command_words& app, outcome& out);
void add_user(const command_words& app, outcome& out);
void add_token(const command_words& app, outcome& out);
void add_backup(const command_words& app, outcome& out);
void add_restore(const command_words& app, outcome& out);
void add_register(const command_words& app, outcome& out);
void add_register_reapply(const command_words& registers, outcome& out);  // below it
void add_keys(const command_words& app, outcome& out);
void add_retention(const command_words& app, outcome& out);

}  // namespace pykala::api
