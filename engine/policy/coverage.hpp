// Which rules of a policy set concern a category: the one place where classes, parts of identity
// and commodities meet.
#pragma once

#include <vector>

#include "engine/policy/model.hpp"

namespace pykala {

// By class, part of identity or name, unless excepted. Data that is not personal, and a category
// that was split (its records belong to the parts), are covered by nothing. Commodities are not
// looked at.
bool covers(const rule& which, const category& what);

// What the records of a category can be about: its own commodity, else all that the pack sells.
std::vector<commodity> commodities_of(const pack& owner, const category& what);

// Whether a rule concerns records of that commodity.
bool concerns(const rule& which, commodity what);

// Statutory rules of the table of `assess` that cover the category for at least one of its
// commodities, by id.
std::vector<const rule*> statutory_rules(const policy_set& set, const pack& owner,
                                         const category& what);
// The pack's own rules that cover it, by id.
std::vector<const rule*> house_rules(const pack& owner, const category& what);
// The `[no_retention.*]` that names one of its classes or parts of identity; nothing when there is
// none.
const no_retention* none_on_purpose(const pack& owner, const category& what);

}  // namespace pykala
