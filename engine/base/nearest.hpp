// Hints for misspelt names.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pykala {

// "did you mean `x`?" with the nearest name when one is near; else the whole list when it is short
// ("one of `a`, `b`"); else empty. Nearness is edit distance in bytes, a swap of neighbours counted
// once.
std::string hint_for(std::string_view word, std::span<const std::string_view> names);

}  // namespace pykala
