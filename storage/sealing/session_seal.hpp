// Secrets that a browser or a program carries: the cookie of a session, a bearer token. The server
// keeps their hash; what a session knows of a person is sealed under a key made from the cookie, so
// that the database alone opens none of it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace pykala::storage {

// 32 random bytes as 64 lower-case hex digits.
std::string new_bearer_secret();

// Under which a secret is kept.
using secret_hash = std::array<std::uint8_t, 32>;
secret_hash hash_of_secret(std::string_view secret);

// Nothing when the bytes were not sealed with this secret.
std::string seal_for_session(std::string_view secret, std::string_view plain);
std::optional<std::string> open_for_session(std::string_view secret, std::string_view sealed);

}  // namespace pykala::storage
