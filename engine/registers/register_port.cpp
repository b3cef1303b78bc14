#include "engine/registers/register_port.hpp"

namespace pykala {

std::optional<record_id> parse_record_id(std::string_view text) {
    const auto first = text.find('/');
    const auto second = first == text.npos ? text.npos : text.find('/', first + 1);
    const auto hash = text.rfind('#');
    if (second == text.npos || hash == text.npos || hash < second) return std::nullopt;
    record_id id{std::string(text.substr(0, first)),
                 std::string(text.substr(first + 1, second - first - 1)),
                 std::string(text.substr(second + 1, hash - second - 1)),
                 std::string(text.substr(hash + 1))};
    if (id.reg.empty() || id.table.empty() || id.key.empty() || id.category.empty())
        return std::nullopt;
    return id;
}

std::string to_string(const record_id& id) {
    return id.reg + '/' + id.table + '/' + id.key + '#' + id.category;
}

}  // namespace pykala
