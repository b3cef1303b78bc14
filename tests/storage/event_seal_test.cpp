// Protects the way of an event to rest and back: what is stored opens to the same fields, masked
// and shredded ones stay shut, and anything changed is noticed. Uses a map in place of the key
// store.
#include "storage/sealing/event_seal.hpp"

#include <doctest/doctest.h>

#include "storage/hash/sha256.hpp"
#include "storage/sealing/sodium.hpp"

using namespace pykala;
using namespace pykala::storage;
using log::data_class;

namespace {

const log::stream_tag stream = random_tag();

event_keys keys_for(const std::string& seed) {
    event_keys keys;
    for (const data_class of : {data_class::content, data_class::decision_facts}) {
        event_key key;
        const log::digest bytes = sha256(seed, log::to_string(of));
        std::copy(bytes.begin(), bytes.end(), key.key.bytes().begin());
        std::copy(bytes.begin(), bytes.begin() + 16, key.id.begin());
        keys.emplace(of, std::move(key));
    }
    return keys;
}

result<desk::sealed_event> seal_sample() {
    return seal_event(
        "kuopio", stream, 5,
        {.kind = "request_received", .actor = "customer", .on = make_date(2026, 3, 6)},
        {{"text", data_class::content, "Poistakaa Maijan tiedot"},
         {"right", data_class::decision_facts, "erasure"},
         {"amount", data_class::decision_facts, value_array{1, value_object{{"c", 2}}}},
         {"pack", data_class::open, "kuopio"}},
        keys_for("k"));
}

result<read_event> open_sample(const desk::sealed_event& e, std::uint64_t seq = 5,
                               data_class but = data_class::open,
                               data_class destroyed = data_class::open) {
    return open_event(
        "kuopio", stream, seq, e.public_part, e.boxes,
        [&](const log::key_id& id) -> result<secret_key> {
            for (auto& [of, key] : keys_for("k"))
                if (key.id == id && of != destroyed) return secret_key(std::move(key.key));
            return fail(problem_kind::not_found, "key_destroyed", "gone");
        },
        [&](data_class of) { return of != but; });
}

}  // namespace

TEST_SUITE("storage/sealing/event_seal") {
    TEST_CASE("event: opens to the fields that were sealed") {
        const auto e = seal_sample();
        REQUIRE(e);
        CHECK(e->boxes.size() == 2);
        CHECK(e->public_part.find("Maija") == std::string::npos);
        CHECK(e->leaf.find("Maija") == std::string::npos);
        const auto read = open_sample(*e);
        REQUIRE(read);
        REQUIRE(read->fields.size() == 4);
        CHECK(read->fields[0].commitment.name == "amount");
        CHECK(read->fields[0].held == value(value_array{1, value_object{{"c", 2}}}));
        CHECK(read->fields[3].held == value("Poistakaa Maijan tiedot"));
        for (const auto& f : read->fields) CHECK(f.state == field_state::opened);
        CHECK(e->leaf == log::write_leaf(stream, 5, sha256({}, *log::write_body(read->body))));
    }
    TEST_CASE("event: masked and shredded fields stay shut") {
        const auto e = seal_sample();
        REQUIRE(e);
        const auto masked = open_sample(*e, 5, data_class::content);
        REQUIRE(masked);
        CHECK(masked->fields[3].state == field_state::masked);
        CHECK(masked->fields[3].held == value(nullptr));
        CHECK(masked->fields[2].state == field_state::opened);
        const auto shredded = open_sample(*e, 5, data_class::open, data_class::content);
        REQUIRE(shredded);
        CHECK(shredded->fields[3].state == field_state::shredded);
        CHECK(shredded->fields[1].state == field_state::opened);
    }
    TEST_CASE("event: a box of another event or a changed public part is noticed") {
        const auto e = seal_sample();
        auto other = seal_sample();
        REQUIRE(e);
        REQUIRE(other);
        CHECK(open_sample(*e, 6).error().code == "box_damaged");
        std::swap(other->boxes[0], other->boxes[1]);
        CHECK(open_sample(*other));
        other->boxes = e->boxes;  // same keys and place: only the commitments tell
        CHECK(open_sample(*other).error().code == "commitment_broken");
        desk::sealed_event changed = *e;
        changed.public_part.replace(changed.public_part.find("\"kuopio\""), 8, "\"kuopia\"");
        CHECK(open_sample(changed).error().code == "commitment_broken");
        changed.public_part = "{}";
        CHECK(open_sample(changed).error().code == "event_malformed");
    }
    TEST_CASE("event: a class without a key and a name that is no word are refused") {
        const auto without = seal_event("kuopio", stream, 0, {.kind = "x", .actor = "system"},
                                        {{"a", data_class::package, 1}}, keys_for("k"));
        CHECK(without.error().code == "no_key");
        const auto bad = seal_event("kuopio", stream, 0, {.kind = "x", .actor = "system"},
                                    {{"Maija Meikäläinen", data_class::open, 1}}, {});
        CHECK(bad.error().code == "field_name");
        const auto twice = seal_event("kuopio", stream, 0, {.kind = "x", .actor = "system"},
                                      {{"a", data_class::open, 1}, {"a", data_class::open, 2}}, {});
        CHECK(twice.error().code == "field_order");
    }
}
