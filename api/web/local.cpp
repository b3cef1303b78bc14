// What only commands on the same machine may ask: users, tokens, and whether the queue is what the
// events say. Who can open the socket, or take the lock, can read the data anyway.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "engine/base/nearest.hpp"

#include "api/web/cases.hpp"
#include "api/web/endpoints.hpp"
#include "api/web/json_body.hpp"
#include "api/web/replay.hpp"
#include "storage/sealing/sodium.hpp"
#include "storage/sqlite/queue_check.hpp"
#include "storage/sqlite/staff.hpp"

namespace pykala::api::web {
namespace {

constexpr std::size_t name_max = 100;
constexpr std::size_t password_min = 12;
constexpr std::size_t password_max = 1000;

result<bool> check_name(const std::string& name) {
    const bool plain =
        !name.empty() && name.size() <= name_max && std::ranges::all_of(name, [](char c) {
            return static_cast<unsigned char>(c) > ' ' && c != '/' && c != 127;
        });
    if (plain) return true;
    return fail(problem_kind::invalid, "bad_name", "a user's name has a form of its own",
                "1 to 100 characters without blanks and slashes");
}

result<std::set<std::string>> roles_of(const value& given) {
    const auto names = all_names<role>();
    std::set<std::string> roles;
    const auto* list = given.as_array();
    if (!list || list->empty())
        return fail(problem_kind::invalid, "missing_input", "a user needs at least one role",
                    hint_for("", names));
    for (const auto& each : *list) {
        const auto* text = each.as_string();
        const auto known = text ? from_name<role>(*text) : std::nullopt;
        if (!known || customers.has(*known))
            return fail(problem_kind::invalid, "unknown_role",
                        fmt::format("`{}` is no role of staff", text ? *text : std::string()),
                        text ? hint_for(*text, names) : std::string());
        roles.insert(*text);
    }
    return roles;
}

result<http::response> add_user(call& at) {
    PYKALA_TRY(const auto body, json_body(at));
    PYKALA_TRY(const auto name, text_member(body, "name"));
    PYKALA_TRY(const auto password, text_member(body, "password"));
    PYKALA_CHECK(check_name(name));
    storage::staff_member who;
    who.name = name;
    PYKALA_TRY(who.roles, roles_of(value(body)["roles"]));
    if (password.size() < password_min || password.size() > password_max)
        return fail(problem_kind::invalid, "weak_password",
                    fmt::format("a password has {} to {} bytes", password_min, password_max),
                    "several words are easier to keep than a few signs");
    {
        const sign_in_limits::turn turn(*at.here.limits);
        if (!turn)
            return fail(problem_kind::unavailable, "too_busy", "too many sign-ins at a time",
                        "try again in a moment");
        who.password = storage::hash_password(password);
    }
    PYKALA_CHECK(storage::add_user(*at.here.store, who, at.here.time->now().at));
    value_array roles;
    for (const auto& each : who.roles) roles.emplace_back(each);
    return json_answer(value_object{{"name", name}, {"roles", std::move(roles)}}, 201);
}

result<http::response> disable_user(call& at) {
    const auto& name = at.parts.front();
    PYKALA_CHECK(storage::disable_user(*at.here.store, name, at.here.time->now().at));
    return json_answer(value_object{{"name", name}, {"disabled", true}});
}

result<http::response> create_token(call& at) {
    PYKALA_TRY(const auto body, json_body(at));
    PYKALA_TRY(const auto user, text_member(body, "user"));
    const auto secret = storage::new_bearer_secret();
    PYKALA_CHECK(storage::keep_token(*at.here.store, storage::hash_of_secret(secret), user,
                                     at.here.time->now().at));
    return json_answer(value_object{{"user", user}, {"token", secret}}, 201);
}

result<http::response> check_queue(call& at) {
    PYKALA_TRY(const auto found,
               storage::check_queue(*at.here.store, storage::fold_projector(*at.here.seals)));
    value_array findings;
    for (const auto& each : found)
        findings.emplace_back(
            value_object{{"code", each.code}, {"case", each.number}, {"detail", each.detail}});
    return json_answer(value_object{{"findings", std::move(findings)}});
}

result<http::response> rebuild_queue(call& at) {
    if (at.here.served)
        return fail(problem_kind::conflict, "server_runs",
                    "the queue cannot be made anew while the server takes commands",
                    "stop the server first; `queue check` without --rebuild may run beside it");
    PYKALA_TRY(const auto written,
               storage::rebuild_queue(*at.here.store, storage::fold_projector(*at.here.seals)));
    return json_answer(value_object{{"rebuilt", static_cast<std::int64_t>(written)}});
}

constexpr auto local_table = std::to_array<endpoint>({
    {"POST", "/local/users", door::local, true, {}, add_user},
    {"POST", "/local/users/{user}/disable", door::local, true, {}, disable_user},
    {"POST", "/local/tokens", door::local, true, {}, create_token},
    {"GET", "/local/replay", door::local, true, {}, replay_answer},
    {"GET", "/local/queue", door::local, true, {}, check_queue},
    {"POST", "/local/queue/rebuild", door::local, true, {}, rebuild_queue},
});

}  // namespace

std::span<const endpoint> local_endpoints() {
    return local_table;
}

}  // namespace pykala::api::web
