// Protects the way to a register over HTTP: no plain text, no identity code, no secret in the
// configuration or readable by everybody.
#include "api/server/http_register_file.hpp"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "api/server/instance.hpp"
#include "tests/support/folder.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

const std::string sound = R"(kind = "http"
id = "crm"
title_fi = "Asiakasrekisteri"
title_sv = "Kundregister"
title_en = "Customer register"
url = "https://opendsr.crm.example/v2/"
domain = "opendsr.crm.example"
finds_by = ["customer_number"]
)";

api::instance instance_with(const std::string& reg, diagnostics& findings) {
    return api::load_instance({"instance.toml", R"(schema = 1
[data]
folder = "data"
[keys]
folder = "keys"
second = "second"
[listen]
[tenant.kuopio]
url = "https://tietopyynnot.example.fi"
[[tenant.kuopio.register]]
)" + reg},
                              "/etc/pykala", findings);
}

std::string with(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != text.npos);
    return text.replace(at, from.size(), to);
}

std::string findings_of(const std::string& reg) {
    diagnostics findings;
    instance_with(reg, findings);
    std::string codes;
    for (const auto& each : findings) codes += each.code + " ";
    return codes;
}

}  // namespace

TEST_SUITE("server/http register") {
    TEST_CASE("what is written is what is opened") {
        diagnostics findings;
        const auto made = instance_with(sound + R"(certificate = "crm.pem"
token_file = "credential:crm-token"
wait_seconds = 3
largest_answer_mb = 2
keeps_bans = true
)",
                                        findings);
        CHECK(findings.empty());
        const auto& one = made.tenants.at(0).registers.at(0);
        REQUIRE(one.http);
        const auto& o = one.http->options;
        CHECK(o.id == "crm");
        CHECK(o.title.sv == "Kundregister");
        CHECK(o.url == "https://opendsr.crm.example/v2");
        CHECK(o.certificate == "/etc/pykala/crm.pem");
        CHECK(one.http->token_file == "credential:crm-token");
        CHECK(o.wait == std::chrono::seconds(3));
        CHECK(o.call_timeout == std::chrono::seconds(10));
        CHECK(o.largest_answer == std::size_t{2} << 20);
        CHECK(o.keeps_bans);
        CHECK(o.bearer.empty());
    }
    TEST_CASE("faults are named") {
        CHECK(findings_of(sound).empty());
        CHECK(findings_of(with(sound, "https:", "http:")) == "I06 ");
        CHECK(findings_of(with(sound, "https://", "https://user:word@")) == "I06 ");
        CHECK(findings_of(with(sound, "https://opendsr.crm.example", "http://127.0.0.1")).empty());
        CHECK(findings_of(with(sound, "domain = \"opendsr", "domain = \"https://opendsr")) ==
              "I06 ");
        CHECK(findings_of(with(sound, "\"customer_number\"", "\"hetu\"")) == "I06 ");
        CHECK(findings_of(with(sound, "\"customer_number\"", "")) == "I06 ");
        CHECK(findings_of(with(sound, "id = \"crm\"", "id = \"crm/2\"")) == "S04 ");
        CHECK(findings_of(sound + "user = \"pykala\"\n") == "I06 ");
        CHECK(findings_of(sound + "user = \"p\"\npassword_file = \"p\"\ntoken_file = \"t\"\n") ==
              "I06 ");
        CHECK(findings_of(sound + "token = \"secret\"\n") == "S01 ");
        CHECK(findings_of(with(sound, "title_sv = \"Kundregister\"\n", "")) == "S02 ");
        CHECK(findings_of(sound + "wait_seconds = 0\n") == "S03 ");
    }
    TEST_CASE("secrets are one line of a file that not everybody reads") {
        const folder dir;
        diagnostics findings;
        auto settings = *instance_with(sound, findings).tenants.at(0).registers.at(0).http;
        const auto code = [&] {
            const auto opened = api::open_register(settings);
            return opened ? "good" : opened.error().code;
        };
        CHECK(code() == "good");
        settings.token_file = dir.file("token");
        CHECK(code() == "secret_unusable");
        std::ofstream(dir.file("token")) << "a-token\n";
        using std::filesystem::perms;
        std::filesystem::permissions(dir.file("token"), perms::owner_read | perms::owner_write);
        CHECK(code() == "good");
        std::ofstream(dir.file("token")) << "two\nlines\n";
        CHECK(code() == "secret_unusable");
        std::ofstream(dir.file("token")) << "\n";
        CHECK(code() == "secret_unusable");
        std::ofstream(dir.file("token")) << "a-token";
        std::filesystem::permissions(dir.file("token"), perms::others_read,
                                     std::filesystem::perm_options::add);
        CHECK(code() == "secret_unusable");
        settings.token_file = "credential:nowhere";
        CHECK(code() == "no_credentials");
    }
}
