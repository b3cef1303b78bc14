// The verifier's own SHA-256, hex and base64. Written from storage/formats/, shares nothing with
// the writer.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace pykala::storage::verify {

using hash256 = std::array<unsigned char, 32>;

// SHA-256, one message after another; `reset` begins the next.
class hasher {
public:
    hasher();
    hasher& reset();
    hasher& add(std::string_view bytes);
    hash256 finish();

private:
    struct release {
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_ctx_st, release> context_;
};

hash256 hash_of(std::string_view bytes);
std::string hex_of(const hash256& hash);
// Exactly 64 lower-case hex digits.
std::optional<hash256> hash_from_hex(std::string_view text);
// RFC 4648 section 4 with padding; nothing where another text would mean the same bytes.
std::optional<std::string> bytes_from_base64(std::string_view text);

bool is_hex(std::string_view text, std::size_t digits);

inline std::string_view view(const hash256& hash) {
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace pykala::storage::verify
