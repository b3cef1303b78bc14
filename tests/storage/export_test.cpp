// Protects the way from the database to the auditor: what is stored verifies, and nothing is shown
// that was not asked. Cases sealed with real keys in a real database; the bundle goes through the
// verifier.
#include <sstream>

#include <doctest/doctest.h>

#include "engine/base/encoding.hpp"

#include "storage/bundle/logged_export.hpp"
#include "storage/sealing/case_sealing.hpp"
#include "storage/sqlite/case_store.hpp"
#include "storage/sqlite/definition_store.hpp"
#include "storage/sqlite/own_stream.hpp"
#include "storage/verify/verify.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/synthetic_case.hpp"

using namespace pykala;
using namespace pykala::storage;
using log::data_class;

namespace {

const instant now = *parse_instant_utc("2026-04-01T08:00:00.000Z");

struct still_clock final : desk::clock {
    desk::moment now() override { return {::now, make_date(2026, 4, 1)}; }
};

struct office {
    tests::folder folder;
    still_clock clock;
    std::unique_ptr<tenant_store> store;
    std::unique_ptr<key_store> keys;
    log::digest procedure{};

    office() {
        auto opened = tests::open_synthetic(folder.file("tenant.db"));
        REQUIRE(opened);
        store = *std::move(opened);
        auto made = key_store::create({folder.file("a.db"), folder.file("b.db")}, "kuopio",
                                      master_key::of(secret_key::random()), now);
        REQUIRE(made);
        keys = *std::move(made);
        const auto kept = keep_closure(*store, {log::closure_kind::procedure,
                                                {{"workflows/access.toml", "id = \"access\"\n"}}});
        REQUIRE(kept);
        procedure = *kept;
    }

    // Files a case, or continues it; gives its number.
    std::string add(desk::case_store& cases, const std::string& number, std::uint64_t stream_number,
                    std::uint64_t seq) {
        const log::stream_tag stream = tests::synthetic_stream(stream_number);
        cases::event e{.kind = seq == 0 ? "request_received" : "note_added", .seq = seq};
        e.role = "officer";
        e.at = now;
        e.on = make_date(2026, 4, 1);
        e.procedure = procedure;
        e.fields["right"] = {data_class::decision_facts, "access"};
        e.fields["request"] = {data_class::content, "Näyttäkää Maijan tiedot"};
        auto sealed = case_sealing(*keys, clock).seal(stream, e);
        REQUIRE(sealed);
        desk::case_write write = tests::synthetic_write(number, stream, seq);
        write.events = {*std::move(sealed)};
        const auto given = tests::submit_and_wait(cases, {.cases = {std::move(write)}});
        REQUIRE(given);
        return given->numbers.front();
    }

    std::string bundle(const export_request& request) {
        std::string out;
        const auto done =
            export_bundle(*store, *keys, request, [&](std::string_view part) { out += part; });
        REQUIRE_MESSAGE(done, done.error().code);
        return out;
    }

    // As an auditor takes it.
    std::string take(const export_request& request) {
        auto made =
            export_for({"auditor", "anna.virtanen", "page"}, *store, *keys, request, clock.now());
        REQUIRE_MESSAGE(made, made.error().code);
        std::string out;
        for (;;) {
            const auto part = made->bytes.next();
            REQUIRE(part);
            if (part->empty()) break;
            out += *part;
        }
        CHECK(sha256({}, out) == made->hash);
        return out;
    }
};

verify::report check(const office& o, const std::string& bytes) {
    std::istringstream in(bytes);
    const verify::options options{
        log::verifier_key(sha256, tests::synthetic_origin, o.keys->signing_key()), std::nullopt};
    return verify::verify_bundle(in, options, nullptr);
}

std::string first_code(const verify::report& r) {
    return r.findings.empty() ? "-" : r.findings[0].code;
}

}  // namespace

TEST_SUITE("storage/bundle/export") {
    TEST_CASE("export: a case from the database verifies") {
        office o;
        sqlite_case_store cases(*o.store);
        const std::string a = o.add(cases, "", 1, 0);
        const std::string b = o.add(cases, "", 2, 0);
        o.add(cases, a, 1, 1);
        o.add(cases, b, 2, 1);
        o.add(cases, a, 1, 2);

        const std::string one = o.bundle({.numbers = {b}, .now = now});
        const auto report = check(o, one);
        CHECK(first_code(report) == "-");
        CHECK(report.cases == 1);
        CHECK(report.events == 2);
        CHECK(report.period_from == 1);
        CHECK(report.period_to == 5);
        CHECK(report.masked == std::map<std::string, std::uint64_t>{{"content", 2}});
        CHECK(one.find("Maijan") == std::string::npos);
        CHECK(one.find(b) == std::string::npos);

        const std::string opened =
            o.bundle({.numbers = {a},
                      .opens = {data_class::decision_facts, data_class::content},
                      .now = now});
        CHECK(first_code(check(o, opened)) == "-");
        CHECK(check(o, opened).masked.empty());
        CHECK(opened.find("Maijan") != std::string::npos);

        CHECK(first_code(check(o, o.bundle({.numbers = {a, b}, .now = now}))) == "-");
        for (std::uint64_t from = 0; from < 5; ++from)
            CHECK(first_code(check(o, o.bundle({.from = from, .now = now}))) == "-");
    }
    TEST_CASE("export: a destroyed key without its event is noticed by the verifier") {
        office o;
        sqlite_case_store cases(*o.store);
        const std::string a = o.add(cases, "", 1, 0);
        for (const auto& key : *o.keys->list())
            if (key.key_class == "content") {
                const log::key_id ids[] = {key.id};
                REQUIRE(o.keys->destroy(ids));
            }
        const auto report = check(o, o.bundle({.numbers = {a}, .now = now}));
        CHECK(first_code(report) == "shredded_without_event");
        CHECK(report.shredded == std::map<std::string, std::uint64_t>{{"content", 1}});
    }
    TEST_CASE("export: each stands in the log before it is given and the next one shows it") {
        office o;
        sqlite_case_store cases(*o.store);
        const std::string a = o.add(cases, "", 1, 0);
        o.add(cases, "", 2, 0);
        const auto first = o.take({.numbers = {a}, .now = now});
        CHECK(first_code(check(o, first)) == "-");
        const auto all = o.take({.now = now});
        const auto report = check(o, all);
        CHECK(first_code(report) == "-");
        CHECK(report.events == 3);
        CHECK(all.find("\"digest\"") != std::string::npos);
        CHECK(all.find(to_hex(sha256({}, first))) != std::string::npos);
        CHECK(all.find("anna.virtanen") != std::string::npos);
        CHECK(all.find(a) == std::string::npos);
        const auto masked = o.take({.opens = {}, .now = now});
        CHECK(first_code(check(o, masked)) == "-");
        CHECK(check(o, masked).events == 4);
        CHECK(masked.find("anna.virtanen") == std::string::npos);
        const auto logged =
            o.store->read([](session& db) { return read_own_events(db, export_stream); });
        REQUIRE(logged);
        REQUIRE(logged->size() == 3);
        CHECK(logged->front().fields.at("scope") == value("case"));
        CHECK(logged->front().fields.at("streams") ==
              value(value_array{to_hex(tests::synthetic_stream(1))}));
        CHECK(logged->at(1).fields.at("scope") == value("period"));
        CHECK(logged->at(1).fields.at("bytes") == value(std::int64_t(all.size())));
    }
    TEST_CASE("export: what cannot be logged is not given") {
        office o;
        sqlite_case_store cases(*o.store);
        const std::string a = o.add(cases, "", 1, 0);
        auto other = connection::open(o.folder.file("tenant.db"), {});
        REQUIRE(other);
        REQUIRE(
            other->run("CREATE TRIGGER no_more BEFORE INSERT ON events "
                       "BEGIN SELECT RAISE(FAIL, 'full'); END"));
        const auto refused = export_for({"auditor", "anna.virtanen", "page"}, *o.store, *o.keys,
                                        {.numbers = {a}, .now = now}, o.clock.now());
        CHECK_FALSE(refused);
    }
    TEST_CASE("export: an unknown case and an empty period are refused") {
        office o;
        const auto nothing = [](std::string_view) {};
        CHECK(
            export_bundle(*o.store, *o.keys, {.numbers = {"KUO-2026-000009"}, .now = now}, nothing)
                .error()
                .code == "no_such_case");
        CHECK(export_bundle(*o.store, *o.keys, {.now = now}, nothing).error().code ==
              "nothing_to_export");
    }
}
