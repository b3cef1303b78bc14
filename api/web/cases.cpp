#include "api/web/cases.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <memory>

#include <fmt/format.h>

#include "engine/case/dates.hpp"
#include "engine/case/values.hpp"

#include "api/letters/facts_of_case.hpp"
#include "api/time/local_day.hpp"

namespace pykala::api::web {
namespace {

using replies = std::promise<result<desk::reply>>;

// A name of the vocabulary in the reader's language; the name itself where it has none.
std::string label(const workflow::terms& terms, std::string_view name, language in) {
    const auto found = terms.find(name);
    return found != terms.end() && found->second.label ? found->second.label->in(in)
                                                       : std::string(name);
}

// Roles that may be borne by staff, those that decide first.
constexpr auto staff_order =
    std::to_array({role::dpo, role::officer, role::reviewer, role::customer_service});

// The day that governs is that of the instant, where one is known; it is kept in UTC.
result<bool> settle_arrival(value_object& inputs) {
    const auto given = inputs.find("received_at");
    if (given == inputs.end() || given->second.is_null()) return true;
    const auto* text = given->second.as_string();
    const auto when = text ? parse_instant(*text) : parse_instant("");
    if (!when) return std::unexpected(when.error());
    if (cases::date_of(inputs, "received_on") != local_day(*when))
        return fail(problem_kind::invalid, "bad_input",
                    "`received_on` is not the day of `received_at`",
                    "it is the day in Finland, or leave `received_at` out");
    given->second = to_string(*when);
    return true;
}

bool is_own(const call& at, const desk::open_case& c) {
    const auto& tags = c.now.person_tags;
    const auto own = at.here.seals->lookup("hetu", at.who.person->hetu);
    return std::ranges::find(tags, own) != tags.end();
}

}  // namespace

result<desk::reply> file_request(const site& here, cases::command request) {
    std::vector<cases::command> one;
    one.push_back(std::move(request));
    return file_message(here, std::move(one));
}

result<desk::reply> file_message(const site& here, std::vector<cases::command> requests) {
    for (auto& each : requests) PYKALA_CHECK(settle_arrival(each.inputs));
    const auto answer = std::make_shared<replies>();
    auto later = answer->get_future();
    here.desk->file(std::move(requests),
                    [answer](result<desk::reply> given) { answer->set_value(std::move(given)); });
    return later.get();
}

result<desk::reply> take(const site& here, const std::string& number, cases::command what) {
    const auto answer = std::make_shared<replies>();
    auto later = answer->get_future();
    here.desk->execute(number, std::move(what), [answer](result<desk::reply> given) {
        answer->set_value(std::move(given));
    });
    return later.get();
}

std::vector<cases::actor> actors_of(const visitor& who) {
    std::vector<cases::actor> all;
    for (const auto each : staff_order)
        if (who.roles.has(each)) all.push_back({std::string(name_of(each)), who.name});
    return all;
}

cases::actor customer_of(const call& at) {
    return {"customer", at.here.seals->lookup("hetu", at.who.person->hetu)};
}

result<std::vector<desk::open_case>> cases_of_customer(const call& at) {
    const std::array tags{at.here.seals->lookup("hetu", at.who.person->hetu)};
    PYKALA_TRY(const auto stored, at.here.cases->of_person(tags));
    std::vector<desk::open_case> own;
    for (const auto& each : stored) {
        PYKALA_TRY(auto c, at.here.desk->read(each.number));
        if (is_own(at, c)) own.push_back(std::move(c));
    }
    std::ranges::reverse(own);
    return own;
}

result<desk::open_case> case_of_customer(const call& at, const std::string& number) {
    const auto none = fail(problem_kind::not_found, "no_such_case", "there is no such case");
    auto c = at.here.desk->read(number);
    if (!c && c.error().kind == problem_kind::not_found) return none;
    if (!c) return c;
    if (!is_own(at, *c)) return none;
    return c;
}

std::string day_text(date day, language in) {
    const std::chrono::year_month_day parts(day);
    const int year = int(parts.year());
    const unsigned month = unsigned(parts.month()), number = unsigned(parts.day());
    if (in == language::en) return fmt::format("{}-{:02}-{:02}", year, month, number);
    return fmt::format("{}.{}.{}", number, month, year);
}

std::optional<date> package_until(const desk::open_case& c, date closed_on) {
    const auto* rule = find(c.law->rules->practice, "package_life");
    if (!rule) return std::nullopt;
    // it is destroyed on the day on which its life ends
    return cases::practice_day(*rule, *c.law->days, closed_on, false) - std::chrono::days(1);
}

value_object case_values(const desk::open_case& c, language in) {
    const auto& now = c.now;
    const auto& words = *c.how->words;
    value_object shown{
        {"number", now.number},
        {"version", static_cast<std::int64_t>(now.version)},
        {"right", now.right},
        {"right_name", c.how->flow.title.in(in)},
        {"kind", now.kind},
        {"kind_name", label(words.kinds, now.kind, in)},
        {"state", now.state},
        {"state_name", label(words.states, now.state, in)},
        {"outcome_name", now.closed() ? label(words.outcomes, now.outcome, in) : std::string()},
        {"closed", now.closed()},
        {"answered", now.answered_on.has_value()},
        {"received_on", day_text(now.received_on, in)},
        {"due_on", day_text(now.due.due_on, in)},
        {"act_by", day_text(now.due.act_by, in)},
        {"statutory_on", day_text(now.last_statutory_day(), in)},
        {"assurance", now.who.assurance},
        {"channel", now.channel},
        {"assignee", now.assignee},
        {"paused", now.paused_since.has_value()},
        {"overdue", now.overdue_noted}};
    if (now.answered_on) shown.emplace("answered_on", day_text(*now.answered_on, in));
    if (now.extended_to) shown.emplace("extended_on", day_text(*now.extended_to, in));
    return shown;
}

}  // namespace pykala::api::web
