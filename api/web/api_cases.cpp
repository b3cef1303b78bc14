// The JSON API on cases, as the contract writes it.
#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "api/web/cases.hpp"
#include "api/web/endpoints.hpp"
#include "api/web/json_body.hpp"
#include "storage/sqlite/staff.hpp"

namespace pykala::api::web {
namespace {

value optional_day(const std::optional<date>& day) {
    return day ? value(to_string(*day)) : value();
}

value_object row_json(const desk::queue_row& row) {
    return {{"id", row.number},
            {"version", static_cast<std::int64_t>(row.version)},
            {"right", row.right},
            {"kind", row.kind},
            {"state", row.state},
            {"outcome", row.outcome.empty() ? value() : value(row.outcome)},
            {"channel", row.channel},
            {"identity", value_object{{"assurance", row.assurance}}},
            {"assignee", row.assignee.empty() ? value() : value(row.assignee)},
            {"received_on", to_string(row.received_on)},
            {"due_on", to_string(row.due_on)},
            {"act_by", to_string(row.act_by)},
            {"statutory_on", to_string(row.statutory_on)},
            {"extended_on", optional_day(row.extended_on)},
            {"answered_on", optional_day(row.answered_on)},
            {"closed_on", optional_day(row.closed_on)},
            {"paused", row.paused},
            {"open_tasks", static_cast<std::int64_t>(row.open_tasks)}};
}

value_object case_json(const desk::open_case& c) {
    const auto& now = c.now;
    value_object shown{
        {"id", now.number},
        {"version", static_cast<std::int64_t>(now.version)},
        {"right", now.right},
        {"kind", now.kind},
        {"state", now.state},
        {"outcome", now.closed() ? value(now.outcome) : value()},
        {"channel", now.channel},
        {"identity", value_object{{"assurance", now.who.assurance}}},
        {"assignee", now.assignee.empty() ? value() : value(now.assignee)},
        {"subject", now.subject},
        {"received_on", to_string(now.received_on)},
        {"received_at", now.received_at ? value(to_string(*now.received_at)) : value()},
        {"due_on", to_string(now.due.due_on)},
        {"act_by", to_string(now.due.act_by)},
        {"statutory_on", to_string(now.due.statutory_on)},
        {"extended_on", optional_day(now.extended_to)},
        {"closed_on", optional_day(now.closed_on)},
        {"paused", now.paused_since.has_value()},
        {"overdue", now.overdue_noted},
        {"quarantined", c.quarantined}};
    value_array deferred;
    for (const auto& each : now.deferred)
        deferred.emplace_back(value_object{{"record", each.record},
                                           {"erase_on", to_string(each.erase_on)},
                                           {"state", each.state}});
    shown.emplace("deferred", std::move(deferred));
    return shown;
}

http::response with_version(value_object shown, std::uint64_t version, unsigned status = 200) {
    auto said = json_answer(std::move(shown), status);
    said.set("ETag", fmt::format("\"{}\"", version));
    return said;
}

result<cases::actor> first_actor(const call& at) {
    const auto all = actors_of(at.who);
    if (all.empty())
        return fail(problem_kind::forbidden, "wrong_role", "none of your roles does this");
    return all.front();
}

// A filter that nothing could meet is a slip, and an empty list would hide it.
result<bool> check_filters(const call& at) {
    static constexpr auto known = std::to_array<std::string_view>(
        {"state", "right", "assignee", "due_before", "limit", "sort", "cursor"});
    for (const auto& [name, text] : at.query) {
        if (std::ranges::find(known, name) == known.end())
            return fail(problem_kind::invalid, "unknown_filter", "the list has no such filter",
                        fmt::format("one of {}", fmt::join(known, ", ")));
        if (name == "right" && !text.empty() && !from_name<right>(text))
            return fail(problem_kind::invalid, "bad_right", "`right` is not known",
                        fmt::format("one of {}", fmt::join(all_names<right>(), ", ")));
        if (name != "state" || text.empty()) continue;
        PYKALA_TRY(const auto any, at.here.law->current(all_names<right>().front()));
        std::vector<std::string> states;
        for (const auto& [state, term] : any->words->states) states.push_back(state);
        if (std::ranges::find(states, text) == states.end())
            return fail(problem_kind::invalid, "bad_state", "`state` is not known",
                        fmt::format("one of {}", fmt::join(states, ", ")));
    }
    return true;
}

result<http::response> list_cases(call& at) {
    PYKALA_CHECK(check_filters(at));
    desk::queue_query asked;
    const auto given = [&](std::string_view name) {
        return std::string(http::field(at.query, name));
    };
    if (!given("state").empty()) asked.states = {given("state")};
    if (!given("right").empty()) asked.rights = {given("right")};
    if (!given("assignee").empty()) asked.assignee = given("assignee");
    if (const auto day = given("due_before"); !day.empty()) {
        asked.due_before = parse_date(day);
        if (!asked.due_before)
            return fail(problem_kind::invalid, "bad_day", "`due_before` is no day",
                        "write it like `2026-01-30`");
    }
    if (const auto limit = given("limit"); !limit.empty()) {
        const auto [end, wrong] =
            std::from_chars(limit.data(), limit.data() + limit.size(), asked.limit);
        if (wrong != std::errc() || end != limit.data() + limit.size())
            return fail(problem_kind::invalid, "bad_limit", "`limit` is no number", "1 to 500");
    }
    auto sort = given("sort");
    if (sort.starts_with('-')) {
        asked.descending = true;
        sort.erase(0, 1);
    }
    using order = desk::queue_query::order;
    if (sort == "received_on")
        asked.by = order::received_on;
    else if (sort == "id")
        asked.by = order::number;
    else if (!sort.empty() && sort != "due_on")
        return fail(problem_kind::invalid, "bad_sort", "`sort` is not known",
                    "`due_on`, `received_on` or `id`, with `-` before it for the last first");
    asked.cursor = given("cursor");
    PYKALA_TRY(const auto found, at.here.cases->queue(asked));
    value_array rows;
    for (const auto& each : found.rows) rows.emplace_back(row_json(each));
    return json_answer(value_object{{"cases", std::move(rows)},
                                    {"next", found.next.empty() ? value() : value(found.next)}});
}

result<http::response> file_case(call& at) {
    PYKALA_TRY(const auto key, idempotency_key(at));
    PYKALA_TRY(auto inputs, json_body(at));
    PYKALA_TRY(const auto by, first_actor(at));
    cases::command what{.kind = cases::command_kind::file, .inputs = std::move(inputs), .by = by};
    what.idempotency_key = key;
    PYKALA_TRY(const auto filed, file_request(at.here, std::move(what)));
    const auto& number = filed.given.numbers.front();
    auto said = with_version(
        {{"id", number}, {"version", static_cast<std::int64_t>(filed.given.versions.front())}},
        filed.given.versions.front(), 201);
    said.set("Location", at.link("/api/v1/cases/" + number));
    return said;
}

result<desk::open_case> seen_case(const call& at, const std::string& route) {
    PYKALA_TRY(auto c, at.here.desk->read(at.parts.front()));
    PYKALA_CHECK(storage::note_look(*at.here.store, at.who.user, at.parts.front(), route,
                                    at.here.time->now().at));
    return c;
}

result<http::response> show_case(call& at) {
    PYKALA_TRY(const auto c, seen_case(at, "/api/v1/cases/{case}"));
    return with_version(case_json(c), c.now.version);
}

result<http::response> case_events(call& at) {
    PYKALA_TRY(const auto c, seen_case(at, "/api/v1/cases/{case}/events"));
    value_array rows;
    for (const auto& each : c.events) {
        value_object fields;
        for (const auto& [name, field] : each.fields) fields.emplace(name, field.held);
        rows.emplace_back(value_object{{"seq", static_cast<std::int64_t>(each.seq)},
                                       {"kind", each.kind},
                                       {"at", to_string(each.at)},
                                       {"on", to_string(each.on)},
                                       {"role", each.role},
                                       {"fields", std::move(fields)}});
    }
    return with_version({{"events", std::move(rows)}}, c.now.version);
}

result<http::response> case_records(call& at) {
    PYKALA_TRY(const auto c, seen_case(at, "/api/v1/cases/{case}/records"));
    value_array rows;
    for (const auto& [id, held] : c.now.records)
        rows.emplace_back(value_object{{"id", id},
                                       {"record", held.source},
                                       {"assessment", held.assessed},
                                       {"decision", held.decision},
                                       {"executed", held.executed}});
    return with_version({{"records", std::move(rows)}}, c.now.version);
}

// The version that the caller saw, of the header If-Match.
result<std::uint64_t> version_of(const call& at) {
    auto text = at.asked.header("if-match");
    if (text.size() > 2 && text.front() == '"' && text.back() == '"')
        text = text.substr(1, text.size() - 2);
    std::uint64_t version = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (text.empty() || wrong != std::errc() || end != text.data() + text.size())
        return fail(problem_kind::invalid, "version_needed",
                    "a transition needs the header `If-Match` with the version of the case",
                    "`GET` the case: its version is the ETag");
    return version;
}

result<http::response> take_transition(call& at) {
    PYKALA_TRY(const auto key, idempotency_key(at));
    PYKALA_TRY(auto inputs, json_body(at));
    PYKALA_TRY(const auto version, version_of(at));
    PYKALA_TRY(const auto name, text_member(inputs, "transition"));
    PYKALA_TRY(const auto c, at.here.desk->read(at.parts.front()));
    const auto* step = workflow::find_transition(c.how->flow, name);
    PYKALA_TRY(cases::actor by, first_actor(at));
    for (const auto& each : actors_of(at.who))
        if (step && std::ranges::find(step->by, each.role) != step->by.end()) by = each;
    cases::command what{.name = name, .by = std::move(by)};
    inputs.erase("transition");
    what.inputs = std::move(inputs);
    what.expected_version = version;
    what.idempotency_key = key;
    PYKALA_TRY(const auto taken, take(at.here, at.parts.front(), std::move(what)));
    return with_version({{"id", at.parts.front()},
                         {"version", static_cast<std::int64_t>(taken.given.versions.front())}},
                        taken.given.versions.front());
}

result<http::response> describe(call& at) {
    http::response said;
    said.set("Content-Type", "application/json");
    said.body = std::string(at.here.pages->asset("openapi.json"));
    return said;
}

constexpr auto api_cases_table = std::to_array<endpoint>({
    {"GET", "/api/v1/openapi.json", door::api, true, {}, describe},
    {"GET", "/api/v1/cases", door::api, false, case_workers, list_cases},
    {"POST", "/api/v1/cases", door::api, false, case_workers, file_case},
    {"GET", "/api/v1/cases/{case}", door::api, false, case_workers, show_case},
    {"GET", "/api/v1/cases/{case}/events", door::api, false, case_workers, case_events},
    {"GET", "/api/v1/cases/{case}/records", door::api, false, case_workers, case_records},
    {"POST", "/api/v1/cases/{case}/transitions", door::api, false, case_workers, take_transition},
});

}  // namespace

std::span<const endpoint> api_endpoints() {
    return api_cases_table;
}

}  // namespace pykala::api::web
