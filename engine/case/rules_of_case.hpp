// Every rule that says something of a record of a case, ended or not: what a letter or a page needs
// beside the one that governs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/case/facts.hpp"
#include "engine/case/state.hpp"
#include "engine/policy/vocabulary.hpp"

namespace pykala::cases {

struct rule_of_record {
    std::string rule;  // `accounting.voucher`, `kuopio.recordings`, `case.legal_hold`
    authority by = authority::statute;
    // Its own last day, inclusive, whatever an officer decided; none while it is open.
    std::optional<date> until{};
};

// By id of the record, statutes before house rules. Empty when the law holds no table.
std::map<std::string, std::vector<rule_of_record>> rules_of_case(const case_state& c,
                                                                 const facts& known);

}  // namespace pykala::cases
