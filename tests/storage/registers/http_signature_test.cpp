// Protects the proof that an answer is the register's: who signs, for how long, with what key, and
// over which bytes.
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "engine/base/encoding.hpp"

#include "storage/registers/http/opendsr_peer.hpp"
#include "storage/registers/http/request_text.hpp"
#include "storage/registers/http/signature.hpp"
#include "tests/support/http_receiver.hpp"

using namespace pykala;
using namespace pykala::tests;
using namespace pykala::storage::registers;

namespace {

std::string bytes_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// A key of OpenSSL's own words, and a certificate of it valid from and to so many days from now.
void make_certificate(const folder& dir, const std::vector<std::string>& kind, long from, long to) {
    std::vector<std::string> words{"openssl", "genpkey", "-quiet", "-out", dir.file("key.pem")};
    words.insert(words.end(), kind.begin(), kind.end());
    run_program(words);
    auto* in = std::fopen(dir.file("key.pem").c_str(), "r");
    EVP_PKEY* key = PEM_read_PrivateKey(in, nullptr, nullptr, nullptr);
    std::fclose(in);
    X509* made = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(made), from * 86400);
    X509_gmtime_adj(X509_getm_notAfter(made), to * 86400);
    X509_set_pubkey(made, key);
    X509_sign(made, key, EVP_sha256());
    auto* out = std::fopen(dir.file("cert.pem").c_str(), "w");
    PEM_write_X509(out, made);
    std::fclose(out);
    X509_free(made);
    EVP_PKEY_free(key);
}

const std::vector<std::string> p256{"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"};

std::string code_of_opening(const storage::http_register_options& options) {
    const auto opened = storage::open_http_register(options);
    return opened ? "good" : opened.error().code;
}

}  // namespace

TEST_SUITE("registers/http signature") {
    TEST_CASE("the vector of the contract verifies and no other bytes do") {
        const std::string vectors = PYKALA_SOURCE_DIR "/storage/registers/http/vectors/";
        const auto body = bytes_of(vectors + "status.json");
        const auto certificate = read_certificate(bytes_of(vectors + "certificate.pem")).value();
        for (const auto* file : {"pkcs1.txt", "pss.txt"}) {
            CAPTURE(file);
            auto signature = bytes_of(vectors + file);
            CHECK(check_signature(certificate, body, signature));
            CHECK_FALSE(check_signature(certificate, body + "\n", signature));
            auto other = body;
            other[0] = ' ';
            CHECK_FALSE(check_signature(certificate, other, signature));
            signature[10] = signature[10] == 'A' ? 'B' : 'A';
            CHECK_FALSE(check_signature(certificate, body, signature));
            CHECK_FALSE(check_signature(certificate, body, ""));
            CHECK_FALSE(check_signature(certificate, body, "no base64"));
        }
    }
    TEST_CASE("ids of requests are those of the contract") {
        CHECK(request_id_of("opendsr.crm.example", "K-2026-0001/o3/0") ==
              "b4b0b55e-24e3-44cd-8960-b321ad0b2631");
        CHECK(request_id_of("opendsr.crm.example", "K-2026-0001/o3/1") !=
              request_id_of("opendsr.crm.example", "K-2026-0001/o3/0"));
        CHECK(request_id_of("opendsr.bill.example", "K-2026-0001/o3/0") !=
              request_id_of("opendsr.crm.example", "K-2026-0001/o3/0"));
        CHECK(random_request_id() != random_request_id());
    }
    TEST_CASE("statuses are known in the forms of the wild") {
        using enum request_status;
        CHECK(read_status("in-progress") == in_progress);
        CHECK(read_status("IN_PROGRESS") == in_progress);
        CHECK(read_status("canceled") == cancelled);
        CHECK(read_status("cancelled") == cancelled);
        CHECK(read_status("Completed") == completed);
        CHECK_FALSE(read_status("complete"));
        CHECK_FALSE(read_status(""));
    }
    TEST_CASE("a register opens with a certificate that may sign today and over https") {
        storage::http_register_options options{.id = "crm",
                                               .title = {},
                                               .url = "https://opendsr.crm.example/v2",
                                               .domain = receiver_domain,
                                               .certificate = keys_of_receiver().certificate};
        CHECK(code_of_opening(options) == "good");
        const folder dir;
        options.certificate = dir.file("cert.pem");
        CHECK(code_of_opening(options) == "register_certificate");
        std::ofstream(dir.file("cert.pem")) << "no certificate";
        CHECK(code_of_opening(options) == "register_certificate");
        make_certificate(dir, p256, -10, 10);
        CHECK(code_of_opening(options) == "good");
        make_certificate(dir, p256, -10, -1);
        CHECK(code_of_opening(options) == "register_certificate");
        make_certificate(dir, p256, 1, 10);
        CHECK(code_of_opening(options) == "register_certificate");
        make_certificate(dir, {"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"}, -1, 1);
        CHECK(code_of_opening(options) == "register_certificate");
        make_certificate(dir, {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"}, -1, 1);
        CHECK(code_of_opening(options) == "register_certificate");
        options.certificate.clear();
        for (const auto* url : {"http://opendsr.crm.example/v2", "ftp://127.0.0.1/v2", "crm",
                                "https://user:word@opendsr.crm.example/v2"}) {
            CAPTURE(url);
            options.url = url;
            CHECK(code_of_opening(options) == "register_url");
        }
        options.url = "http://127.0.0.1:8443/v2";
        CHECK(code_of_opening(options) == "good");
    }
    TEST_CASE("a register may sign with ECDSA") {
        const folder dir;
        make_certificate(dir, p256, -1, 1);
        const receiver at({dir.file("key.pem"), dir.file("cert.pem"), {}, {}});
        CHECK(at.port()->find({{"customer_number", {"100234"}}}).value().people.size() == 1);
        auto options = at.options();
        options.certificate = keys_of_receiver().certificate;
        const auto found =
            storage::open_http_register(options).value()->find({{"customer_number", {"100234"}}});
        REQUIRE_FALSE(found);
        CHECK(found.error().code == "register_signature");
    }
    TEST_CASE("without a pin an authority must have given the certificate to the domain") {
        const folder dir;
        const auto in = [&](const std::string& name) { return dir.file(name); };
        const auto signed_by_authority = [&](const std::string& name, const std::string& names) {
            run_program({"openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout",
                         in(name + ".key"), "-out", in(name + ".csr"), "-subj", "/CN=any",
                         "-addext", "subjectAltName=" + names, "-batch"});
            run_program({"openssl", "x509", "-req", "-in", in(name + ".csr"), "-CA", in("ca.pem"),
                         "-CAkey", in("ca.key"), "-CAcreateserial", "-days", "2",
                         "-copy_extensions", "copy", "-out", in(name + ".pem")});
        };
        run_program({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                     "-keyout", in("ca.key"), "-out", in("ca.pem"), "-subj", "/CN=Authority",
                     "-batch"});
        signed_by_authority("own", std::string("DNS:") + receiver_domain);
        signed_by_authority("other", "DNS:opendsr.other.example");
        signed_by_authority("tls", "IP:127.0.0.1");
        const std::vector<std::string> tls{"--tls-certificate", in("tls.pem"), "--tls-key",
                                           in("tls.key")};
        const auto code_of_find = [&](const receiver& at, const std::string& authorities) {
            auto options = at.options();
            options.certificate.clear();
            options.ca_file = authorities;
            const auto found = storage::open_http_register(options).value()->find(
                {{"customer_number", {"100234"}}});
            return found ? "good" : found.error().code;
        };
        const receiver own({in("own.key"), in("own.pem"), {}, {}}, tls);
        REQUIRE(own.url.starts_with("https://"));
        CHECK(code_of_find(own, in("ca.pem")) == "good");
        // an authority that nobody trusts is not even spoken with
        CHECK(code_of_find(own, keys_of_receiver().certificate) == "register_unreachable");
        const receiver other({in("other.key"), in("other.pem"), {}, {}}, tls);
        CHECK(code_of_find(other, in("ca.pem")) == "register_certificate");
        const receiver self_signed(keys_of_receiver(), tls);
        CHECK(code_of_find(self_signed, in("ca.pem")) == "register_certificate");
    }
}
