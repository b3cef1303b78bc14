// Protects what leaves as e-mail: the same message is the same bytes, only ASCII and short lines,
// and nothing that somebody typed can begin a header or a command of its own.
#include "storage/mail/mail_text.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/base/encoding.hpp"

#include "storage/mail/smtp.hpp"
#include "tests/support/mail_sink.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

desk::mail_message sample() {
    return {.id = "00ff",
            .from = "tietosuoja@example.fi",
            .from_name = "Äänekosken Energia",
            .to = "aino@example.fi",
            .language = "fi",
            .subject = "Sinulle on viesti",
            .text = "Hei,\n\nsinulle on viesti – lue se.\n",
            .at = instant{make_date(2026, 12, 1)} + std::chrono::hours(9)};
}

std::string code_of(const desk::mail_message& m) {
    const auto made = storage::mail_text(m);
    return made ? std::string() : made.error().code;
}

}  // namespace

TEST_SUITE("storage/mail") {
    TEST_CASE("text: a message has its headers, and is the same each time [RFC 5322]") {
        const auto text = storage::mail_text(sample()).value();
        CHECK(text == storage::mail_text(sample()).value());
        CHECK(text.starts_with("Date: Tue, 1 Dec 2026 09:00:00 +0000\r\nFrom: =?UTF-8?B?"));
        for (const std::string_view line :
             {"\r\n <tietosuoja@example.fi>\r\n", "\r\nTo: <aino@example.fi>\r\n",
              "\r\nMessage-ID: <00ff@example.fi>\r\n", "\r\nAuto-Submitted: auto-generated\r\n",
              "\r\nContent-Type: text/plain; charset=utf-8\r\n", "\r\nContent-Language: fi\r\n",
              "\r\nContent-Transfer-Encoding: base64\r\n\r\n"})
            CHECK_MESSAGE(text.contains(line), line);
        const auto body = text.substr(text.find("\r\n\r\n") + 4);
        CHECK(body == to_base64(as_bytes("Hei,\r\n\r\nsinulle on viesti – lue se.\r\n")) + "\r\n");
    }

    TEST_CASE("text: long and foreign texts stay ASCII in short lines [RFC 2047]") {
        auto m = sample();
        m.subject.clear();
        for (int i = 0; i < 40; ++i) m.subject += "öljy€";
        for (int i = 0; i < 40; ++i) m.text += "Sähkölämmitys on päällä. ";
        const auto text = storage::mail_text(m).value();
        std::size_t begin = 0, longest = 0;
        for (auto end = text.find("\r\n"); end != text.npos; end = text.find("\r\n", begin)) {
            longest = std::max(longest, end - begin);
            begin = end + 2;
        }
        CHECK(longest <= 76);
        CHECK(std::ranges::all_of(text, [](char c) { return c > 0; }));
        const taken_mail kept{.head = text.substr(0, text.find("\r\n\r\n") + 2)};
        CHECK(decoded_words(kept.header("Subject")) == m.subject);
    }

    TEST_CASE("text: nothing begins a header of its own") {
        const auto with = [](auto&& change) {
            auto m = sample();
            change(m);
            return code_of(m);
        };
        CHECK(with([](auto&) {}) == "");
        for (const auto& bad :
             std::vector<std::string>{"a\r\nBcc: b@example.fi", "a\nb", "a\rb",
                                      std::string("a\0b", 3), "\xC3", "\xED\xA0\x80"}) {
            CHECK(with([&](auto& m) { m.subject = bad; }) == "mail_malformed");
            CHECK(with([&](auto& m) { m.from_name = bad; }) == "mail_malformed");
            CHECK(with([&](auto& m) { m.to = bad + "@example.fi"; }) == "mail_malformed");
            CHECK(with([&](auto& m) { m.from = "a@example.fi" + bad; }) == "mail_malformed");
            CHECK(with([&](auto& m) { m.id = bad; }) == "mail_malformed");
        }
    }

    TEST_CASE("address: what mail can be sent to, and nothing else") {
        for (const std::string_view good :
             {"a@b.fi", "aino.virtanen+energia@posti.example.fi", "o'brien@example.com",
              "x@xn--nkkileip-0za8a.fi", "a@localhost"})
            CHECK_MESSAGE(desk::is_mail_address(good), good);
        for (const std::string_view bad : {"",
                                           "a",
                                           "@b.fi",
                                           "a@",
                                           "a@b@c.fi",
                                           "a b@c.fi",
                                           "<a@b.fi>",
                                           "a@b.fi>",
                                           "a@b.fi,c@d.fi",
                                           "a@b.fi\r\nRCPT TO:<c@d.fi>",
                                           "a@b.fi\n",
                                           ".a@b.fi",
                                           "a.@b.fi",
                                           "a..b@c.fi",
                                           "a@b..fi",
                                           "a@-b.fi",
                                           "a@b-.fi",
                                           "ä@b.fi",
                                           "a@[127.0.0.1]",
                                           "\"a b\"@c.fi"})
            CHECK_FALSE_MESSAGE(desk::is_mail_address(bad), bad);
    }

    TEST_CASE("smtp: what the server says is what is told") {
        const mail_sink sink;
        auto port = storage::open_smtp(sink.settings()).value();
        const auto told = [&](const std::string& words) {
            sink.behaves(words);
            const auto fate = port->send(sample());
            if (!fate) return fate.error().code;
            return std::string(*fate == desk::mail_fate::accepted ? "accepted" : "refused");
        };
        CHECK(told("") == "accepted");
        CHECK(sink.taken().size() == 1);
        CHECK(sink.taken().front().from == "MAIL FROM:<tietosuoja@example.fi>");
        CHECK(sink.taken().front().to == "RCPT TO:<aino@example.fi>");
        CHECK(sink.taken().front().whole == storage::mail_text(sample()).value());
        CHECK(told("slow 1") == "accepted");
        CHECK(told("rcpt 550") == "refused");
        CHECK(told("data 554") == "refused");
        // of the sender or of this moment: mended elsewhere, and tried again
        CHECK(told("mail 550") == "mail_not_taken");
        CHECK(told("rcpt 450") == "mail_not_taken");
        CHECK(told("data 452") == "mail_not_taken");
        CHECK(told("refuse") == "mail_unreachable");
        CHECK(told("slow 9") == "mail_unreachable");
        CHECK(told("drop") == "mail_unreachable");
        CHECK(sink.taken().size() == 3);
    }

    TEST_CASE("smtp: without TLS mail goes nowhere but to this machine") {
        for (const auto* host : {"mail.example.fi", "127.example.fi", "10.0.0.1", "localhost.fi"}) {
            const auto opened =
                storage::open_smtp({.host = host, .security = storage::mail_security::none});
            CHECK_MESSAGE(!opened.has_value(), host);
        }
        const mail_sink sink;  // offers no TLS
        auto own = sink.settings();
        own.security = storage::mail_security::starttls;
        const auto fate = storage::open_smtp(own).value()->send(sample());
        REQUIRE_FALSE(fate.has_value());
        CHECK(fate.error().code == "mail_tls");
        CHECK(sink.taken().empty());
        // neither address nor text in what is told
        CHECK_FALSE((fate.error().detail + fate.error().hint).contains("aino"));
    }
}
