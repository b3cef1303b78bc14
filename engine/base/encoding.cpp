#include "engine/base/encoding.hpp"

#include <array>

namespace pykala {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int digit_of(std::string_view digits, char c) {
    const auto at = digits.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

// What a character is worth as a digit; 16 where it is none. Lower case only: a hash has one text.
constexpr auto hex_worth = [] {
    std::array<std::uint8_t, 256> all{};
    all.fill(16);
    for (std::size_t i = 0; i < hex_digits.size(); ++i)
        all[static_cast<unsigned char>(hex_digits[i])] = static_cast<std::uint8_t>(i);
    return all;
}();

unsigned hex_digit(char c) {
    return hex_worth[static_cast<unsigned char>(c)];
}

}  // namespace

void append_hex(std::string& to, std::span<const std::uint8_t> bytes) {
    std::size_t at = to.size();
    to.resize(at + bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        to[at++] = hex_digits[byte >> 4];
        to[at++] = hex_digits[byte & 15];
    }
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
    std::string out;
    append_hex(out, bytes);
    return out;
}

bool from_hex(std::string_view text, std::span<std::uint8_t> out) {
    if (text.size() != out.size() * 2) return false;
    unsigned seen = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const unsigned high = hex_digit(text[2 * i]);
        const unsigned low = hex_digit(text[2 * i + 1]);
        seen |= high | low;
        out[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return seen < 16;
}

std::string to_base64(std::span<const std::uint8_t> bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        unsigned group = 0;
        for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < count ? bytes[i + k] : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            out += k <= count ? base64_digits[group >> (18 - 6 * k) & 63] : '=';
    }
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::string out;
    out.reserve(text.size() / 4 * 3);
    for (std::size_t i = 0; i < text.size(); i += 4) {
        const bool last = i + 4 == text.size();
        const std::size_t pads =
            !last ? 0 : static_cast<std::size_t>(text[i + 3] == '=') + (text.substr(i + 2) == "==");
        unsigned group = 0;
        for (std::size_t k = 0; k < 4; ++k) {
            const int digit = k >= 4 - pads ? 0 : digit_of(base64_digits, text[i + k]);
            if (digit < 0) return std::nullopt;
            group = group << 6 | static_cast<unsigned>(digit);
        }
        // bits that no byte uses must be zero, else two texts would mean the same bytes
        if ((pads == 1 && (group & 0xFF) != 0) || (pads == 2 && (group & 0xFFFF) != 0))
            return std::nullopt;
        for (std::size_t k = 0; k < 3 - pads; ++k)
            out += static_cast<char>(group >> (16 - 8 * k) & 0xFF);
    }
    return out;
}

}  // namespace pykala
