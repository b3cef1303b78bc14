// Canonical JSON as the verifier reads it: by Boost.JSON, then written again and compared with the
// bytes that stood there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "storage/verify/hash.hpp"

namespace pykala::storage::verify {

namespace json = boost::json;

// RFC 8785 without fractions. Nothing where a number is no integer within ±(2^53 - 1).
std::optional<std::string> canonical_text(const json::value& value);

// The object that the text is; nothing when it is no JSON object, or not in its canonical bytes.
std::optional<json::object> read_canonical(std::string_view text);

// Members by name; nothing when the member is not there or of another kind.
std::optional<std::string_view> text_in(const json::object& object, std::string_view name);
std::optional<std::uint64_t> number_in(const json::object& object, std::string_view name);
const json::array* array_in(const json::object& object, std::string_view name);
const json::object* object_in(const json::object& object, std::string_view name);
std::optional<hash256> hash_in(const json::object& object, std::string_view name);

// Every element is 64 hex digits; nothing otherwise.
std::optional<std::vector<hash256>> hashes_in(const json::object& object, std::string_view name);

}  // namespace pykala::storage::verify
