#include "storage/sealing/sodium.hpp"

#include <array>
#include <stdexcept>

#include <sodium.h>

#include "engine/base/encoding.hpp"

namespace pykala::storage {
namespace {

// A library that cannot initialize has no randomness: there is nothing to go on with.
void require_sodium() {
    static const int ready = sodium_init();
    if (ready < 0) throw std::runtime_error("libsodium cannot be initialized");
}

unsigned char* writable(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(secret_key::size == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(secret_key::size == crypto_sign_SEEDBYTES);

struct signing_pair {
    log::public_key open{};
    std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret{};
    explicit signing_pair(const secret_key& seed) {
        require_sodium();
        crypto_sign_seed_keypair(open.data(), secret.data(), seed.bytes().data());
    }
    signing_pair(const signing_pair&) = delete;
    signing_pair& operator=(const signing_pair&) = delete;
    ~signing_pair() { sodium_memzero(secret.data(), secret.size()); }
};

}  // namespace

void wipe(std::span<std::uint8_t> bytes) {
    sodium_memzero(bytes.data(), bytes.size());
}

void wipe(std::string& text) {
    text.resize(text.capacity());  // bytes left behind a shorter text count too
    sodium_memzero(text.data(), text.size());
    text.clear();
}

secret_key secret_key::random() {
    secret_key out;
    random_bytes(out.bytes());
    return out;
}

void random_bytes(std::span<std::uint8_t> out) {
    require_sodium();
    randombytes_buf(out.data(), out.size());
}

log::stream_tag random_tag() {
    log::stream_tag out{};
    random_bytes(out);
    return out;
}

std::vector<log::salt> random_salts(std::size_t count) {
    std::vector<log::salt> out(count);
    if (count != 0) random_bytes({out.front().data(), count * sizeof(log::salt)});
    return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string aead_seal(const secret_key& key, std::string_view associated, std::string_view plain) {
    require_sodium();
    std::string out(nonce_bytes + plain.size() + tag_bytes, '\0');
    randombytes_buf(out.data(), nonce_bytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        writable(out) + nonce_bytes, nullptr, as_bytes(plain).data(), plain.size(),
        as_bytes(associated).data(), associated.size(), nullptr, writable(out), key.bytes().data());
    return out;
}

std::optional<std::string> aead_open(const secret_key& key, std::string_view associated,
                                     std::string_view sealed) {
    require_sodium();
    if (sealed.size() < nonce_bytes + tag_bytes) return std::nullopt;
    const auto bytes = as_bytes(sealed);
    std::string out(sealed.size() - nonce_bytes - tag_bytes, '\0');
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            writable(out), nullptr, nullptr, bytes.data() + nonce_bytes, bytes.size() - nonce_bytes,
            as_bytes(associated).data(), associated.size(), bytes.data(), key.bytes().data()) != 0)
        return std::nullopt;
    return out;
}

void keyed_hash(const secret_key& key, std::string_view message, std::span<std::uint8_t> out) {
    require_sodium();
    if (crypto_generichash(out.data(), out.size(), as_bytes(message).data(), message.size(),
                           key.bytes().data(), secret_key::size) != 0)
        throw std::logic_error("BLAKE2b gives 16 to 64 bytes");
}

log::public_key public_key_of(const secret_key& seed) {
    return signing_pair(seed).open;
}

log::signature sign(const secret_key& seed, std::string_view text) {
    const signing_pair pair(seed);
    log::signature out{};
    crypto_sign_detached(out.data(), nullptr, as_bytes(text).data(), text.size(),
                         pair.secret.data());
    return out;
}

std::string hash_password(std::string_view password) {
    require_sodium();
    std::array<char, crypto_pwhash_STRBYTES> out{};
    if (crypto_pwhash_str(out.data(), password.data(), password.size(),
                          crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        throw std::runtime_error("not enough memory to hash a password");
    return out.data();
}

bool verify_password(std::string_view stored, std::string_view password) {
    require_sodium();
    if (stored.size() >= crypto_pwhash_STRBYTES) return false;
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    stored.copy(hash.data(), stored.size());
    return crypto_pwhash_str_verify(hash.data(), password.data(), password.size()) == 0;
}

}  // namespace pykala::storage
