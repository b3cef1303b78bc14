// Canonical JSON (RFC 8785), the part that the log uses: no fractions. See
// storage/formats/README.md.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.hpp"

namespace pykala {

// Order of member names: by UTF-16 code units (RFC 8785 section 3.2.3).
struct utf16_less {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const;
};

struct json_value;
using json_array = std::vector<json_value>;
using json_object = std::map<std::string, json_value, utf16_less>;

// A value as events carry it. Integers must lie within ±(2^53 - 1); money is cents, a reading is a
// string.
struct json_value {
    std::variant<std::nullptr_t, bool, std::int64_t, std::string, json_array, json_object> data =
        nullptr;

    json_value() = default;
    json_value(std::nullptr_t) {}                             // NOLINT: literals read as JSON
    json_value(bool b) : data(b) {}                           // NOLINT
    json_value(std::int64_t i) : data(i) {}                   // NOLINT
    json_value(int i) : data(std::int64_t{i}) {}              // NOLINT
    json_value(std::string s) : data(std::move(s)) {}         // NOLINT
    json_value(std::string_view s) : data(std::string(s)) {}  // NOLINT
    json_value(const char* s) : data(std::string(s)) {}       // NOLINT
    json_value(json_array a) : data(std::move(a)) {}          // NOLINT
    json_value(json_object o) : data(std::move(o)) {}         // NOLINT

    friend bool operator==(const json_value& a, const json_value& b) = default;
};

// Problems `json_text` (a string is not UTF-8), `json_number` (beyond ±(2^53 - 1)), `json_depth`
// (more than 64 deep).
result<std::string> canonical_json(const json_value& value);

// Whether the bytes are well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

}  // namespace pykala
