// Signed tree heads: C2SP tlog-checkpoint in a signed-note. Bytes: storage/formats/checkpoint.md.
#pragma once

#include <string>

#include "engine/log/hash.hpp"

namespace pykala::log {

using public_key = std::array<std::uint8_t, 32>;  // Ed25519
using signature = std::array<std::uint8_t, 64>;

// Non-empty, no blanks, no `+`, no control characters: fit to be an origin and a key name.
bool is_origin(std::string_view name);

std::string checkpoint_text(std::string_view origin, std::uint64_t size, const digest& root);

// What the verifier is given: `name+key id+base64(0x01 || public key)`.
std::string verifier_key(sha256_function sha256, std::string_view name, const public_key& key);

// The text with one signature line; `signed_text` must end in a newline, the signature must be over
// all of it.
std::string signed_note(sha256_function sha256, std::string_view signed_text, std::string_view name,
                        const public_key& key, const signature& signature);

// The text that the last line of a bundle signs; `bytes_hash` is over all bytes before that line.
std::string bundle_text(std::string_view origin, const digest& bytes_hash);

}  // namespace pykala::log
