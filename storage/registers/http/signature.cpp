#include "storage/registers/http/signature.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "engine/base/encoding.hpp"

namespace pykala::storage::registers {

namespace {

constexpr int least_rsa_bits = 2048;

template <auto release>
struct releaser {
    template <class T>
    void operator()(T* of) const {
        release(of);
    }
};
template <class T, auto release>
using owned = std::unique_ptr<T, releaser<release>>;

void release_stack(STACK_OF(X509) * stack) {
    sk_X509_free(stack);
}

bool may_sign(X509* certificate) {
    EVP_PKEY* key = X509_get0_pubkey(certificate);
    if (!key) return false;
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) return EVP_PKEY_get_bits(key) >= least_rsa_bits;
    char curve[32] = {};
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
           EVP_PKEY_get_group_name(key, curve, sizeof curve, nullptr) == 1 &&
           std::string_view(curve) == "prime256v1";
}

bool verifies(EVP_PKEY* key, std::string_view bytes, std::string_view signature, int padding) {
    const owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* of_key = nullptr;
    if (!context || EVP_DigestVerifyInit(context.get(), &of_key, EVP_sha256(), nullptr, key) != 1 ||
        (padding != 0 && EVP_PKEY_CTX_set_rsa_padding(of_key, padding) != 1) ||
        (padding == RSA_PKCS1_PSS_PADDING &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(of_key, RSA_PSS_SALTLEN_AUTO) != 1)) {
        ERR_clear_error();
        return false;
    }
    const auto text = as_bytes(bytes), signed_by = as_bytes(signature);
    const bool good = EVP_DigestVerify(context.get(), signed_by.data(), signed_by.size(),
                                       text.data(), text.size()) == 1;
    ERR_clear_error();
    return good;
}

std::unexpected<problem> refused(std::string detail, std::string hint) {
    return fail(problem_kind::corrupt, "register_certificate", std::move(detail), std::move(hint));
}

}  // namespace

result<signing_certificate> read_certificate(std::string_view pem) {
    const owned<BIO, BIO_free> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    signing_certificate read;
    while (in) {
        certificate_ptr one(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
        if (!one) break;
        if (!read.leaf)
            read.leaf = std::move(one);
        else
            read.between.push_back(std::move(one));
    }
    ERR_clear_error();
    if (!read.leaf)
        return fail(problem_kind::invalid, "register_certificate", "there is no certificate in PEM",
                    "begin it with `-----BEGIN CERTIFICATE-----`");
    if (!may_sign(read.leaf.get()))
        return fail(problem_kind::invalid, "register_certificate",
                    "the key of the certificate is neither RSA of 2048 bits nor ECDSA P-256",
                    "let the supplier make a key of one of these kinds");
    return read;
}

result<void> check_days(const signing_certificate& of) {
    if (X509_cmp_current_time(X509_get0_notBefore(of.leaf.get())) < 0 &&
        X509_cmp_current_time(X509_get0_notAfter(of.leaf.get())) > 0)
        return {};
    return refused("the certificate of the register is not valid at this time",
                   "ask the supplier for a new one and name it in the configuration");
}

result<void> check_chain(const signing_certificate& of, const std::string& domain,
                         const std::filesystem::path& ca_file) {
    const owned<X509_STORE, X509_STORE_free> trusted(X509_STORE_new());
    const owned<X509_STORE_CTX, X509_STORE_CTX_free> check(X509_STORE_CTX_new());
    const owned<STACK_OF(X509), release_stack> between(sk_X509_new_null());
    if (!trusted || !check || !between) throw std::bad_alloc();
    const int loaded = ca_file.empty()
                           ? X509_STORE_set_default_paths(trusted.get())
                           : X509_STORE_load_file(trusted.get(), ca_file.string().c_str());
    for (const auto& one : of.between) sk_X509_push(between.get(), one.get());
    bool good = loaded == 1 &&
                X509_STORE_CTX_init(check.get(), trusted.get(), of.leaf.get(), between.get()) == 1;
    if (good) {
        auto* wanted = X509_STORE_CTX_get0_param(check.get());
        X509_VERIFY_PARAM_set_hostflags(
            wanted, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        good = X509_VERIFY_PARAM_set1_host(wanted, domain.data(), domain.size()) == 1 &&
               X509_verify_cert(check.get()) == 1;
    }
    ERR_clear_error();
    if (good) return {};
    return refused("no trusted authority gave the certificate to the domain of the register",
                   "pin it with `certificate`, or name the authority in `ca_file`");
}

result<void> check_signature(const signing_certificate& by, std::string_view bytes,
                             std::string_view base64) {
    const auto wrong = fail(problem_kind::corrupt, "register_signature",
                            "the answer is not signed with the certificate of the register",
                            "compare the certificate in the configuration with the supplier's");
    const auto signature = from_base64(base64);
    if (!signature || signature->empty()) return wrong;
    EVP_PKEY* key = X509_get0_pubkey(by.leaf.get());
    const bool rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
    const bool good = rsa ? verifies(key, bytes, *signature, RSA_PKCS1_PADDING) ||
                                verifies(key, bytes, *signature, RSA_PKCS1_PSS_PADDING)
                          : verifies(key, bytes, *signature, 0);
    if (!good) return wrong;
    return {};
}

}  // namespace pykala::storage::registers
