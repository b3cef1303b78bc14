// `pykala init`: an instance from nothing, or the tenants that its configuration names and that are
// not there yet.
#include <fstream>
#include <iostream>
#include <memory>

#include <fmt/format.h>

#include "engine/load/policies.hpp"

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/command_line/instance_command.hpp"
#include "api/command_line/print.hpp"
#include "api/definitions/law.hpp"
#include "api/server/house.hpp"

namespace pykala::api {
namespace {

namespace fs = std::filesystem;

struct init_flags {
    std::string config = "instance.toml", user, password_file;
    std::vector<std::string> roles{"administrator", "officer"}, tenants;
    instance_draft draft{.data = "data", .keys = "keys", .second_keys = "keys-second"};
};

// `ID=URL`, as --tenant has it.
result<instance_draft> draft_of(const init_flags& flags) {
    auto draft = flags.draft;
    for (const auto& each : flags.tenants) {
        const auto middle = each.find('=');
        if (middle == std::string::npos)
            return fail(problem_kind::invalid, "bad_tenant",
                        fmt::format("`{}` is not ID=URL", each),
                        "write --tenant kuopio=https://tietopyynnot.example.fi");
        draft.tenants.emplace_back(each.substr(0, middle), each.substr(middle + 1));
    }
    return draft;
}

// Checked before anything is written.
result<bool> write_configuration(const init_flags& flags) {
    PYKALA_TRY(const auto draft, draft_of(flags));
    const auto text = instance_text(draft);
    diagnostics findings;
    const auto folder = fs::absolute(flags.config).parent_path();
    load_instance({flags.config, text}, folder, findings);
    for (const auto& each : findings) std::cerr << to_string(each) << '\n';
    if (has_errors(findings))
        return fail(problem_kind::invalid, "broken_configuration",
                    "what was asked for makes no instance", "see `pykala init --help`");
    std::ofstream out(flags.config, std::ios::binary);
    out << text;
    out.close();
    if (out) return true;
    return fail(problem_kind::unavailable, "cannot_write",
                fmt::format("cannot write `{}`", flags.config),
                "check that the folder exists and may be written, and that the disk is not full");
}

result<bool> make_tenant(const instance_flags& of, const tenant_options& options,
                         const init_flags& flags, const std::string& password,
                         const definition_texts& texts) {
    PYKALA_CHECK(create_tenant(options, texts));
    value_array roles;
    for (const auto& each : flags.roles) roles.emplace_back(each);
    const auto added = ask_instance(
        of, {.method = "POST",
             .path = "/local/users",
             .body = {{"name", flags.user}, {"password", password}, {"roles", std::move(roles)}}});
    if (!added) {
        // a tenant that nobody can sign in to would be in the way of the next attempt
        remove_tenant(options);
        return std::unexpected(added.error());
    }
    fmt::print(stderr, "made {}: data in {}, keys in {} and {}\n", options.tenant,
               options.folder.string(), keys_of(options).first.string(),
               keys_of(options).second.string());
    return true;
}

void tell_next(const instance& all, const init_flags& flags, const policy_set& law) {
    for (const auto& each : all.tenants)
        if (const auto wrong = check_reviewed(law.packs.at(each.id)))
            fmt::print(stderr, "{}: {}\n    hint: {}\n", wrong->code, wrong->detail, wrong->hint);
    fmt::print(stderr,
               "Keep a copy of the keys apart from every backup of the data: without them nothing "
               "can be read.\nNext: pykala serve --config {} --check\n",
               flags.config);
}

result<bool> make_all(const init_flags& flags) {
    PYKALA_TRY(const auto all, read_sound_instance(flags.config));
    PYKALA_TRY(const auto texts, read_all_definitions(all.definitions));
    const auto law = load_policies(texts->policies).set;
    std::vector<tenant_options> missing;
    for (const auto& each : all.tenants) {
        PYKALA_CHECK(find_pack(law, each.id));
        PYKALA_TRY(auto options, options_of(all, each));
        std::error_code ignored;
        if (!fs::exists(database_of(options), ignored)) missing.push_back(std::move(options));
    }
    if (missing.empty())
        return fail(problem_kind::conflict, "nothing_to_make",
                    fmt::format("every tenant of `{}` is there already", flags.config),
                    "add [tenant.ID] to it first; `pykala user add` makes more users");
    PYKALA_TRY(const auto password, read_secret(flags.password_file, "Password of " + flags.user));
    for (const auto& options : missing)
        PYKALA_CHECK(make_tenant({.config = flags.config, .tenant = options.tenant}, options, flags,
                                 password, *texts));
    tell_next(all, flags, law);
    return true;
}

int run_init(const init_flags& flags) {
    std::error_code ignored;
    const bool there = fs::exists(flags.config, ignored);
    if (there && !flags.tenants.empty())
        return print({problem_kind::conflict, "configuration_exists",
                      fmt::format("`{}` is there already", flags.config),
                      "add the tenant to it and leave --tenant out, or choose another --config"});
    if (!there)
        if (const auto written = write_configuration(flags); !written)
            return print(written.error());
    const auto made = make_all(flags);
    return made ? 0 : print(made.error());
}

}  // namespace

void add_init(const command_words& app, outcome& out) {
    auto command = app.subcommand(
        "init",
        "Makes an instance: configuration, data, keys and a first user of each tenant; with a "
        "configuration that is there, the tenants that are not");
    auto flags = std::make_shared<init_flags>();
    auto& draft = flags->draft;
    command.option("--config", flags->config, "the configuration to write, or to complete")
        .shows_default();
    command.option("--tenant", flags->tenants, "ID=URL, once for each tenant");
    command.option("--data", draft.data, "folder of the data").shows_default();
    command.option("--keys", draft.keys, "folder of the keys, outside the data").shows_default();
    command
        .option("--second-keys", draft.second_keys,
                "folder of their second copy, on another disk where there is one")
        .shows_default();
    command.option("--port", draft.port, "on 127.0.0.1").shows_default();
    command.option("--metrics-port", draft.metrics_port, "for /metrics").shows_default();
    command.option("--user", flags->user, "name of the first user").required();
    command.option("--roles", flags->roles, "of the first user").comma_separated().shows_default();
    command.option("--password-file", flags->password_file,
                   "its first line is the password, - is standard input; without it the "
                   "terminal asks");
    command.example(
        "Example: pykala init --config /etc/pykala/instance.toml --data /var/lib/pykala \\\n"
        "    --keys /var/lib/pykala-keys --second-keys /mnt/keys/pykala \\\n"
        "    --tenant kuopio=https://tietopyynnot.example.fi --user anna.virtanen");
    command.runs([flags] { return run_init(*flags); }, out);
}

}  // namespace pykala::api
