// What a pack and the law say of every category on one day, for a lawyer's eyes and for machines.
#pragma once

#include <string>

#include "engine/base/value.hpp"
#include "engine/policy/model.hpp"

namespace pykala {

// How an end is computed, in words: `event + 6 years`, `31 December of the year of (contract_end) +
// 6 years`.
std::string formula_of(const rule& which, const rule_version& version);

// Lines of at most about 120 columns: each category with class, basis and portability, below it its
// rules.
std::string show_table(const policy_set& set, const pack& owner, date on);

// The same and more, by member names as in policies/README.md.
value show_json(const policy_set& set, const pack& owner, date on);

}  // namespace pykala
