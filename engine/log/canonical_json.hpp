// Canonical JSON (RFC 8785), the part that the log uses: no fractions. See
// storage/formats/README.md.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/base/value.hpp"

namespace pykala {

// Order of member names: by UTF-16 code units (RFC 8785 section 3.2.3). It differs from the order
// of bytes only where characters beyond U+FFFF meet U+E000 to U+FFFF.
bool utf16_less(std::string_view a, std::string_view b);

// Problems `json_text` (a string is not UTF-8), `json_number` (beyond ±(2^53 - 1)), `json_depth`
// (more than 64 deep).
result<std::string> canonical_json(const value& v);

// Whether the bytes are well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

}  // namespace pykala
