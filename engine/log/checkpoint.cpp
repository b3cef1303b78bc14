#include "engine/log/checkpoint.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

namespace pykala::log {
namespace {

constexpr char ed25519 = 0x01;  // signature type of C2SP signed-note

std::string key_bytes(const public_key& key) {
    return std::string(1, ed25519).append(as_text(key));
}

// A short name of the key, not a strong hash of it.
std::string key_hint(sha256_function sha256, std::string_view name, const public_key& key) {
    const digest hash = sha256(fmt::format("{}\n", name), key_bytes(key));
    return std::string(as_text(hash).substr(0, 4));
}

}  // namespace

bool is_origin(std::string_view name) {
    return !name.empty() && name.size() <= 255 && std::all_of(name.begin(), name.end(), [](char c) {
        return c > 0x20 && c < 0x7F && c != '+';
    });
}

std::string checkpoint_text(std::string_view origin, std::uint64_t size, const digest& root) {
    return fmt::format("{}\n{}\n{}\n", origin, size, to_base64(root));
}

std::string verifier_key(sha256_function sha256, std::string_view name, const public_key& key) {
    return fmt::format("{}+{}+{}", name, to_hex(as_bytes(key_hint(sha256, name, key))),
                       to_base64(as_bytes(key_bytes(key))));
}

std::string signed_note(sha256_function sha256, std::string_view signed_text, std::string_view name,
                        const public_key& key, const signature& signature) {
    const std::string signature_bytes = key_hint(sha256, name, key).append(as_text(signature));
    return fmt::format("{}\n— {} {}\n", signed_text, name, to_base64(as_bytes(signature_bytes)));
}

std::string bundle_text(std::string_view origin, const digest& bytes_hash) {
    return fmt::format("pykala-bundle/1\n{}\nsha256 {}\n", origin, to_hex(bytes_hash));
}

}  // namespace pykala::log
