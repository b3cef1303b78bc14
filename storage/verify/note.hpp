// Signed notes (C2SP) and Ed25519, by OpenSSL, as the verifier reads them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/verify/hash.hpp"

namespace pykala::storage::verify {

// A verifier key: `name+key id+base64(0x01 || public key)`.
struct note_key {
    std::string name;
    std::string id;          // 4 bytes
    std::string public_key;  // 32 bytes

    // Nothing when the text is no Ed25519 verifier key, or its id is not that of its name and key.
    static std::optional<note_key> read(std::string_view text);
};

// The text that the note signs, if a signature of the key stands below it and holds; nothing
// otherwise.
std::optional<std::string> signed_text(std::string_view note, const note_key& key);

struct tree_head {
    std::string origin;
    std::uint64_t size = 0;
    hash256 root{};

    // Of the three lines of a checkpoint; nothing when there are more or others.
    static std::optional<tree_head> read(std::string_view text);
};

}  // namespace pykala::storage::verify
