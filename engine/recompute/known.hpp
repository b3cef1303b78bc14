// What the decisions of one case knew of the person's other cases, held against those cases: an
// event says it in its field `known`, and a bundle may show both.
#pragma once

#include "engine/recompute/recompute.hpp"

namespace pykala::recompute {

// A case as it is shown, and the place of each of its events in the log.
struct shown_history {
    std::span<const shown_event> events;
    std::vector<std::uint64_t> index;
};

struct known_outcome {
    std::uint64_t compared = 0;  // events that knew of another case, and of which it is shown
    // By the place of the case in `all`.
    std::vector<std::pair<std::size_t, difference>> differences{};
};

// Cases are of one person where their opened lookup hashes meet. What is closed in a case makes it
// say nothing. `complete`: no case of the log is missing, so that what no case says was not known
// either; else what more was known may stem from a case that is not shown.
known_outcome check_known(std::span<const shown_history> all, bool complete);

}  // namespace pykala::recompute
