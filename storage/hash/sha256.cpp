#include "storage/hash/sha256.hpp"

#include <stdexcept>

#include <openssl/evp.h>

namespace pykala::storage {
namespace {

// fetched once: an implicit fetch for each message costs more than the hash of a leaf
const EVP_MD* sha256_method() {
    static EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return method;
}

struct context_free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

void require(int done) {
    if (done != 1) throw std::runtime_error("OpenSSL offers no SHA-256");
}

}  // namespace

log::digest sha256(std::string_view prefix, std::string_view data) {
    thread_local const std::unique_ptr<EVP_MD_CTX, context_free> kept(EVP_MD_CTX_new());
    EVP_MD_CTX* const context = kept.get();
    log::digest out{};
    require(EVP_DigestInit_ex2(context, sha256_method(), nullptr));
    require(EVP_DigestUpdate(context, prefix.data(), prefix.size()));
    require(EVP_DigestUpdate(context, data.data(), data.size()));
    require(EVP_DigestFinal_ex(context, out.data(), nullptr));
    return out;
}

sha256_stream::sha256_stream() : context_(EVP_MD_CTX_new()) {
    require(EVP_DigestInit_ex2(context_.get(), sha256_method(), nullptr));
}

void sha256_stream::release::operator()(evp_md_ctx_st* context) const {
    EVP_MD_CTX_free(context);
}

void sha256_stream::update(std::string_view data) {
    require(EVP_DigestUpdate(context_.get(), data.data(), data.size()));
}

log::digest sha256_stream::finish() {
    log::digest out{};
    require(EVP_DigestFinal_ex(context_.get(), out.data(), nullptr));
    return out;
}

}  // namespace pykala::storage
