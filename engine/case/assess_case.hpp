// The records of a case under the law of the day, with what officers decided about house rules.
#pragma once

#include "engine/assess/record.hpp"
#include "engine/base/value.hpp"
#include "engine/case/facts.hpp"
#include "engine/case/state.hpp"

namespace pykala::cases {

// A record as the contract of `pykala assess` writes it. Total: what does not fit is left out, so
// that the assessment finds it missing.
record record_of(const value_object& source);
value_object source_of(const record& from);

// Assesses all records of the case together, as those of one person, and gives for each id its
// answer in the names of the contract. Empty when the law holds no table.
value_object assess_case(const case_state& c, const facts& known);

// Adds to the event the answers that change once it is folded (field `assessed`).
void reassess(const case_state& before, event& e, const facts& known);

}  // namespace pykala::cases
