#include "engine/base/value.hpp"

namespace pykala {

value::value(const value& other) = default;
value::value(value&& other) noexcept = default;
value& value::operator=(const value& other) = default;
value& value::operator=(value&& other) noexcept = default;
value::~value() = default;

bool operator==(const value& a, const value& b) {
    return a.held_ == b.held_;
}

const value& value::operator[](std::string_view key) const {
    static const value null;
    const auto* members = as_object();
    if (!members) return null;
    const auto found = members->find(key);
    return found == members->end() ? null : found->second;
}

}  // namespace pykala
