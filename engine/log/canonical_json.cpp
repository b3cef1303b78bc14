#include "engine/log/canonical_json.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <vector>

#include <fmt/format.h>

namespace pykala {
namespace {

constexpr std::int64_t integer_max = (std::int64_t{1} << 53) - 1;  // RFC 7493: I-JSON
constexpr int depth_max = 64;

// RFC 8785 section 3.2.2.2: short escapes where JSON has them, \u00xx for other controls, all else
// as it is.
bool is_plain(char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

void write_escape(std::string& out, char c) {
    constexpr std::string_view meanings = "\"\\\b\f\n\r\t";
    constexpr std::string_view letters = "\"\\bfnrt";
    if (const auto at = meanings.find(c); at != std::string_view::npos) {
        out += '\\';
        out += letters[at];
    } else {
        fmt::format_to(std::back_inserter(out), "\\u{:04x}",
                       static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
}

void write_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const auto end = std::ranges::find_if_not(text, is_plain);
        const auto plain = static_cast<std::size_t>(end - text.begin());
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) break;
        write_escape(out, text.front());
        text.remove_prefix(1);
    }
    out += '"';
}

struct writer {
    std::string out{};
    problem fault{problem_kind::invalid, {}, {}, {}, {}};

    bool refuse(std::string code, std::string detail, std::string hint) {
        fault.code = std::move(code);
        fault.detail = std::move(detail);
        fault.hint = std::move(hint);
        return false;
    }
    bool text(std::string_view s) {
        if (!is_utf8(s)) return refuse("json_text", "a text is not UTF-8", "send text as UTF-8");
        write_string(out, s);
        return true;
    }
    bool any(const value& v, int depth) {
        if (depth > depth_max)
            return refuse("json_depth", "a value is nested more than 64 deep", "flatten it");
        if (const auto* b = v.as_bool()) {
            out += *b ? "true" : "false";
        } else if (const auto* i = v.as_integer()) {
            if (*i > integer_max || *i < -integer_max)
                return refuse("json_number", "an integer lies beyond 2^53 - 1", "send it as text");
            fmt::format_to(std::back_inserter(out), "{}", *i);
        } else if (const auto* s = v.as_string()) {
            return text(*s);
        } else if (const auto* a = v.as_array()) {
            return array(*a, depth);
        } else if (const auto* o = v.as_object()) {
            return object(*o, depth);
        } else {
            out += "null";
        }
        return true;
    }
    bool array(const value_array& a, int depth) {
        out += '[';
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (i != 0) out += ',';
            if (!any(a[i], depth + 1)) return false;
        }
        out += ']';
        return true;
    }
    bool object(const value_object& o, int depth) {
        std::vector<const value_object::value_type*> members;
        members.reserve(o.size());
        for (const auto& member : o) members.push_back(&member);
        const auto less = [](const auto* a, const auto* b) {
            return utf16_less(a->first, b->first);
        };
        if (!std::ranges::is_sorted(members, less)) std::ranges::sort(members, less);
        out += '{';
        for (const auto* member : members) {
            if (member != members.front()) out += ',';
            if (!text(member->first)) return false;
            out += ':';
            if (!any(member->second, depth + 1)) return false;
        }
        out += '}';
        return true;
    }
};

// Length of the sequence that starts at `i`, 0 when it is not well-formed (Unicode, table 3-7).
std::size_t utf8_length(std::string_view s, std::size_t i) {
    const auto byte = [&](std::size_t k) {
        return i + k < s.size() ? static_cast<unsigned char>(s[i + k]) : 0U;
    };
    const auto tail = [&](std::size_t k) { return (byte(k) & 0xC0U) == 0x80U; };
    const unsigned a = byte(0);
    const unsigned b = byte(1);
    if (a < 0x80) return 1;
    if (a >= 0xC2 && a <= 0xDF) return tail(1) ? 2 : 0;
    if (a >= 0xE0 && a <= 0xEF) {
        const bool second = tail(1) && !(a == 0xE0 && b < 0xA0) && !(a == 0xED && b > 0x9F);
        return second && tail(2) ? 3 : 0;
    }
    if (a >= 0xF0 && a <= 0xF4) {
        const bool second = tail(1) && !(a == 0xF0 && b < 0x90) && !(a == 0xF4 && b > 0x8F);
        return second && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

}  // namespace

bool utf16_less(std::string_view a, std::string_view b) {
    const std::size_t common = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < common; ++i) {
        const auto x = static_cast<unsigned char>(a[i]);
        const auto y = static_cast<unsigned char>(b[i]);
        if (x == y) continue;
        // four-byte sequences are surrogate pairs in UTF-16, below U+E000…U+FFFF
        if (x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0)) return x >= 0xF0;
        return x < y;
    }
    return a.size() < b.size();
}

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        // nearly everything is ASCII: eight bytes at once
        std::uint64_t eight = 0;
        while (i + sizeof eight <= text.size()) {
            std::memcpy(&eight, text.data() + i, sizeof eight);
            if ((eight & 0x8080808080808080U) != 0) break;
            i += sizeof eight;
        }
        if (i == text.size()) break;
        const std::size_t length = utf8_length(text, i);
        if (length == 0) return false;
        i += length;
    }
    return true;
}

result<std::string> canonical_json(const value& v) {
    writer w;
    if (!w.any(v, 0)) return std::unexpected(std::move(w.fault));
    return std::move(w.out);
}

}  // namespace pykala
