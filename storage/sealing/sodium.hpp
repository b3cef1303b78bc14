// What we use of libsodium, with sizes in types and return codes that cannot be dropped.
#pragma once

#include <optional>

#include "engine/log/checkpoint.hpp"
#include "engine/log/event_leaf.hpp"

#include "storage/sealing/secret.hpp"

namespace pykala::storage {

void random_bytes(std::span<std::uint8_t> out);
log::stream_tag random_tag();  // also for ids of keys and documents
std::vector<log::salt> random_salts(std::size_t count);

// In time that depends on the lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// XChaCha20-Poly1305-IETF: nonce (24 random bytes), cipher text, tag (16). `associated` is bound,
// not hidden.
std::string aead_seal(const secret_key& key, std::string_view associated, std::string_view plain);
std::optional<std::string> aead_open(const secret_key& key, std::string_view associated,
                                     std::string_view sealed);

// BLAKE2b keyed with `key`; `out` has 16 to 64 bytes.
void keyed_hash(const secret_key& key, std::string_view message, std::span<std::uint8_t> out);

// Ed25519; `seed` is the secret.
log::public_key public_key_of(const secret_key& seed);
log::signature sign(const secret_key& seed, std::string_view text);

// Argon2id with libsodium's interactive limits (64 MiB, about 0.1 s): call it on a bounded queue.
std::string hash_password(std::string_view password);
bool verify_password(std::string_view stored, std::string_view password);

}  // namespace pykala::storage
