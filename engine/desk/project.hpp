// What the queue, the timers and the list of persons hold of a case: computed from its fold, so
// that they can be made again from the events at any time.
#pragma once

#include <vector>

#include "engine/case/state.hpp"
#include "engine/desk/ports.hpp"

namespace pykala::desk {

// The number and version are those of the case as it was loaded.
queue_row project(const cases::case_state& c);

std::vector<timer_row> timers_of(const cases::case_state& c);

}  // namespace pykala::desk
