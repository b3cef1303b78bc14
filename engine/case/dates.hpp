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

// What governs a request received on a day: `gdpr.answer` and `gdpr.extension` of the pinned
// procedure, and the promise of the pack. Problem `no_deadline_rule` (corrupt) when no version was
// in force.
result<deadline_rules> rules_for(const procedure& how, const tenant_law& law, date received_on);

// Pauses that began before the receipt count from the receipt (it may have been corrected).
result<deadlines> deadlines_for(const procedure& how, const tenant_law& law, date received_on,
                                std::span<const pause> pauses);

// So long after `base` (before it, when `back`), in the unit of the rule.
date practice_day(const practice_rule& rule, const calendar& days, date base, bool back);

// The days on which a timer of the workflow fires, for the case as it stands when the timer starts
// on `start`; empty when the case has no such date. A timer that notes a missed day fires on the
// day after it, because only then it has been missed.
std::vector<date> firing_days(const procedure& how, const workflow::timer& timer,
                              const case_state& c, const facts& known, date start);

}  // namespace pykala::cases
