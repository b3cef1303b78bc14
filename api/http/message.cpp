#include "api/http/message.hpp"

#include <algorithm>

namespace pykala::api::http {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char small = lower(c);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

std::optional<std::string> unescape(std::string_view text, bool plus_is_blank) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_blank) {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = digit(text[i + 1]), low = digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            out += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return out;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

}  // namespace

bool same_without_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view request::header(std::string_view name) const {
    for (const auto& [key, text] : headers)
        if (same_without_case(key, name)) return text;
    return {};
}

void response::set(std::string name, std::string text) {
    headers.emplace_back(std::move(name), std::move(text));
}

result<bool> pour(response& from, const body_sink& to) {
    if (!from.rest) {
        to(from.body);
        return true;
    }
    for (auto left = from.rest->size; left > 0;) {
        PYKALA_TRY(const auto part, from.rest->next());
        if (part.empty() || part.size() > left)
            return fail(problem_kind::corrupt, "body_broken", "a long answer broke off",
                        "ask for it again");
        to(part);
        left -= part.size();
    }
    return true;
}

std::optional<field_list> read_form(std::string_view text) {
    field_list fields;
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        const auto pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (pair.empty()) continue;
        const auto middle = std::min(pair.find('='), pair.size());
        auto name = unescape(pair.substr(0, middle), true);
        auto held = unescape(pair.substr(std::min(middle + 1, pair.size())), true);
        if (!name || !held) return std::nullopt;
        fields.emplace_back(std::move(*name), std::move(*held));
    }
    return fields;
}

std::string_view field(const field_list& fields, std::string_view name) {
    for (const auto& [key, text] : fields)
        if (key == name) return text;
    return {};
}

std::optional<std::string> decoded(std::string_view text) {
    return unescape(text, false);
}

std::string encoded(std::string_view text) {
    static constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const char small = lower(c);
        const bool plain = (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~';
        if (plain) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += {'%', hex[byte >> 4], hex[byte & 15]};
        }
    }
    return out;
}

std::string_view cookie(const request& asked, std::string_view name) {
    auto text = asked.header("cookie");
    while (!text.empty()) {
        const auto end = std::min(text.find(';'), text.size());
        const auto pair = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto middle = pair.find('=');
        if (middle != std::string_view::npos && pair.substr(0, middle) == name)
            return pair.substr(middle + 1);
    }
    return {};
}

}  // namespace pykala::api::http
