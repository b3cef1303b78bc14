// The officer's queue: what is due, the most urgent first, narrowed by plain filters.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "engine/policy/vocabulary.hpp"

#include "api/web/cases.hpp"
#include "api/web/endpoints.hpp"
#include "api/web/words.hpp"
#include "storage/sqlite/staff.hpp"

namespace pykala::api::web {
namespace {

constexpr std::chrono::days soon{7};
constexpr auto states =
    std::to_array<std::string_view>({"received", "verifying", "clarifying", "in_progress",
                                     "awaiting_approval", "executing", "in_force", "reopened"});
constexpr auto due_choices = std::to_array<std::string_view>({"late", "soon"});
constexpr auto filters = std::to_array<std::string_view>({"right", "state", "assignee", "due"});

std::string asked_for(const call& at, std::string_view filter) {
    return std::string(http::field(at.query, filter));
}

value_object option(std::string_view choice, std::string says, std::string_view chosen) {
    return {
        {"choice", std::string(choice)}, {"says", std::move(says)}, {"chosen", choice == chosen}};
}

// Numbers of the cases that stand still.
using stopped_cases = std::set<std::string>;

value_object row_values(const desk::queue_row& row, const call& at, const stopped_cases& stopped) {
    const auto today = at.here.time->now().on;
    const bool open = !row.closed_on && !row.answered_on;
    const auto left = (row.due_on - today).count();
    return {{"number", row.number},
            {"right_name", word(at, "short", row.kind.empty() ? row.right : row.kind)},
            {"state", word(at, "state", row.state)},
            {"received_on", day_text(row.received_on, at.in)},
            {"due_on", day_text(row.due_on, at.in)},
            {"late", open && left < 0},
            {"soon", open && left >= 0 && left <= soon.count()},
            {"counts_down", open && left > soon.count()},
            {"days", std::int64_t(left < 0 ? -left : left)},
            {"answered", row.answered_on && !row.closed_on},
            {"outcome", row.outcome.empty() ? std::string() : word(at, "outcome", row.outcome)},
            {"alert", row.alert && open},
            {"tasks", std::int64_t(row.open_tasks)},
            {"stopped", stopped.contains(row.number)},
            {"assignee", row.assignee}};
}

desk::queue_query query_of(const call& at) {
    desk::queue_query asked;
    asked.closed = asked_for(at, "closed") == "yes";
    asked.descending = *asked.closed;
    if (*asked.closed) asked.by = desk::queue_query::order::received_on;
    asked.cursor = asked_for(at, "cursor");
    if (const auto right = asked_for(at, "right"); from_name<pykala::right>(right))
        asked.rights = {right};
    if (const auto state = asked_for(at, "state"); std::ranges::find(states, state) != states.end())
        asked.states = {state};
    if (const auto who = asked_for(at, "assignee"); !who.empty())
        asked.assignee = who == "-" ? std::string() : who;
    const auto today = at.here.time->now().on;
    const auto due = asked_for(at, "due");
    if (due == "late") asked.due_before = today;
    if (due == "soon") asked.due_before = today + soon + std::chrono::days{1};
    return asked;
}

result<value_object> filter_values(const call& at) {
    value_array rights, all_states, people, dues;
    const auto right = asked_for(at, "right"), state = asked_for(at, "state"),
               who = asked_for(at, "assignee"), due = asked_for(at, "due");
    for (const auto& [which, name] : names_of<pykala::right>)
        rights.emplace_back(option(name, word(at, "short", name), right));
    for (const auto name : states)
        all_states.emplace_back(option(name, word(at, "state", name), state));
    people.emplace_back(option("-", at.here.pages->text("queue.nobody", at.in), who));
    PYKALA_TRY(const auto names, storage::user_names(*at.here.store));
    for (const auto& name : names) people.emplace_back(option(name, name, who));
    for (const auto name : due_choices)
        dues.emplace_back(option(name, word(at, "queue.due", name), due));
    return value_object{{"rights", std::move(rights)},
                        {"states", std::move(all_states)},
                        {"people", std::move(people)},
                        {"dues", std::move(dues)}};
}

result<http::response> queue_page(call& at) {
    PYKALA_TRY(const auto found, at.here.cases->queue(query_of(at)));
    value_array rows;
    stopped_cases stopped;
    PYKALA_TRY(const auto marks, at.here.cases->quarantined());
    for (const auto& each : marks) stopped.insert(each.number);
    for (const auto& each : found.rows) rows.emplace_back(row_values(each, at, stopped));
    PYKALA_TRY(auto shown, filter_values(at));
    shown.emplace("has_stopped", !stopped.empty());
    shown.emplace("stopped_count", std::int64_t(stopped.size()));
    std::string narrowed;
    for (const auto filter : filters)
        if (const auto wanted = asked_for(at, filter); !wanted.empty())
            narrowed += fmt::format("&{}={}", filter, http::encoded(wanted));
    const bool closed = asked_for(at, "closed") == "yes";
    const auto same = fmt::format("?closed={}{}", closed ? "yes" : "no", narrowed);
    shown.emplace("filtered", !narrowed.empty());
    shown.emplace("first_page", asked_for(at, "cursor").empty());
    shown.emplace("first", same);
    shown.emplace("none", rows.empty());
    shown.emplace("closed", closed);
    shown.emplace("may_enter",
                  at.who.roles.meets({role::officer, role::dpo, role::customer_service}));
    if (!found.next.empty())
        shown.emplace("next", fmt::format("{}&cursor={}", same, http::encoded(found.next)));
    shown.emplace("rows", std::move(rows));
    return page(at, "queue", std::move(shown));
}

constexpr auto queue_page_table = std::to_array<endpoint>({
    {"GET", "/officer/", door::staff, false, case_workers, queue_page},
});

}  // namespace

std::span<const endpoint> queue_endpoints() {
    return queue_page_table;
}

}  // namespace pykala::api::web
