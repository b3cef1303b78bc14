// Protects the desk's port for sealing: an event comes back as it was, and without what was
// destroyed. A real key store in a temporary folder, a clock that stands still.
#include "storage/sealing/case_sealing.hpp"

#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>

#include "engine/case/kept_fold.hpp"

#include "tests/support/folder.hpp"

using namespace pykala;
using namespace pykala::storage;
using log::data_class;
namespace fs = std::filesystem;

namespace {

struct still_clock final : desk::clock {
    desk::moment now() override {
        return {*parse_instant_utc("2026-03-06T10:15:30.250Z"), make_date(2026, 3, 6)};
    }
};

struct sealed_room {
    tests::folder own;
    const fs::path& folder = own.path;
    still_clock clock;
    std::unique_ptr<key_store> keys;
    std::unique_ptr<case_sealing> sealing;

    sealed_room() {
        auto made = key_store::create({folder / "a.db", folder / "b.db"}, "kuopio",
                                      master_key::of(secret_key::random()), clock.now().at);
        REQUIRE(made);
        keys = *std::move(made);
        sealing = std::make_unique<case_sealing>(*keys, clock);
    }
};

cases::event sample_event(std::uint64_t seq) {
    cases::event e{.kind = "request_received", .seq = seq, .role = "customer"};
    e.at = *parse_instant_utc("2026-03-06T10:15:30.250Z");
    e.on = make_date(2026, 3, 6);
    e.procedure = log::digest{1, 2, 3};
    e.fields["right"] = {data_class::decision_facts, "erasure"};
    e.fields["request"] = {data_class::content, value_object{{"text", "Poistakaa tietoni"}}};
    e.fields["channel"] = {data_class::open, "portal"};
    return e;
}

}  // namespace

TEST_SUITE("storage/sealing/case_sealing") {
    TEST_CASE("event: comes back as it was sealed") {
        sealed_room room;
        const log::stream_tag stream{7};
        const auto sealed = room.sealing->seal(stream, sample_event(0));
        REQUIRE(sealed);
        const auto opened = room.sealing->open(stream, 0, *sealed);
        REQUIRE(opened);
        CHECK(*opened == sample_event(0));
        CHECK(room.keys->list()->size() == 3);
        REQUIRE(room.sealing->seal(stream, sample_event(1)));
        CHECK(room.keys->list()->size() == 3);
    }
    TEST_CASE("event: does not open in another place or without a box") {
        sealed_room room;
        const log::stream_tag stream{7};
        auto sealed = room.sealing->seal(stream, sample_event(0));
        REQUIRE(sealed);
        CHECK(room.sealing->open(stream, 1, *sealed).error().code == "box_damaged");
        CHECK(room.sealing->open(log::stream_tag{8}, 0, *sealed).error().code == "box_damaged");
        auto other = *sealed;
        other.leaf[10] ^= 1;
        CHECK(room.sealing->open(stream, 0, other).error().code == "event_malformed");
        other = *sealed;
        other.boxes.pop_back();
        CHECK(room.sealing->open(stream, 0, other).error().code == "event_malformed");
    }
    TEST_CASE("event: loses what its destroyed key sealed and nothing else") {
        sealed_room room;
        const log::stream_tag stream{7};
        const auto sealed = room.sealing->seal(stream, sample_event(0));
        REQUIRE(sealed);
        for (const auto& key : *room.keys->list())
            if (key.key_class == "content") {
                const log::key_id ids[] = {key.id};
                REQUIRE(room.keys->destroy(ids));
            }
        const auto opened = room.sealing->open(stream, 0, *sealed);
        REQUIRE(opened);
        auto wanted = sample_event(0);
        wanted.fields.erase("request");
        CHECK(*opened == wanted);
    }
    TEST_CASE("fold: opens in its place while all keys of the case are there and no other is") {
        sealed_room room;
        const log::stream_tag stream{7};
        CHECK_FALSE(room.sealing->seal_fold(stream, {})->has_value());
        REQUIRE(room.sealing->seal(stream, sample_event(0)));
        const auto folded = cases::fold({sample_event(0)});
        auto kept = room.sealing->seal_fold(stream, folded).value();
        REQUIRE(kept.has_value());
        CHECK(kept->version == 1);
        CHECK(kept->box.find("Poistakaa") == std::string::npos);
        const auto opens = [&](const log::stream_tag& at, const desk::sealed_fold& what) {
            return room.sealing->open_fold(at, what)->has_value();
        };
        CHECK(cases::write_fold(*room.sealing->open_fold(stream, *kept).value()) ==
              cases::write_fold(folded));
        CHECK_FALSE(opens(stream, {2, kept->box}));
        CHECK_FALSE(opens({8}, *kept));
        CHECK_FALSE(opens(stream, {1, kept->box.substr(1)}));
        // a key that is made later is over the next fold, not over this one
        const key_request later[] = {{stream, data_class::deferred_erasure}};
        REQUIRE(room.keys->make(later, room.clock.now().at));
        CHECK_FALSE(opens(stream, *kept));
        kept = room.sealing->seal_fold(stream, folded).value();
        CHECK(opens(stream, *kept));
        for (const auto& key : *room.keys->list())
            if (key.key_class == "package") {
                const log::key_id ids[] = {key.id};
                REQUIRE(room.keys->destroy(ids));
            }
        CHECK_FALSE(opens(stream, *kept));
    }
    TEST_CASE("intent: opens as what it is and not as an event") {
        sealed_room room;
        const log::stream_tag stream{7};
        const value letter = value_object{{"to", "Maija"}, {"letter", "acknowledgement"}};
        const auto box = room.sealing->seal_intent(stream, 4, letter);
        REQUIRE(box);
        CHECK(*room.sealing->open_intent(stream, 4, *box) == letter);
        CHECK(room.sealing->open_intent(stream, 5, *box).error().code == "box_damaged");
        const auto key = room.keys->find(box->key);
        REQUIRE(key);
        CHECK(!open_box(*key, {"kuopio", stream, 4, data_class::content}, box->bytes));
    }
    TEST_CASE("lookup: knows its kinds and normalises telephone numbers") {
        sealed_room room;
        auto& s = *room.sealing;
        CHECK(s.lookup("hetu", "010190-900p") == s.lookup("hetu", "010190-900P"));
        CHECK(s.lookup("phone", "040 123 4567") == s.lookup("phone", "+358 (40) 1234567"));
        CHECK(s.lookup("phone", "00358401234567") == s.lookup("phone", "0401234567"));
        CHECK(s.lookup("phone", "0401234567") != s.lookup("customer_number", "0401234567"));
        CHECK(s.lookup("register_person", "p 1") != s.lookup("register_person", "p1"));
        CHECK_THROWS(s.lookup("shoe_size", "43"));
        CHECK(s.digest_of("abc") ==
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
