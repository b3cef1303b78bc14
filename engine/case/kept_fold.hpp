// A fold as bytes, so that a case with a long history need not be folded from its first event every
// time somebody touches it. It is no truth of its own: it may be thrown away at any time, and the
// events give it again. The bytes hold personal data and are for sealing only; their form is known
// to this program alone and may change with each version of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/case/state.hpp"

namespace pykala::cases {

// What the bytes mean. Goes up whenever `case_state` or the way events are folded changes, because
// a fold kept by the older program would be another one (tests/engine/case/kept_fold_test.cpp
// watches the sources).
inline constexpr std::uint64_t fold_version = 2;

std::string write_fold(const case_state& c);

// Nothing where the bytes are of another version, or no fold.
std::optional<case_state> read_fold(std::string_view bytes);

}  // namespace pykala::cases
