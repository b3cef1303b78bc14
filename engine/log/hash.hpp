// The hash of the log. The engine computes none itself: storage/ hands one in.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace pykala::log {

using digest = std::array<std::uint8_t, 32>;

// SHA-256 over `prefix` followed by `data`.
using sha256_function = digest (*)(std::string_view prefix, std::string_view data);

// Random name of a stream (a case, the tenant's destroyed keys …); says nothing about it.
using stream_tag = std::array<std::uint8_t, 16>;

}  // namespace pykala::log
