// A decision on everything that waits: what it can reach, and what stays behind and why.
#pragma once

#include <string>
#include <vector>

#include "engine/desk/draft.hpp"

#include "api/web/call.hpp"

namespace pykala::api::web {

// Of records that were chosen to be erased all at once.
struct reach {
    std::vector<std::string> decided;  // ids that can be
    std::size_t house = 0;             // kept by a rule of our own that nobody has lifted
    std::size_t law = 0;               // kept by the law
    std::size_t other_case = 0;        // restricted by another case of the person
};
reach reach_of(const desk::open_case& c, const std::vector<std::string>& ids);

// What was left behind, as the query of the page that follows says it: `?house=3`. Empty when
// nothing was.
std::string left_query(const reach& of);
// The same, back for the page: `left` with the three counts that are not 0.
void put_left(value_object& shown, const call& at);

}  // namespace pykala::api::web
