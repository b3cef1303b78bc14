// The command line: one source per command, each adds itself to the parser.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace pykala::api {

// Parses and runs. Exit status: 0 holds, 1 findings or a refused input, 2 wrong usage.
int run(int argc, char** argv);

// What a command has to say at the end; set by the callback of the command that ran.
struct outcome {
    int exit_status = 0;
};

// Each `add_…` declares one command (and its subcommands) on `app`; its callback does the work and
// sets `out`.
void add_deadline(CLI::App& app, outcome& out);
void add_calendar(CLI::App& app, outcome& out);
void add_assess(CLI::App& app, outcome& out);
void add_workflow(CLI::App& app, outcome& out);
void add_audit(CLI::App& app, outcome& out);
void add_policy(CLI::App& app, outcome& out);
void add_demo(CLI::App& app, outcome& out);
void add_init(CLI::App& app, outcome& out);
void add_serve(CLI::App& app, outcome& out);
void add_case(CLI::App& app, outcome& out);
void add_queue(CLI::App& app, outcome& out);
void add_user(CLI::App& app, outcome& out);
void add_token(CLI::App& app, outcome& out);
void add_keys(CLI::App& app, outcome& out);

}  // namespace pykala::api
