// Bytes as text: lower-case hex, and base64 (RFC 4648 section 4, padded). Readers are strict: one
// text for each value.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pykala {

std::string to_hex(std::span<const std::uint8_t> bytes);
void append_hex(std::string& to, std::span<const std::uint8_t> bytes);
// Fills all of `out`; false when the text is not exactly that many bytes of lower-case hex.
bool from_hex(std::string_view text, std::span<std::uint8_t> out);

std::string to_base64(std::span<const std::uint8_t> bytes);
// Nothing when the text is not what `to_base64` would write.
std::optional<std::string> from_base64(std::string_view text);

// The same bytes seen as unsigned numbers and as text; nothing is copied.
inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace pykala
