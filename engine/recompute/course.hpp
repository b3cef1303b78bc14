// What still can be held against the definitions when the facts of a decision are closed: the step
// against its workflow, and the days, which stay open for ever.
#pragma once

#include "engine/recompute/recompute.hpp"

namespace pykala::recompute {

// `before` holds what the open fields of earlier events say. Gives the number of days computed.
std::uint64_t check_course(const cases::event& e, const cases::case_state& before,
                           const cases::procedure& how, const cases::tenant_law& law,
                           std::vector<difference>& to);

}  // namespace pykala::recompute
