// What changes in the retention of a pack between two states of the law: two folders, or two days.
#pragma once

#include <string>
#include <vector>

#include "engine/policy/model.hpp"

namespace pykala {

// A pack under the law of a day.
struct law_of_day {
    const policy_set& set;
    const pack& owner;
    date on;
};

struct law_change {
    std::string category;  // empty: of the whole pack
    std::string what;      // `kuopio.calls`, `classes`, `promise` …
    std::string before;    // empty: it was not there
    std::string after;     // empty: it is gone
};

// In order of the notice; nothing when both say the same about every category.
std::vector<law_change> differences(const law_of_day& before, const law_of_day& after);

}  // namespace pykala
