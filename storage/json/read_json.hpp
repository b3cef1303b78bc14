// JSON text as a value of the engine.
#pragma once

#include "engine/log/canonical_json.hpp"

namespace pykala::storage {

// Strict: one value, UTF-8, at most 64 deep, integers within ±(2^53 - 1), no fractions, no member
// twice. Problems `json_malformed`, `json_number`, `json_duplicate`.
result<value> read_json(std::string_view text);

}  // namespace pykala::storage
