#include "storage/json/canonical_reader.hpp"

#include <charconv>
#include <optional>

#include "engine/base/encoding.hpp"
#include "engine/log/canonical_json.hpp"

namespace pykala::storage {
namespace {

constexpr int depth_max = 64;
constexpr std::int64_t integer_max = (std::int64_t{1} << 53) - 1;

// Where the plain part of a string that begins at `at` ends: at a quote, an escape, a control.
std::size_t end_of_plain(std::string_view text, std::size_t at) {
    while (at < text.size()) {
        const auto c = static_cast<unsigned char>(text[at]);
        if (c == '"' || c == '\\' || c < 0x20) break;
        ++at;
    }
    return at;
}

// The controls that have a short escape are never written otherwise.
constexpr std::string_view short_escapes = "\"\\bfnrt";
constexpr std::string_view short_meanings = "\"\\\b\f\n\r\t";

std::optional<char> control_of(std::string_view hex) {
    if (hex.size() != 4 || !hex.starts_with("00")) return std::nullopt;
    unsigned code = 0;
    for (const char c : hex.substr(2)) {
        const auto digit = std::string_view("0123456789abcdef").find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        code = code * 16 + static_cast<unsigned>(digit);
    }
    const char meant = static_cast<char>(code);
    if (code >= 0x20 || short_meanings.find(meant) != std::string_view::npos) return std::nullopt;
    return meant;
}

}  // namespace

bool canonical_reader::take(std::string_view bytes) {
    if (text_.substr(at_, bytes.size()) != bytes) return false;
    at_ += bytes.size();
    return true;
}

bool canonical_reader::plain(std::string_view& out) {
    if (!take("\"")) return false;
    const std::size_t end = end_of_plain(text_, at_);
    out = text_.substr(at_, end - at_);
    at_ = end;
    return take("\"");
}

bool canonical_reader::hex(std::span<std::uint8_t> out) {
    if (!take("\"") || !from_hex(text_.substr(at_, 2 * out.size()), out)) return false;
    at_ += 2 * out.size();
    return take("\"");
}

bool canonical_reader::escape(std::string& out) {
    if (++at_ == text_.size()) return false;
    if (text_[at_] == 'u') {
        const auto control = control_of(text_.substr(at_ + 1, 4));
        if (!control) return false;
        out += *control;
        at_ += 5;
        return true;
    }
    const auto known = short_escapes.find(text_[at_]);
    if (known == std::string_view::npos) return false;
    out += short_meanings[known];
    ++at_;
    return true;
}

bool canonical_reader::string(std::string& out) {
    if (!take("\"")) return false;
    for (;;) {
        const std::size_t end = end_of_plain(text_, at_);
        out.append(text_, at_, end - at_);
        at_ = end;
        if (next_is('\\')) {
            if (!escape(out)) return false;
        } else {
            return take("\"");
        }
    }
}

bool canonical_reader::integer(value& out) {
    const std::string_view rest = text_.substr(at_);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc() || number > integer_max || number < -integer_max) return false;
    const std::string_view digits = rest.substr(0, std::size_t(end - rest.data()));
    const std::string_view plain = digits.substr(digits[0] == '-' ? 1 : 0);
    if ((plain[0] == '0' && digits.size() > 1)) return false;  // 007 and -0 are written otherwise
    at_ += digits.size();
    if (at_ < text_.size() && std::string_view(".eE").find(text_[at_]) != std::string_view::npos)
        return false;
    out = number;
    return true;
}

bool canonical_reader::array(value& out, int depth) {
    ++at_;
    value_array items;
    if (!take("]")) {
        do {
            if (!any(items.emplace_back(), depth + 1)) return false;
        } while (take(","));
        if (!take("]")) return false;
    }
    out = std::move(items);
    return true;
}

bool canonical_reader::object(value& out, int depth) {
    ++at_;
    value_object members;
    std::string last;
    if (!take("}")) {
        do {
            std::string name;
            if (!string(name) || !take(":")) return false;
            if (!members.empty() && !utf16_less(last, name)) return false;  // or it stands twice
            last = name;
            value held;
            if (!any(held, depth + 1)) return false;
            members.emplace_hint(members.end(), std::move(name), std::move(held));
        } while (take(","));
        if (!take("}")) return false;
    }
    out = std::move(members);
    return true;
}

bool canonical_reader::any(value& out, int depth) {
    if (depth > depth_max || at_ == text_.size()) return false;
    switch (text_[at_]) {
        case '"': {
            std::string held;
            if (!string(held)) return false;
            out = std::move(held);
            return true;
        }
        case '{':
            return object(out, depth);
        case '[':
            return array(out, depth);
        case 't':
            out = true;
            return take("true");
        case 'f':
            out = false;
            return take("false");
        case 'n':
            out = nullptr;
            return take("null");
        default:
            return integer(out);
    }
}

}  // namespace pykala::storage
