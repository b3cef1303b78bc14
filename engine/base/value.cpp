#include "engine/base/value.hpp"

namespace pykala {

const value& value::operator[](std::string_view key) const {
    static const value null;
    const auto* members = as_object();
    if (!members) return null;
    const auto found = members->find(key);
    return found == members->end() ? null : found->second;
}

}  // namespace pykala
