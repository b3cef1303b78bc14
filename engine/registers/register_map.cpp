#include "engine/registers/register_map.hpp"

#include <algorithm>

namespace pykala {

const mapped_table* register_map::find_table(std::string_view name) const {
    const auto found = std::ranges::find(tables, name, &mapped_table::name);
    return found == tables.end() ? nullptr : &*found;
}

bool is_identifier(std::string_view name) {
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return !name.empty() && name.size() <= 64 && letter(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace pykala
