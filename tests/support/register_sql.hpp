// What a sample register holds of a person, by plain SQL written here from the mapping: the oracle
// of answers.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/support/flow_world.hpp"

namespace pykala::tests {

struct held_rows {
    std::size_t rows = 0;               // with anything in them
    std::multiset<std::string> values;  // as they stand, sound left out
};

// By category, over all registers of the world.
std::map<std::string, held_rows> rows_of_person(const flow_world& w, const std::string& hetu);

// Values that lead to people, of everybody but this person: identity codes, addresses, numbers.
std::set<std::string> values_of_others(const flow_world& w, const std::string& hetu);

// How many readings the meters of the person have.
std::size_t readings_of(const flow_world& w, const std::string& hetu);

}  // namespace pykala::tests
