// Protects the record of notices by e-mail: it ends once, says each reason once, is written by the
// system alone, and moves neither state nor day.
#include "engine/case/notice.hpp"

#include <doctest/doctest.h>

#include "engine/case/kept_fold.hpp"
#include "engine/case/values.hpp"

#include "tests/support/desk_world.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

struct wished : desk_world {
    wished() : desk_world("kuopio", {"crm"}) {
        time.set(make_date(2026, 3, 6));
        cases::command what{.kind = cases::command_kind::file};
        what.by = {"customer", "c"};
        what.inputs = {{"right", "access"},
                       {"channel", "portal"},
                       {"language", "fi"},
                       {"assurance", "eid_high"},
                       {"has_portal", true},
                       {"notice_wished", true},
                       {"person", "customers/7"},
                       {"received_on", "2026-03-06"},
                       {"subject", value_object{{"hetu", "010190-900P"}}}};
        number = file(what)->given.numbers.front();
        letter = state(number).letters.front().seq;
    }
    // The code of the problem; empty when it is noted.
    std::string note(value_object inputs, const std::string& role = "system") {
        cases::command what{.kind = cases::command_kind::notice, .inputs = std::move(inputs)};
        what.by = {role, role == "system" ? "" : "u"};
        const auto given = execute(number, what);
        return given ? std::string() : given.error().code;
    }
    value_object said(const std::string& result, const std::string& why = {}) const {
        value_object in{{"letter", std::int64_t(letter)}, {"result", result}, {"to", "a@b.fi"}};
        cases::add_text(in, "why", why);
        return in;
    }

    std::string number;
    std::uint64_t letter = 0;
};

}  // namespace

TEST_SUITE("engine/case/notice") {
    TEST_CASE("notice: waits once for each reason and ends once") {
        wished w;
        const auto before = w.state(w.number);
        CHECK(w.note(w.said("waits", "mail_server")) == "");
        CHECK(w.note(w.said("waits", "mail_server")) == "notice_noted");
        CHECK(w.note(w.said("waits", "register_away")) == "");
        CHECK(w.note(w.said("sent")) == "");
        CHECK(w.note(w.said("sent")) == "notice_noted");
        CHECK(w.note(w.said("waits", "mail_server")) == "notice_noted");
        CHECK(w.note(w.said("impossible", "refused")) == "notice_noted");
        const auto after = w.state(w.number);
        REQUIRE(after.notices.size() == 1);
        CHECK(after.notice_of(w.letter)->result == "sent");
        CHECK(after.notice_to == "a@b.fi");
        CHECK(after.version == before.version + 3);
        CHECK(after.state == before.state);
        CHECK(after.timers == before.timers);
        CHECK(after.answered_on == before.answered_on);
        const auto kept = cases::read_fold(cases::write_fold(after));
        REQUIRE(kept.has_value());
        CHECK(kept->notice_of(w.letter)->on == w.time.on);
        CHECK(kept->notice_to == "a@b.fi");
        CHECK(kept->who.notice_wished);
    }

    TEST_CASE("notice: of a letter that left, in known words, by the system") {
        wished w;
        CHECK(w.note(w.said("sent"), "officer") == "wrong_role");
        CHECK(w.note({{"result", "sent"}}) == "bad_input");
        CHECK(w.note(w.said("perhaps")) == "bad_input");
        CHECK(w.note(w.said("sent", "refused")) == "bad_input");
        CHECK(w.note(w.said("impossible")) == "bad_input");
        CHECK(w.note(w.said("impossible", "no_reason")) == "bad_input");
        CHECK(w.note({{"letter", 99}, {"result", "sent"}}) == "no_such_letter");
        CHECK(w.state(w.number).notices.empty());
    }

    TEST_CASE("notice: a step asks for one where it was wished, in the portal, for the person") {
        const auto asked = [](value_object more) {
            wished w;
            cases::command what{.kind = cases::command_kind::file};
            what.by = {"customer", "c"};
            what.inputs = {{"right", "access"},          {"channel", "portal"}, {"language", "fi"},
                           {"assurance", "eid_high"},    {"has_portal", true},  {"person", "p/8"},
                           {"received_on", "2026-03-06"}};
            for (auto& [key, given] : more) what.inputs.insert_or_assign(key, std::move(given));
            const auto number = w.file(what)->given.numbers.front();
            int notices = 0;
            for (const auto& item : *w.store.outbox(100)) {
                if (item.number != number || item.kind != "letter") continue;
                const auto body = w.seals.open_intent(item.stream, item.seq, item.body);
                notices += cases::flag_of((*body)["notice"]);
            }
            return notices;
        };
        CHECK(asked({{"notice_wished", true}}) == 1);
        CHECK(asked({}) == 0);
        CHECK(asked({{"notice_wished", true}, {"answer_in", "post"}}) == 0);
        CHECK(asked({{"notice_wished", true}, {"has_portal", false}, {"address_known", true}}) ==
              0);
    }
}
