// Protects people from messages that say too much or reach the wrong one: a notice leaves only
// where it was wished, to an address that a register proved, and says nothing of the case; and what
// became of it stands on the case, whatever dies between two steps. A real mail server in another
// process, real registers and stores.
#include <algorithm>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/case/values.hpp"

#include "storage/sqlite/connection.hpp"
#include "tests/support/browser.hpp"
#include "tests/support/flow_steps.hpp"
#include "tests/support/mail_sink.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

const value_object wish = {{"notice_wished", true}};

void change_register(const flow_world& w, const std::string& sql) {
    auto db = storage::connection::open(w.registers.file("crm"), {}).value();
    REQUIRE(db.run(sql).has_value());
}

// The first sample customer, whose contact data nobody changed lately.
storage::sample_person customer(const flow_world& w,
                                const std::string& email = "aino@posti.example") {
    const auto who = sample_person_of("kuopio", 0);
    change_register(w, fmt::format("UPDATE customer SET email = '{}', protected_address = 0, "
                                   "contact_changed_on = '2020-01-01' WHERE hetu = '{}'",
                                   email, who.hetu));
    return who;
}

std::string filed(flow_world& w, const std::string& right, value_object more = wish) {
    const auto who = sample_person_of("kuopio", 0);
    const auto number = w.file(right, who.hetu, who.name, std::move(more));
    w.work();
    return number;
}

// Refused by a person, approved by another; the answer leaves at once, and the case is closed.
void refuse(flow_world& w, const std::string& number) {
    w.take(number, "officer", "refuse_excessive",
           {{"ground", "12_5_unfounded"}, {"reason", "Sama pyyntö kymmenes kerta."}});
    w.take(number, "reviewer", "approve_refusal");
    w.work();
}

// Results and reasons in the order of the letters.
std::string became(flow_world& w, const std::string& number) {
    std::string all;
    for (const auto& each : w.state(number).notices)
        all += (all.empty() ? "" : " ") + each.result + (each.why.empty() ? "" : ":" + each.why);
    return all;
}

std::size_t waiting(flow_world& w) {
    return w.store->outbox(100).value().size();
}

void later(flow_world& w, std::chrono::seconds by) {
    w.time.at += by;
    w.work();
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return char(std::tolower(c)); });
    return text;
}

}  // namespace

TEST_SUITE("flow/notices") {
    TEST_CASE("wish: a notice for each letter and not a word of the case [product.md]") {
        flow_world w("kuopio");
        const mail_sink sink;
        w.send_by(sink.settings());
        const auto who = customer(w);
        const browser person(w, who);
        CHECK(person.get("/requests/new/erasure").body.contains("name=\"notice\""));
        const auto sent = person.post("/requests/new/erasure", "once=1&says=Poistakaa&notice=yes");
        const auto page = header_of(sent, "Location");
        const auto number = page.substr(page.rfind('/') + 1);
        w.work();
        REQUIRE(sink.taken().size() == 1);  // of the acknowledgement
        refuse(w, number);
        REQUIRE(w.state(number).answered_on);
        w.work();
        const auto mails = sink.taken();
        REQUIRE(mails.size() == 2);
        CHECK(became(w, number) == "sent sent");
        CHECK(mails[0].header("Message-ID") != mails[1].header("Message-ID"));
        for (const auto& mail : mails) {
            CHECK(mail.to == "RCPT TO:<aino@posti.example>");
            CHECK(mail.header("Auto-Submitted") == "auto-generated");
            CHECK(decoded_words(mail.header("Subject")) == "Sinulle on viesti verkkopalvelussamme");
            CHECK(mail.text.contains(w.site.address));
            CHECK(mail.text.contains("Kuopion"));
            const auto all = lower(decoded_words(mail.head) + mail.head + mail.text);
            for (const auto& word : {lower(number), lower(who.name.substr(0, who.name.find(' '))),
                                     lower(who.hetu), std::string("poist"), std::string("pyyn"),
                                     std::string("tietosuoja-asetus"), std::string("päät")})
                CHECK_MESSAGE(!all.contains(word), word);
        }
        // the officer sees it, nothing is left, and the history can be computed again
        const browser officer(w, "officer");
        CHECK(officer.get("/officer/cases/" + number).body.contains("lähetetty"));
        CHECK(waiting(w) == 0);
        CHECK_FALSE(bytes_below(w.dir.path).contains("aino@posti.example"));
        const auto proof = w.proof(w.bundle({number}));
        CHECK(proof.recomputed.transitions > 0);
        for (const auto& each : proof.findings) FAIL_CHECK(each.detail);
    }

    TEST_CASE("wish: without one nothing leaves and nothing is noted") {
        flow_world w("kuopio");
        const mail_sink sink;
        w.send_by(sink.settings());
        customer(w);
        const auto number = filed(w, "erasure", {});
        refuse(w, number);
        CHECK(sink.taken().empty());
        CHECK(became(w, number) == "");
        CHECK(waiting(w) == 0);
    }

    TEST_CASE("address: never one that no register proved, and never a protected one") {
        flow_world w("kuopio");
        const mail_sink sink;
        w.send_by(sink.settings());
        const auto who = customer(w);
        const auto with = [&](const std::string& sql, value_object more = wish) {
            change_register(w,
                            fmt::format("UPDATE customer SET {} WHERE hetu = '{}'", sql, who.hetu));
            const auto number = filed(w, "access", std::move(more));
            CHECK(waiting(w) == 0);
            return became(w, number);
        };
        CHECK(with("protected_address = 1") == "impossible:address_protected");
        value_object given = wish;
        given.emplace("subject", value_object{{"hetu", who.hetu},
                                              {"name", who.name},
                                              {"email", "typed@elsewhere.example"}});
        CHECK(with("protected_address = 0, email = NULL", given) == "impossible:no_proven_address");
        CHECK(with("email = 'a@b.example', contact_changed_on = '" + to_string(w.time.on) + "'") ==
              "impossible:changed_since");
        CHECK(with("contact_changed_on = '2020-01-01', email = 'a@b.example, c@d.example'") ==
              "impossible:bad_address");
        value_object other = wish;
        other.insert_or_assign("is_person", false);
        CHECK(with("email = 'a@b.example'", other) == "impossible:representative");
        value_object weak = wish;
        weak.insert_or_assign("assurance", "matched");
        CHECK(with("email = 'a@b.example'", weak) == "impossible:not_identified");
        CHECK(sink.taken().empty());
        CHECK(with("email = 'a@b.example'") == "sent");
        CHECK(sink.taken().size() == 1);

        // protected since: the next letter brings no message
        const auto number = filed(w, "erasure");
        change_register(
            w,
            fmt::format("UPDATE customer SET protected_address = 1 WHERE hetu = '{}'", who.hetu));
        refuse(w, number);
        CHECK(became(w, number) == "sent impossible:address_protected");
        const browser officer(w, "officer");
        CHECK(officer.get("/officer/cases/" + number).body.contains("turvakiellon alainen"));
    }

    TEST_CASE("address: erased as the person asked and still told once more") {
        flow_world w("kuopio");
        const mail_sink sink;
        w.send_by(sink.settings());
        const auto who = customer(w);
        const auto number = filed(w, "erasure");
        close_erasure(w, number);
        w.work();
        REQUIRE(w.state(number).answered_on);
        CHECK(w.count("crm", "SELECT count(*) FROM customer WHERE email = 'aino@posti.example'") ==
              0);
        CHECK(became(w, number).ends_with("sent"));
        CHECK(sink.taken().size() == w.state(number).notices.size());
        for (const auto& each : w.proof(w.bundle({number})).findings) FAIL_CHECK(each.detail);
    }

    TEST_CASE("server: away for a while and nothing is lost or said twice") {
        flow_world w("kuopio");
        const mail_sink sink;
        w.send_by(sink.settings());
        customer(w);
        sink.behaves("rcpt 451");
        const auto number = filed(w, "access");
        CHECK(became(w, number) == "waits:mail_server");
        CHECK(w.state(number).state == "in_progress");  // the work goes on meanwhile
        const auto version = w.state(number).version;
        later(w, std::chrono::seconds{30});  // within the pause nobody asks
        later(w, std::chrono::seconds{40});
        CHECK(w.state(number).version == version);  // the same reason is noted once
        const browser officer(w, "officer");
        CHECK(officer.get("/officer/cases/" + number).body.contains("yritetään uudelleen"));
        sink.behaves("drop");  // taken, and the answer lost
        later(w, std::chrono::minutes{10});
        sink.behaves("");
        later(w, std::chrono::hours{1});
        CHECK(became(w, number) == "sent");
        const auto mails = sink.taken();
        REQUIRE(mails.size() == 2);
        CHECK(mails[0].whole == mails[1].whole);  // whoever got both knows it again
        CHECK(waiting(w) == 0);
    }

    TEST_CASE("server: refused for good is the end of it") {
        flow_world w("kuopio");
        const mail_sink sink;
        w.send_by(sink.settings());
        customer(w);
        sink.behaves("rcpt 550");
        CHECK(became(w, filed(w, "access")) == "impossible:refused");
        CHECK(waiting(w) == 0);
    }

    TEST_CASE("power: cut between any two steps one notice is noted and its message the same") {
        int cuts_made = 0;
        for (int at = 1; at < 60; ++at) {
            power cuts;
            flow_world w("kuopio", &cuts);
            const mail_sink sink;
            w.send_by(sink.settings());
            const auto who = customer(w);
            const auto number = w.file("access", who.hetu, who.name, wish);
            cuts = {.calls = 0, .cut_at = at};
            bool cut = false;
            try {
                w.work();
            } catch (const power_cut&) {
                cut = true;
            }
            if (!cut) break;
            ++cuts_made;
            w.restart();
            w.work();
            CHECK_MESSAGE(became(w, number) == "sent", at);
            const auto mails = sink.taken();
            REQUIRE_FALSE(mails.empty());
            CHECK(mails.size() <= 2);
            CHECK(mails.front().whole == mails.back().whole);
            CHECK(waiting(w) == 0);
        }
        CHECK(cuts_made > 5);
    }
}
