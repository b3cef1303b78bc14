// What governs the time limits of a request: chosen from the law by tenant and day of receipt.
#pragma once

#include <string_view>

#include "engine/policy/model.hpp"
#include "engine/time/deadline.hpp"

namespace pykala {

struct time_rules {
    calendar days;
    deadline_rules deadlines;
    tolling reading = tolling::none;
};

// The rules in force on the day of receipt (GDPR art. 12(3), Regulation 1182/71). Without a tenant:
// the practice common to all. Fails with `unknown_tenant`, `no_rule_in_force` (received before the
// law began), `broken_definitions`.
result<time_rules> time_rules_on(const policy_set& law, std::string_view tenant, date received_on);

}  // namespace pykala
