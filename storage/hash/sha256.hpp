// SHA-256 for the engine's log, by OpenSSL.
#pragma once

#include "engine/log/hash.hpp"

namespace pykala::storage {

// Over `prefix` followed by `data`. Throws std::runtime_error when OpenSSL offers no SHA-256.
log::digest sha256(std::string_view prefix, std::string_view data);

}  // namespace pykala::storage
