// Certificates of registers, and what they sign: SHA-256 over the raw bytes of a body, base64
// (README.md here, "Signatures"). Checked before anything of the body is read.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/x509.h>

#include "engine/base/result.hpp"

namespace pykala::storage::registers {

struct release_certificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
using certificate_ptr = std::unique_ptr<X509, release_certificate>;

// The certificate that signs, and those between it and an authority.
struct signing_certificate {
    certificate_ptr leaf;
    std::vector<certificate_ptr> between;
};

// Problem `register_certificate` (invalid): no PEM, or a key that may not sign here.
result<signing_certificate> read_certificate(std::string_view pem);

// Problem `register_certificate` (corrupt): its days are over or have not come.
result<void> check_days(const signing_certificate& of);

// Whether an authority of the PEM file (empty: of the system) gave it to this domain. Problem
// `register_certificate` (corrupt).
result<void> check_chain(const signing_certificate& of, const std::string& domain,
                         const std::filesystem::path& ca_file);

// RSASSA-PKCS1-v1_5 or PSS, or ECDSA P-256 (DER). Problem `register_signature` (corrupt).
result<void> check_signature(const signing_certificate& by, std::string_view bytes,
                             std::string_view base64);

}  // namespace pykala::storage::registers
