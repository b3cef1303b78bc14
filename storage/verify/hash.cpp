#include "storage/verify/hash.hpp"

#include <stdexcept>

#include <openssl/evp.h>

namespace pykala::storage::verify {
namespace {

const EVP_MD* method() {
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (!fetched) throw std::runtime_error("OpenSSL has no SHA-256");
    return fetched;
}

int nibble(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

}  // namespace

void hasher::release::operator()(evp_md_ctx_st* context) const {
    EVP_MD_CTX_free(context);
}

hasher::hasher() : context_(EVP_MD_CTX_new()) {
    reset();
}

hasher& hasher::reset() {
    EVP_DigestInit_ex2(context_.get(), method(), nullptr);
    return *this;
}

hasher& hasher::add(std::string_view bytes) {
    EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
    return *this;
}

hash256 hasher::finish() {
    hash256 out{};
    if (EVP_DigestFinal_ex(context_.get(), out.data(), nullptr) != 1)
        throw std::runtime_error("SHA-256 failed");
    return out;
}

hash256 hash_of(std::string_view bytes) {
    thread_local hasher one;
    return one.reset().add(bytes).finish();
}

std::string hex_of(const hash256& hash) {
    std::string out(64, '0');
    for (std::size_t i = 0; i < 32; ++i) {
        out[2 * i] = "0123456789abcdef"[hash[i] / 16];
        out[2 * i + 1] = "0123456789abcdef"[hash[i] % 16];
    }
    return out;
}

bool is_hex(std::string_view text, std::size_t digits) {
    if (text.size() != digits) return false;
    for (const char c : text)
        if (nibble(c) < 0) return false;
    return true;
}

std::optional<hash256> hash_from_hex(std::string_view text) {
    if (!is_hex(text, 64)) return std::nullopt;
    hash256 out{};
    for (std::size_t i = 0; i < 32; ++i)
        out[i] = static_cast<unsigned char>(nibble(text[2 * i]) * 16 + nibble(text[2 * i + 1]));
    return out;
}

std::optional<std::string> bytes_from_base64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0) return std::nullopt;
    std::string out(text.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    const std::size_t pads = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
    out.resize(out.size() - pads);
    // OpenSSL forgives blanks and spare bits; writing the bytes again tells
    std::string again(text.size() + 1, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(again.data()),
                    reinterpret_cast<const unsigned char*>(out.data()),
                    static_cast<int>(out.size()));
    again.resize(text.size());
    if (again != text) return std::nullopt;
    return out;
}

}  // namespace pykala::storage::verify
