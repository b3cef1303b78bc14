// Re-computation of what a bundle proves: from its events and the definition files in it, and from
// nothing else of this machine but the engine.
#pragma once

#include "engine/recompute/recompute.hpp"

#include "storage/verify/verify.hpp"

namespace pykala::storage {

// For verify::verify_bundle. `local_day` may be empty: then the day of an event is taken as it is.
verify::recompute_function recompute_with(recompute::day_of_instant local_day);

}  // namespace pykala::storage
