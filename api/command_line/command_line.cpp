#include "api/command_line/command_line.hpp"

#include <CLI/CLI.hpp>

#include "api/command_line/grammar.hpp"

namespace pykala::api {

int run(int argc, char** argv) {
    CLI::App parser{
        "Pykälä: requests of data subjects, from receipt to a reasoned, provable answer", "pykala"};
    parser.require_subcommand(1);
    const command_words app(&parser);
    outcome out;
    add_deadline(app, out);
    add_calendar(app, out);
    add_assess(app, out);
    add_workflow(app, out);
    add_audit(app, out);
    add_replay(app, out);
    add_policy(app, out);
    add_demo(app, out);
    add_init(app, out);
    add_serve(app, out);
    add_case(app, out);
    add_queue(app, out);
    add_user(app, out);
    add_token(app, out);
    add_keys(app, out);
    try {
        parser.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return parser.exit(help);
    } catch (const CLI::ParseError& wrong) {
        parser.exit(wrong);
        return 2;
    }
    return out.exit_status;
}

}  // namespace pykala::api
