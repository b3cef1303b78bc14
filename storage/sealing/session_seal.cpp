#include "storage/sealing/session_seal.hpp"

#include <algorithm>

#include "engine/base/encoding.hpp"

#include "storage/hash/sha256.hpp"
#include "storage/sealing/sodium.hpp"

namespace pykala::storage {
namespace {

constexpr std::string_view bound_to = "pykala-session/1";

// The secret is random, so a hash of it is a key; the prefix tells it from the hash that is stored.
secret_key key_of(std::string_view secret) {
    const auto hash = sha256("pykala-session-key/1:", secret);
    secret_key made;
    std::copy(hash.begin(), hash.end(), made.bytes().begin());
    return made;
}

}  // namespace

std::string new_bearer_secret() {
    return to_hex(secret_key::random().bytes());
}

secret_hash hash_of_secret(std::string_view secret) {
    return sha256("pykala-bearer/1:", secret);
}

std::string seal_for_session(std::string_view secret, std::string_view plain) {
    return aead_seal(key_of(secret), bound_to, plain);
}

std::optional<std::string> open_for_session(std::string_view secret, std::string_view sealed) {
    return aead_open(key_of(secret), bound_to, sealed);
}

}  // namespace pykala::storage
