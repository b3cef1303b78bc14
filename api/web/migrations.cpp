// Cases that move to the newest workflow and deadline rules: what would move, and moving them. For
// the command on the same machine.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"
#include "engine/case/values.hpp"

#include "api/web/cases.hpp"
#include "api/web/endpoints.hpp"
#include "api/web/json_body.hpp"

namespace pykala::api::web {
namespace {

constexpr std::size_t cases_at_once = 100;

struct migration {
    value_object inputs;  // `reason`, `names`
    cases::actor by;
    bool dry_run = false;

    cases::command command() const {
        return {.kind = cases::command_kind::migrate, .inputs = inputs, .by = by};
    }
};

value from_to(const std::string& from, const std::string& to) {
    return value_object{{"from", from}, {"to", to}};
}

// Days that are others afterwards.
value_object moved_days(const cases::case_state& before, const cases::case_state& after) {
    value_object all;
    const auto add = [&](std::string_view name, const std::optional<date>& was,
                         const std::optional<date>& is) {
        if (was == is) return;
        all.emplace(std::string(name),
                    from_to(was ? to_string(*was) : "", is ? to_string(*is) : ""));
    };
    add("due_on", before.due.due_on, after.due.due_on);
    add("act_by", before.due.act_by, after.due.act_by);
    add("promise_on", before.due.promise_on, after.due.promise_on);
    add("statutory_on", before.due.statutory_on, after.due.statutory_on);
    add("extended_on", before.extended_to, after.extended_to);
    return all;
}

value_array timers_without(const cases::case_state& c, const cases::case_state& other) {
    value_array all;
    for (const auto& each : c.timers)
        if (std::ranges::find(other.timers, each) == other.timers.end())
            all.emplace_back(value_object{{"name", each.name}, {"on", to_string(each.fires_on)}});
    return all;
}

std::string hash_text(const std::optional<log::digest>& hash) {
    return hash ? to_hex(*hash) : std::string();
}

value_object told(const cases::case_state& before, const cases::case_state& after,
                  std::span<const cases::event> events) {
    value_array steps;
    for (const auto& each : events)
        if (each.seq > before.version) steps.emplace_back(each.kind);
    return {{"id", before.number},
            {"right", before.right},
            {"version", static_cast<std::int64_t>(after.version)},
            {"procedure", from_to(hash_text(before.procedure), hash_text(after.procedure))},
            {"state", from_to(before.state, after.state)},
            {"days", moved_days(before, after)},
            {"timers", value_object{{"end", timers_without(before, after)},
                                    {"begin", timers_without(after, before)}}},
            {"steps", std::move(steps)}};  // that the system takes at once afterwards
}

result<value_object> migrate_one(const call& at, const std::string& number, const migration& how) {
    PYKALA_TRY(const auto before, at.here.desk->read(number));
    if (how.dry_run) {
        PYKALA_TRY(const auto events, at.here.desk->foresee(number, how.command()));
        auto after = before.now;
        for (const auto& each : events) cases::apply(after, each);
        return told(before.now, after, events);
    }
    auto what = how.command();
    what.expected_version = before.now.version;
    PYKALA_CHECK(take(at.here, number, std::move(what)));
    PYKALA_TRY(const auto after, at.here.desk->read(number));
    return told(before.now, after.now, after.events);
}

result<migration> migration_of(const call& at, const value_object& body) {
    migration how;
    if (!at.who.roles.meets({role::administrator, role::dpo}))
        return fail(problem_kind::forbidden, "wrong_role",
                    "only an administrator or the data protection officer moves cases",
                    "say in whose name: --user NAME");
    const auto as = at.who.roles.has(role::administrator) ? role::administrator : role::dpo;
    how.by = {std::string(name_of(as)), at.who.name};
    PYKALA_TRY(auto reason, text_member(body, "reason"));
    how.inputs.emplace("reason", std::move(reason));
    if (const auto& names = cases::member(body, "names"); !names.is_null())
        how.inputs.emplace("names", names);
    how.dry_run = cases::flag_of(body, "dry_run");
    return how;
}

// Open cases of a right, or of all; a page of them.
result<std::vector<std::string>> open_cases(const call& at, const value_object& body,
                                            std::string& next) {
    desk::queue_query asked;
    if (const auto right = cases::text_of(body, "right"); !right.empty()) asked.rights = {right};
    asked.closed = false;
    asked.by = desk::queue_query::order::number;
    asked.limit = cases_at_once;
    asked.cursor = cases::text_of(body, "cursor");
    PYKALA_TRY(const auto page, at.here.cases->queue(asked));
    next = page.next;
    std::vector<std::string> numbers;
    for (const auto& each : page.rows) numbers.push_back(each.number);
    return numbers;
}

result<http::response> migrate(call& at) {
    PYKALA_TRY(const auto body, json_body(at));
    PYKALA_TRY(const auto how, migration_of(at, body));
    auto numbers = cases::list_of(body, "cases");
    const bool named = !numbers.empty();
    std::string next;
    if (!named) {
        PYKALA_TRY(numbers, open_cases(at, body, next));
    }
    value_array moved, refused;
    for (const auto& number : numbers) {
        auto one = migrate_one(at, number, how);
        if (one) {
            moved.emplace_back(*std::move(one));
            continue;
        }
        const auto& why = one.error();
        // of all open cases, those that follow the newest already are none to speak of
        if (!named && why.code == "nothing_to_migrate") continue;
        refused.emplace_back(value_object{
            {"id", number}, {"code", why.code}, {"detail", why.detail}, {"hint", why.hint}});
    }
    return json_answer(value_object{{"moved", std::move(moved)},
                                    {"refused", std::move(refused)},
                                    {"next", next.empty() ? value() : value(next)}});
}

constexpr auto migrations_table = std::to_array<endpoint>({
    {"POST", "/local/migrations", door::local, true, {}, migrate},
});

}  // namespace

std::span<const endpoint> migration_endpoints() {
    return migrations_table;
}

}  // namespace pykala::api::web
