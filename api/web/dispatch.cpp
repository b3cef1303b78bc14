#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "api/web/endpoints.hpp"
#include "api/web/sessions.hpp"

namespace pykala::api::web {
namespace {

std::vector<std::string_view> parts_of(std::string_view path) {
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    while (begin <= path.size()) {
        const auto end = std::min(path.find('/', begin), path.size());
        parts.push_back(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

// What stands at the braces; nothing when the pattern is another path's.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
    const auto wanted = parts_of(pattern), given = parts_of(path);
    if (wanted.size() != given.size()) return std::nullopt;
    std::vector<std::string> captured;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (!wanted[i].starts_with('{')) {
            if (wanted[i] != given[i]) return std::nullopt;
            continue;
        }
        auto text = http::decoded(given[i]);
        if (!text || text->empty()) return std::nullopt;
        captured.push_back(std::move(*text));
    }
    return captured;
}

bool same_method(std::string_view of_route, std::string_view asked) {
    return of_route == asked || (of_route == "GET" && asked == "HEAD");
}

door door_of(std::string_view path) {
    if (path.starts_with("/api/") || path.starts_with("/local/")) return door::api;
    if (path.starts_with("/officer/") || path.starts_with("/audit/")) return door::staff;
    return door::portal;
}

void choose_language(call& at) {
    const auto asked = from_name<language>(http::field(at.query, "lang"));
    if (asked) {
        at.in = *asked;
        set_cookie(at, "lang", name_of(at.in), 365L * 24 * 3600);
        return;
    }
    if (const auto kept = from_name<language>(own_cookie(at, "lang"))) {
        at.in = *kept;
        return;
    }
    auto rest = at.asked.header("accept-language");
    while (!rest.empty()) {
        while (rest.starts_with(' ')) rest.remove_prefix(1);
        if (const auto wanted = from_name<language>(rest.substr(0, 2))) {
            at.in = *wanted;
            return;
        }
        rest.remove_prefix(std::min(rest.find(','), rest.size()));
        if (!rest.empty()) rest.remove_prefix(1);
    }
}

result<bool> read_post(call& at, const endpoint& to) {
    if (to.method != "POST" || to.through == door::api || to.through == door::local) return true;
    if (!at.asked.header("content-type").starts_with("application/x-www-form-urlencoded"))
        return fail(problem_kind::invalid, "bad_content_type", "a form is expected");
    auto form = http::read_form(at.asked.body);
    if (!form) return fail(problem_kind::invalid, "bad_form", "the form has a broken escape");
    at.form = std::move(*form);
    return check_form(at);
}

result<http::response> admit(call& at, const endpoint& to) {
    PYKALA_TRY(at.who, who_asks(at, to.through));
    const bool signed_in = !at.who.roles.empty();
    if (!to.anyone && !at.who.roles.meets(to.may)) {
        if (signed_in)
            return fail(problem_kind::forbidden, "role_may_not", "your role may not do this");
        if (to.through == door::api || at.asked.method == "POST")
            return fail(problem_kind::forbidden, "not_signed_in", "nobody is signed in",
                        at.asked.local ? "say in whose name: --user NAME"
                                       : "sign in, or send a bearer token");
        if (to.through == door::staff) return see_other(at, "/officer/sign-in");
        // who asked for the form of a right gets it after signing in
        const auto wanted = at.parts.empty() ? std::nullopt : from_name<right>(at.parts.front());
        return see_other(at, wanted ? "/sign-in?right=" + at.parts.front() : "/sign-in");
    }
    PYKALA_CHECK(read_post(at, to));
    return to.answer(at);
}

http::response finish(call& at, http::response said, std::string_view route) {
    said.route = std::string(route);
    for (auto& each : at.cookies) said.headers.push_back(std::move(each));
    add_security_headers(said, at.asked.secure);
    return said;
}

}  // namespace

const std::vector<endpoint>& endpoints() {
    static const auto all = [] {
        std::vector<endpoint> made;
        for (const auto part :
             {entry_endpoints(), customer_endpoints(), queue_endpoints(), officer_endpoints(),
              print_endpoints(), quarantine_endpoints(), arrival_endpoints(), answer_endpoints(),
              api_endpoints(), audit_endpoints(), local_endpoints(), migration_endpoints()})
            made.insert(made.end(), part.begin(), part.end());
        return made;
    }();
    return all;
}

http::response dispatch(const http::request& asked, const site& here, std::string_view path) {
    call at{asked, here};
    if (auto query = http::read_form(asked.query)) at.query = std::move(*query);
    choose_language(at);
    std::string allowed;
    for (const auto& each : endpoints()) {
        if (each.through == door::local && !asked.local) continue;
        auto parts = match(each.pattern, path);
        if (!parts) continue;
        if (!same_method(each.method, asked.method)) {
            allowed += (allowed.empty() ? "" : ", ") + std::string(each.method);
            continue;
        }
        at.parts = std::move(*parts);
        at.through = each.through;
        auto said = admit(at, each);
        return finish(at, said ? *std::move(said) : error_answer(at, each.through, said.error()),
                      each.pattern);
    }
    if (allowed.empty()) {
        at.through = door_of(path);
        const problem wrong{problem_kind::not_found, "no_such_page", "there is nothing here"};
        return finish(at, error_answer(at, door_of(path), wrong), "-");
    }
    const problem wrong{problem_kind::invalid, "method_not_allowed",
                        fmt::format("`{}` is not taken here", asked.method),
                        fmt::format("one of {}", allowed)};
    auto said = error_answer(at, door_of(path), wrong);
    said.set("Allow", allowed);
    return finish(at, std::move(said), "-");
}

}  // namespace pykala::api::web
