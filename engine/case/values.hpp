// Reading and writing the values that commands and events carry. Readers are total: what is missing
// or of another kind gives the empty value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/value.hpp"
#include "engine/time/date.hpp"

namespace pykala::cases {

inline const value& member(const value_object& o, std::string_view key) {
    static const value null;
    const auto found = o.find(key);
    return found == o.end() ? null : found->second;
}

inline std::string text_of(const value& v) {
    const auto* text = v.as_string();
    return text ? *text : std::string();
}
inline std::string text_of(const value_object& o, std::string_view key) {
    return text_of(member(o, key));
}

inline bool flag_of(const value& v) {
    const auto* flag = v.as_bool();
    return flag && *flag;
}
inline bool flag_of(const value_object& o, std::string_view key) {
    return flag_of(member(o, key));
}

inline std::optional<date> date_of(const value& v) {
    const auto* text = v.as_string();
    return text ? parse_date(*text) : std::nullopt;
}
inline std::optional<date> date_of(const value_object& o, std::string_view key) {
    return date_of(member(o, key));
}

inline std::vector<std::string> list_of(const value& v) {
    std::vector<std::string> all;
    if (const auto* items = v.as_array())
        for (const auto& item : *items) all.push_back(text_of(item));
    return all;
}
inline std::vector<std::string> list_of(const value_object& o, std::string_view key) {
    return list_of(member(o, key));
}

inline value_object object_of(const value& v) {
    const auto* members = v.as_object();
    return members ? *members : value_object();
}

// The objects of a list; nothing else in it counts.
inline std::vector<value_object> objects_of(const value& v) {
    std::vector<value_object> all;
    if (const auto* items = v.as_array())
        for (const auto& item : *items)
            if (const auto* members = item.as_object()) all.push_back(*members);
    return all;
}

template <class Range>
value list_value(const Range& names) {
    value_array all;
    for (const auto& name : names) all.emplace_back(std::string(name));
    return all;
}

inline value date_value(const std::optional<date>& day) {
    return day ? value(to_string(*day)) : value();
}

// Adds a member unless it is empty.
inline void add_text(value_object& o, std::string_view key, const std::string& text) {
    if (!text.empty()) o.emplace(key, text);
}

}  // namespace pykala::cases
