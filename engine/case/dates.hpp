// Days of a case: deadlines from the law of the day of receipt, and the days of timers.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/case/facts.hpp"
#include "engine/case/state.hpp"

namespace pykala::cases {

// By the rules that the procedure pinned, for the day of receipt. Pauses that began before it count
// from it (it may have been corrected). After an extension the request is due on the extended day.
// Problems: those of time_rules_on and compute_deadlines.
result<deadlines> deadlines_for(const procedure& how, const tenant_law& law, date received_on,
                                std::span<const pause> pauses, bool extended);

// So long after `base` (before it, when `back`), in the unit of the rule.
date practice_day(const practice_rule& rule, const calendar& days, date base, bool back);

// The days on which a timer of the workflow fires, for the case as it stands when the timer starts
// on `start`; empty when the case has no such date. A timer that notes a missed day fires on the
// day after it, because only then it has been missed.
std::vector<date> firing_days(const procedure& how, const workflow::timer& timer,
                              const case_state& c, const facts& known, date start);

}  // namespace pykala::cases
