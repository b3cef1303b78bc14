// A JSON-like value for inputs, event fields and facts. Numbers are integers only: nothing in a
// case is a fraction, and integers have one canonical text (RFC 8785) on every machine.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pykala {

class value;
using value_array = std::vector<value>;
using value_object = std::map<std::string, value, std::less<>>;  // ordered by UTF-8 bytes

class value {
public:
    value() = default;  // null
    value(std::nullptr_t) {}
    value(bool b) : held_(b) {}
    value(int n) : held_(std::int64_t{n}) {}
    value(std::int64_t n) : held_(n) {}
    value(const char* text) : held_(std::string(text)) {}
    value(std::string text) : held_(std::move(text)) {}
    value(std::string_view text) : held_(std::string(text)) {}
    value(value_array items) : held_(std::move(items)) {}
    value(value_object members) : held_(std::move(members)) {}

    // Not inline: nearly every source copies and destroys values, and would compile that anew.
    value(const value& other);
    value(value&& other) noexcept;
    value& operator=(const value& other);
    value& operator=(value&& other) noexcept;
    ~value();

    bool is_null() const { return held_.index() == 0; }
    // Each gives a null pointer when the value is of another kind.
    const bool* as_bool() const { return std::get_if<bool>(&held_); }
    const std::int64_t* as_integer() const { return std::get_if<std::int64_t>(&held_); }
    const std::string* as_string() const { return std::get_if<std::string>(&held_); }
    const value_array* as_array() const { return std::get_if<value_array>(&held_); }
    const value_object* as_object() const { return std::get_if<value_object>(&held_); }
    value_array* as_array() { return std::get_if<value_array>(&held_); }
    value_object* as_object() { return std::get_if<value_object>(&held_); }

    // A member of an object; null when this is no object or has no such member.
    const value& operator[](std::string_view key) const;

    friend bool operator==(const value& a, const value& b);

private:
    std::variant<std::monostate, bool, std::int64_t, std::string, value_array, value_object> held_;
};

}  // namespace pykala
