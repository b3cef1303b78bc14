// What was recorded against what was computed.
#pragma once

#include "engine/recompute/recompute.hpp"

namespace pykala::recompute {

// Fields that are closed are only asked to be there. Values are told where they are days, names of
// the vocabulary or rules; of everything else only the place.
void compare(const shown_event& recorded, const cases::event& computed,
             std::vector<difference>& to);

// Whether a difference in this field is one of a `deadline`, a `decision` or a `transition`.
std::string_view code_of_field(std::string_view field);

}  // namespace pykala::recompute
