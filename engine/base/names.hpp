// Names of enumerations as files and the API write them: one table per enumeration, read in both
// directions.
//
//     enum class grade { confirmed, assumed };
//     template <>
//     inline constexpr auto names_of<grade> = std::to_array<name_entry<grade>>(
//         {{grade::confirmed, "confirmed"}, {grade::assumed, "assumed"}});
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace pykala {

template <class E>
using name_entry = std::pair<E, std::string_view>;
template <class E>
inline constexpr std::array<name_entry<E>, 0> names_of{};

template <class E>
concept named_enum = !names_of<E>.empty();

template <named_enum E>
constexpr std::string_view name_of(E value) {
    for (const auto& [each, name] : names_of<E>)
        if (each == value) return name;
    return {};
}

template <named_enum E>
constexpr std::optional<E> from_name(std::string_view text) {
    for (const auto& [each, name] : names_of<E>)
        if (name == text) return each;
    return std::nullopt;
}

template <named_enum E>
std::vector<std::string_view> all_names() {
    std::vector<std::string_view> names;
    for (const auto& entry : names_of<E>) names.push_back(entry.second);
    return names;
}

}  // namespace pykala
