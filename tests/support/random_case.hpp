// A case as random commands leave it, by the workflows and policies of the tree.
#pragma once

#include <string>
#include <vector>

#include "engine/case/event.hpp"

namespace pykala::tests {

// With the steps of the system as the desk takes them. The same seed gives the same events.
std::vector<cases::event> random_case(const std::string& tenant, const std::string& right,
                                      std::uint64_t seed);

}  // namespace pykala::tests
