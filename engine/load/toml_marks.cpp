#include "engine/load/toml_marks.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace pykala {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool is_beyond_ascii(char c) {
    return static_cast<unsigned char>(c) >= 0x80U;
}

bool begins_key(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '"' || c == '\'';
}

// After anything else a quote is part of what already went wrong before it.
bool may_quote_after(std::string_view text, std::size_t at) {
    return at == 0 || std::string_view(" \t\r\n=[,{.\xBF").contains(text[at - 1]);
}

// Bytes of the letter that begins here, as UTF-8 says.
std::size_t letter_size(std::string_view from) {
    std::size_t size = 1;
    while (size < from.size() && (static_cast<unsigned char>(from[size]) & 0xC0U) == 0x80U) ++size;
    return size;
}

// Where a comment or a string that begins at `at` ends: the byte after it.
std::size_t end_of_comment(std::string_view text, std::size_t at) {
    return std::min(text.find('\n', at), text.size());
}

struct string_end {
    std::size_t at = 0;  // the byte after it
    std::optional<std::size_t> slip{};
};

bool is_break(char c) {
    return c == '\n' || c == '\r';
}

// The first letter after a backslash: in a string of many lines it takes away line breaks and
// blanks.
std::size_t letter_after(std::string_view text, std::size_t backslash, bool many) {
    std::size_t i = backslash + 1;
    while (many && i < text.size() && (is_blank(text[i]) || is_break(text[i]))) ++i;
    return i;
}

// Notes in `sound` the letters beyond ASCII at which a string goes on.
string_end end_of_string(std::string_view text, std::size_t begin,
                         std::vector<std::size_t>& sound) {
    const char quote = text[begin];
    const bool many = text.substr(begin, 3) == std::string_view(quote == '"' ? "\"\"\"" : "'''");
    const std::size_t marks = many ? 3 : 1;
    for (std::size_t i = begin + marks; i < text.size(); ++i) {
        if (quote == '"' && text[i] == '\\') {
            const auto backslash = i;
            i = letter_after(text, backslash, many);
            if (i == text.size() || !is_beyond_ascii(text[i])) {
                if (i > backslash + 1) --i;  // it may end the string
                continue;
            }
            if (std::ranges::none_of(text.substr(backslash, i - backslash), is_break))
                return {i, i};
            sound.push_back(i);
        } else if (text[i] == '\n' && !many) {
            return {i};
        } else if (text.substr(i, marks) == text.substr(begin, marks)) {
            // up to two more marks belong to a string of many lines
            std::size_t end = i + marks;
            while (many && end < text.size() && end < i + 5 && text[end] == quote) ++end;
            return {end};
        }
    }
    return {text.size()};
}

// Every letter of `at` as TOML's escape: nothing else of the text moves to another line.
std::string escaped(std::string_view text, const std::vector<std::size_t>& at) {
    std::string out;
    std::size_t done = 0;
    for (const auto place : at) {
        const auto letter = text.substr(place, letter_size(text.substr(place)));
        if (letter.size() < 2 || letter.size() > 4) continue;  // not UTF-8: the library says so
        auto code = static_cast<unsigned char>(letter[0]) & (0xFFU >> (letter.size() + 1));
        for (const char c : letter.substr(1))
            code = code << 6U | (static_cast<unsigned char>(c) & 0x3FU);
        out += text.substr(done, place - done);
        out += fmt::format("\\U{:08X}", code);
        done = place + letter.size();
    }
    out += text.substr(done);
    return out;
}

toml_slip slip_at(std::string_view text, std::size_t at, toml_slip::kind which) {
    const auto before = text.substr(0, at);
    const auto line_begin = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
    toml_slip out;
    out.line = 1 + std::size_t(std::ranges::count(before, '\n'));
    for (std::size_t i = line_begin; i < at; i += letter_size(text.substr(i))) ++out.column;
    out.what = text.substr(at, letter_size(text.substr(at)));
    out.which = which;
    return out;
}

// The first letter of a table's name, from its bracket.
std::size_t name_of_table(std::string_view text, std::size_t bracket) {
    std::size_t at = bracket + 1;
    while (at < text.size() && is_blank(text[at])) ++at;
    if (at == bracket + 1 && at < text.size() && text[at] == '[') {
        ++at;
        while (at < text.size() && is_blank(text[at])) ++at;
    }
    return at;
}

}  // namespace

toml_look look_through_toml(std::string_view text) {
    std::vector<std::size_t> sound;
    bool line_is_new = true;
    int open = 0;  // brackets and braces: inside them `[` begins a list
    std::size_t i = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    while (i < text.size()) {
        const char c = text[i];
        if (c == '#') {
            i = end_of_comment(text, i);
            continue;
        }
        if ((c == '"' || c == '\'') && may_quote_after(text, i)) {
            line_is_new = false;
            const auto end = end_of_string(text, i, sound);
            if (end.slip) return {slip_at(text, *end.slip, toml_slip::escape)};
            i = end.at;
            continue;
        }
        if (is_beyond_ascii(c)) return {slip_at(text, i, toml_slip::unquoted)};
        if (c == '[' && line_is_new && open == 0) {
            const auto name = name_of_table(text, i);
            // an end, and an empty name, are told by the library
            if (name < text.size() && text[name] != ']' && !begins_key(text[name]))
                return {slip_at(text, name, toml_slip::table)};
        }
        if (c == '[' || c == '{') ++open;
        if ((c == ']' || c == '}') && open > 0) --open;
        line_is_new = c == '\n' || (line_is_new && (is_blank(c) || c == '\r'));
        ++i;
    }
    toml_look out;
    if (!sound.empty()) out.rewritten = escaped(text, sound);
    return out;
}

}  // namespace pykala
