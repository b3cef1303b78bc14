// `pykala user` and `pykala token`: who works with a tenant, and programs that act for them.
#include <iostream>
#include <memory>

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
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

void add_user(const command_words& app, outcome& out) {
    auto user = app.subcommand("user", "who works with a tenant");
    user.needs_subcommand();
    auto flags = std::make_shared<user_flags>();

    auto add = user.subcommand("add", "makes a user with a password and roles");
    add_instance_flags(add, flags->of, false);
    add.option("NAME", flags->name, "the user's name").required();
    add.option("--roles", flags->roles,
               "of officer, reviewer, dpo, customer_service, auditor, integrator, "
               "administrator")
        .comma_separated()
        .required();
    add.option("--password-file", flags->password_file,
               "its first line is the password, - is standard input; without it the terminal "
               "asks");
    add.example("Example: pykala user add anna.virtanen --tenant kuopio --roles officer,dpo");
    add.runs([flags] { return run_add(*flags); }, out);

    auto disable =
        user.subcommand("disable", "ends a user's sessions and tokens, and lets none begin");
    add_instance_flags(disable, flags->of, false);
    disable.option("NAME", flags->name, "the user's name").required();
    disable.example("Example: pykala user disable anna.virtanen --tenant kuopio");
    disable.runs([flags] { return run_disable(*flags); }, out);
}

void add_token(const command_words& app, outcome& out) {
    auto token = app.subcommand("token", "bearer tokens of programs, each a user's");
    token.needs_subcommand();
    auto flags = std::make_shared<user_flags>();
    auto create = token.subcommand(
        "create", "prints a new token, once; only its hash is kept. `user disable` ends it");
    add_instance_flags(create, flags->of, false);
    create.option("--user", flags->name, "whose token it is; it may what they may").required();
    create.example("Example: pykala token create --tenant kuopio --user crm-connector");
    create.runs([flags] { return run_token(*flags); }, out);
}

}  // namespace pykala::api
