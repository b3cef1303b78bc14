#include "engine/case/dates.hpp"

#include <algorithm>

#include "engine/policy/time_rules.hpp"

namespace pykala::cases {
namespace {

constexpr std::string_view practice_prefix = "practice.";

const practice_rule* practice_of(const policy_set& rules, std::string_view id) {
    if (id.starts_with(practice_prefix)) id.remove_prefix(practice_prefix.size());
    return find(rules.practice, id);
}

// Working rules that count back from a day of the case; all others count from the start of the
// timer.
std::optional<date> counted_back_from(std::string_view rule, const case_state& c,
                                      const facts& known, bool& knows) {
    knows = true;
    if (rule == "practice.warn_before_due") return c.due.due_on;
    if (rule == "practice.paper_margin") return c.due.act_by;
    if (rule == "practice.escalate_review") return c.last_statutory_day();
    if (rule == "practice.access_before_erasure") return known.others.erasure_act_by;
    knows = false;
    return std::nullopt;
}

std::vector<date> dates_named(std::string_view name, const case_state& c) {
    std::vector<date> all;
    if (name == "act_by") all.push_back(c.due.act_by);
    if (name == "order_due_on" && c.order_due_on) all.push_back(*c.order_due_on);
    if (name == "erase_on")
        for (const auto& each : c.deferred)
            if (each.state == "scheduled") all.push_back(each.erase_on);
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

std::vector<date> days_by_rule(const procedure& how, const workflow::timer& timer,
                               const case_state& c, const facts& known, date start) {
    if (timer.rule == "gdpr.answer") return {c.due.statutory_on};
    if (timer.rule == "gdpr.extension") return {c.due.extended_on};
    const auto* rule = practice_of(*how.rules, timer.rule);
    if (!rule) return {};
    bool back = false;
    const auto base = counted_back_from(timer.rule, c, known, back);
    if (back && !base) return {};
    return {practice_day(*rule, *known.law->days, back ? *base : start, back)};
}

}  // namespace

result<deadlines> deadlines_for(const procedure& how, const tenant_law& law, date received_on,
                                std::span<const pause> pauses, bool extended) {
    PYKALA_TRY(const auto rules, time_rules_on(*how.rules, law.tenant, received_on));
    std::vector<pause> counted;
    for (auto each : pauses) {
        each.from = std::max(each.from, received_on);
        if (each.from < each.to) counted.push_back(each);
    }
    PYKALA_TRY(auto due,
               compute_deadlines(rules.days, rules.deadlines, received_on, counted, rules.reading));
    if (extended) {
        due.due_on = due.extended_on;
        due.act_by = rules.days.roll_back(due.extended_on);
    }
    return due;
}

date practice_day(const practice_rule& rule, const calendar& days, date base, bool back) {
    if (rule.working_days)
        return days.add_working_days(base, back ? -rule.length.count : rule.length.count);
    if (!back) return base + rule.length;
    switch (rule.length.unit) {
        case time_unit::days:
            return base - std::chrono::days(rule.length.count);
        case time_unit::months:
            return add_months(base, -rule.length.count);
        case time_unit::years:
            return add_years(base, -rule.length.count);
    }
    return base;
}

std::vector<date> firing_days(const procedure& how, const workflow::timer& timer,
                              const case_state& c, const facts& known, date start) {
    std::vector<date> all;
    if (!timer.date.empty())
        all = dates_named(timer.date, c);
    else if (!timer.wait.empty()) {
        if (const auto wait = parse_period(timer.wait)) all = {start + *wait};
    } else {
        all = days_by_rule(how, timer, c, known, start);
    }
    if (std::ranges::find(timer.does, "note_overdue") != timer.does.end())
        for (auto& day : all) day += std::chrono::days(1);
    return all;
}

}  // namespace pykala::cases
