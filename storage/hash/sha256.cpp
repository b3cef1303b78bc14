#include "storage/hash/sha256.hpp"

#include <memory>
#include <stdexcept>

#include <openssl/evp.h>

namespace pykala::storage {
namespace {

struct context_free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// fetched once: an implicit fetch for each message costs more than the hash of a leaf
const EVP_MD* sha256_method() {
    static EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return method;
}

}  // namespace

log::digest sha256(std::string_view prefix, std::string_view data) {
    thread_local const std::unique_ptr<EVP_MD_CTX, context_free> context(EVP_MD_CTX_new());
    log::digest out{};
    if (EVP_DigestInit_ex2(context.get(), sha256_method(), nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), prefix.data(), prefix.size()) != 1 ||
        EVP_DigestUpdate(context.get(), data.data(), data.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), out.data(), nullptr) != 1)
        throw std::runtime_error("OpenSSL offers no SHA-256");
    return out;
}

}  // namespace pykala::storage
