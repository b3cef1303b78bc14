#include "api/command_line/instance_command.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include "engine/base/nearest.hpp"
#include "engine/log/canonical_json.hpp"

#include "api/command_line/print.hpp"
#include "api/http/local_client.hpp"
#include "api/server/house.hpp"
#include "storage/json/read_json.hpp"

namespace pykala::api {
namespace {

struct place_of_tenant {
    tenant_options options;
    std::string url;
    std::filesystem::path data;
};

result<place_of_tenant> find_tenant(const instance_flags& flags) {
    if (!flags.demo.empty()) {
        const std::filesystem::path data = flags.demo;
        return place_of_tenant{
            {data / flags.tenant, flags.tenant, storage::purpose::demo, {}, {}}, {}, data};
    }
    PYKALA_TRY(const auto all, read_sound_instance(flags.config));
    const auto* one = all.find(flags.tenant);
    if (!one) {
        std::vector<std::string_view> names;
        names.reserve(all.tenants.size());
        for (const auto& each : all.tenants) names.push_back(each.id);
        return fail(problem_kind::not_found, "unknown_tenant",
                    fmt::format("the configuration names no tenant `{}`", flags.tenant),
                    hint_for(flags.tenant, names));
    }
    PYKALA_TRY(auto options, options_of(all, *one));
    return place_of_tenant{std::move(options), one->url, all.data};
}

result<http::request> to_request(const instance_flags& flags, const instance_request& asked) {
    http::request out;
    out.method = asked.method;
    out.path = "/" + flags.tenant + asked.path;
    out.query = asked.query;
    out.headers = asked.headers;
    if (!flags.user.empty()) out.headers.emplace_back("Pykala-User", flags.user);
    if (asked.method == "POST") {
        PYKALA_TRY(out.body, canonical_json(asked.body));
        out.headers.emplace_back("Content-Type", "application/json");
    }
    return out;
}

problem_kind kind_of(unsigned status) {
    switch (status) {
        case 401:
        case 403:
            return problem_kind::forbidden;
        case 404:
            return problem_kind::not_found;
        case 409:
        case 412:
            return problem_kind::conflict;
        case 422:
            return problem_kind::refused;
        default:
            return status < 500 ? problem_kind::invalid : problem_kind::unavailable;
    }
}

std::string text_of(const value& from) {
    const auto* text = from.as_string();
    return text ? *text : std::string();
}

// What the route said of the error, as if it had been called here.
problem to_problem(const http::response& said) {
    const auto read = storage::read_json(said.body);
    problem wrong{kind_of(said.status), "refused", fmt::format("status {}", said.status)};
    if (!read) return wrong;
    wrong.code = text_of((*read)["title"]);
    wrong.detail = text_of((*read)["detail"]);
    wrong.hint = text_of((*read)["hint"]);
    return wrong;
}

result<http::response> ask_either_way(const place_of_tenant& where, const http::request& asked,
                                      const http::body_sink& to) {
    PYKALA_TRY(auto by_server, http::ask_socket(socket_of(where.data), asked, to));
    if (by_server) return *std::move(by_server);
    const auto has = [&](std::string_view part) {
        return asked.path.find(part) != std::string::npos;
    };
    const bool moves_cases = has("/api/v1/cases") || has("/local/migrations");
    PYKALA_TRY(const auto alone, house::open_alone(where.options, where.url, moves_cases));
    auto said = alone->answer_command(asked);
    std::string here;
    const bool away = to && said.status < 400;
    PYKALA_CHECK(http::pour(said, away ? to : [&](std::string_view part) { here += part; }));
    said.body = std::move(here);
    said.rest.reset();
    return said;
}

// Typed by a person; the terminal does not show it.
result<std::string> ask_on_terminal(std::istream& from, std::ostream& to, const std::string& asks) {
    termios before{};
    if (::tcgetattr(STDIN_FILENO, &before) != 0)
        return fail(problem_kind::unavailable, "no_terminal", "there is no terminal to ask on",
                    "name a file with --password-file, or - for standard input");
    auto silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    to << asks << ": " << std::flush;
    std::string typed;
    std::getline(from, typed);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    to << '\n';
    return typed;
}

}  // namespace

void add_instance_flags(const command_words& command, instance_flags& flags, bool with_user) {
    auto config = command.option("--config", flags.config, "the configuration of the instance")
                      .shows_default();
    command.option("--demo", flags.demo, "the data folder of a demo instead").excludes(config);
    command.option("--tenant", flags.tenant, "id of the tenant").required();
    if (with_user)
        command.option("--user", flags.user, "in whose name; a user of the tenant").required();
}

result<tenant_options> tenant_at(const instance_flags& flags) {
    PYKALA_TRY(auto found, find_tenant(flags));
    return std::move(found.options);
}

result<instance> read_sound_instance(const std::string& file) {
    diagnostics findings;
    PYKALA_TRY(auto read, read_instance(file, findings));
    for (const auto& each : findings) std::cerr << to_string(each) << '\n';
    const auto errors = std::ranges::count(findings, severity::error, &diagnostic::level);
    if (errors > 0)
        return fail(problem_kind::invalid, "broken_configuration",
                    fmt::format("`{}` has {}", file, counted(std::size_t(errors), "fault")),
                    "api/server/README.md explains every key");
    return read;
}

result<http::response> ask_instance(const instance_flags& flags, const instance_request& asked,
                                    const http::body_sink& to) {
    PYKALA_TRY(const auto where, find_tenant(flags));
    PYKALA_TRY(const auto request, to_request(flags, asked));
    PYKALA_TRY(auto said, ask_either_way(where, request, to));
    if (said.status >= 400) return std::unexpected(to_problem(said));
    return said;
}

result<std::string> read_secret(const std::string& file, const std::string& asks) {
    if (file.empty()) {
        PYKALA_TRY(auto first, ask_on_terminal(std::cin, std::cerr, asks));
        PYKALA_TRY(const auto second, ask_on_terminal(std::cin, std::cerr, asks + " again"));
        if (first == second) return first;
        return fail(problem_kind::invalid, "not_the_same", "the two are not the same",
                    "type it again");
    }
    std::ifstream opened;
    if (file != "-") opened.open(file, std::ios::binary);
    std::istream& in = file == "-" ? std::cin : opened;
    std::string line;
    if (!in || !std::getline(in, line))
        return fail(problem_kind::not_found, "unreadable_file",
                    fmt::format("cannot read a password from `{}`", file),
                    "its first line is the password");
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

}  // namespace pykala::api
