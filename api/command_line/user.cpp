// `pykala user` and `pykala token`: who works with a tenant, and programs that act for them.
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "api/command_line/command_line.hpp"
#include "api/command_line/instance_command.hpp"
#include "api/command_line/print.hpp"

namespace pykala::api {
namespace {

struct user_flags {
    instance_flags of;
    std::string name, password_file;
    std::vector<std::string> roles;
};

int say(const result<http::response>& said) {
    if (!said) return print(said.error());
    std::cout << said->body << '\n';
    return 0;
}

int run_add(const user_flags& flags) {
    const auto password = read_secret(flags.password_file, "Password of " + flags.name);
    if (!password) return print(password.error());
    value_array roles;
    for (const auto& each : flags.roles) roles.emplace_back(each);
    return say(ask_instance(
        flags.of,
        {.method = "POST",
         .path = "/local/users",
         .body = {{"name", flags.name}, {"password", *password}, {"roles", std::move(roles)}}}));
}

int run_disable(const user_flags& flags) {
    return say(ask_instance(
        flags.of,
        {.method = "POST", .path = "/local/users/" + http::encoded(flags.name) + "/disable"}));
}

int run_token(const user_flags& flags) {
    return say(ask_instance(
        flags.of, {.method = "POST", .path = "/local/tokens", .body = {{"user", flags.name}}}));
}

}  // namespace

void add_user(CLI::App& app, outcome& out) {
    auto* user = app.add_subcommand("user", "who works with a tenant");
    user->require_subcommand(1);
    auto flags = std::make_shared<user_flags>();

    auto* add = user->add_subcommand("add", "makes a user with a password and roles");
    add_instance_flags(*add, flags->of, false);
    add->add_option("NAME", flags->name, "the user's name")->required();
    add->add_option("--roles", flags->roles,
                    "of officer, reviewer, dpo, customer_service, auditor, integrator, "
                    "administrator")
        ->delimiter(',')
        ->required();
    add->add_option("--password-file", flags->password_file,
                    "its first line is the password, - is standard input; without it the terminal "
                    "asks");
    add->footer("Example: pykala user add anna.virtanen --tenant kuopio --roles officer,dpo");
    add->callback([flags, &out] { out.exit_status = run_add(*flags); });

    auto* disable =
        user->add_subcommand("disable", "ends a user's sessions and tokens, and lets none begin");
    add_instance_flags(*disable, flags->of, false);
    disable->add_option("NAME", flags->name, "the user's name")->required();
    disable->footer("Example: pykala user disable anna.virtanen --tenant kuopio");
    disable->callback([flags, &out] { out.exit_status = run_disable(*flags); });
}

void add_token(CLI::App& app, outcome& out) {
    auto* token = app.add_subcommand("token", "bearer tokens of programs, each a user's");
    token->require_subcommand(1);
    auto flags = std::make_shared<user_flags>();
    auto* create = token->add_subcommand(
        "create", "prints a new token, once; only its hash is kept. `user disable` ends it");
    add_instance_flags(*create, flags->of, false);
    create->add_option("--user", flags->name, "whose token it is; it may what they may")
        ->required();
    create->footer("Example: pykala token create --tenant kuopio --user crm-connector");
    create->callback([flags, &out] { out.exit_status = run_token(*flags); });
}

}  // namespace pykala::api
