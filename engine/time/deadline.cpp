#include "engine/time/deadline.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pykala {
namespace {

result<std::chrono::days> paused_days(date received_on, std::span<const pause> pauses) {
    std::vector<pause> ordered(pauses.begin(), pauses.end());
    std::ranges::sort(ordered, {}, [](const pause& p) { return std::pair{p.from, p.to}; });
    std::chrono::days sum{0};
    for (const auto& p : ordered) {
        if (p.to < p.from)
            return fail(
                problem_kind::invalid, "pause_reversed",
                fmt::format("the pause from {} ends before it begins, on {}", to_string(p.from),
                            to_string(p.to)),
                "a pause is FROM/TO, where TO is the first day on which the clock runs again");
        sum += p.to - p.from;
    }
    if (!ordered.empty() && ordered.front().from < received_on)
        return fail(problem_kind::invalid, "pause_before_receipt",
                    fmt::format("the pause from {} begins before the request arrived on {}",
                                to_string(ordered.front().from), to_string(received_on)),
                    "a clock that has not started cannot be paused");
    for (std::size_t i = 1; i < ordered.size(); ++i)
        if (ordered[i].from < ordered[i - 1].to)
            return fail(problem_kind::invalid, "pauses_overlap",
                        fmt::format("the pauses from {} and from {} overlap",
                                    to_string(ordered[i - 1].from), to_string(ordered[i].from)),
                        "give each day to one pause");
    return sum;
}

}  // namespace

result<deadlines> compute_deadlines(const calendar& days, const deadline_rules& rules,
                                    date received_on, std::span<const pause> pauses,
                                    tolling reading) {
    PYKALA_TRY(const auto paused, paused_days(received_on, pauses));
    const date answer = received_on + rules.answer;
    date extended = received_on + rules.extension;
    if (!rules.extension_steps.empty()) {
        date stepwise = received_on;
        for (const auto& step : rules.extension_steps) stepwise = stepwise + step;
        extended = std::min(extended, stepwise);
    }
    deadlines d;
    d.received_on = received_on;
    d.statutory_on = days.roll_forward(answer);
    d.promise_on = rules.promise ? received_on + *rules.promise : d.statutory_on;
    d.tolled_statutory_on = days.roll_forward(answer + paused);
    d.tolled_promise_on = rules.promise ? d.promise_on + paused : d.tolled_statutory_on;
    d.tolled_due_on = std::min(d.tolled_promise_on, d.tolled_statutory_on);
    d.due_on = reading == tolling::edpb ? d.tolled_due_on : std::min(d.promise_on, d.statutory_on);
    d.act_by = days.roll_back(d.due_on);
    d.extension_notice_on = d.statutory_on;
    d.extended_on = days.roll_forward(extended);
    return d;
}

}  // namespace pykala
