// Protects the end of a case file: on its days the package, then letters and decision, then all but
// the bare proof go, in the registers' own words nothing else moves, and what remains still
// verifies. A whole utility on real files; the clock jumps over the years.
#include <algorithm>
#include <filesystem>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/base/encoding.hpp"
#include "engine/case/values.hpp"

#include "storage/bundle/export.hpp"
#include "storage/forgetting/case_removal.hpp"
#include "storage/registers/sample/sample_registers.hpp"
#include "storage/sqlite/log_check.hpp"
#include "storage/verify/verify.hpp"
#include "tests/support/browser.hpp"
#include "tests/support/flow_world.hpp"
#include "tests/support/synthetic_case.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

storage::sample_person person(const std::string& tenant, std::size_t index) {
    return storage::sample_people(policies_of_the_tree().packs.at(tenant), words_of_the_tree())
        .value()
        .at(index);
}

std::set<std::string> classes_held(const flow_world& w, const log::stream_tag& stream) {
    std::set<std::string> classes;
    for (const auto& key : w.keys->list_of(stream).value()) classes.insert(key.key_class);
    return classes;
}

// Whether a fold of the case can still be opened.
bool has_fold(flow_world& w, const std::string& number) {
    const auto stored = w.store->load_newest(number).value();
    return stored.fold && w.seals->open_fold(stored.stream, *stored.fold)->has_value();
}

void go_to(flow_world& w, date day) {
    w.time.set(day);
    REQUIRE(w.fulfilment->run_due());
}

std::string findings_of(const std::vector<storage::store_finding>& all) {
    std::string text;
    for (const auto& each : all) text += each.number + " " + each.code + " " + each.detail + "\n";
    return text;
}

// Queue and log are what the events say.
void check_whole(flow_world& w) {
    CHECK(findings_of(storage::check_queue(*w.database, storage::fold_projector(*w.seals)).value())
              .empty());
    CHECK(findings_of(storage::check_log(*w.database).value()).empty());
}

storage::verify::report verified(storage::tenant_store& store, const storage::key_store& keys,
                                 instant now, std::vector<std::string> numbers) {
    storage::export_request asked;
    asked.numbers = std::move(numbers);
    asked.opens = {log::data_class::decision_facts, log::data_class::content,
                   log::data_class::deferred_erasure};
    asked.now = now;
    std::stringstream bundle;
    const auto done =
        storage::export_bundle(store, keys, asked, [&](std::string_view part) { bundle << part; });
    REQUIRE_MESSAGE(done, (done ? "" : done.error().detail));
    return storage::verify::verify_bundle(bundle, {}, nullptr);
}

std::string codes_of(const storage::verify::report& said) {
    std::string codes;
    for (const auto& each : said.findings)
        if (each.code != "unpinned_key") codes += each.code + ": " + each.detail + "\n";
    return codes;
}

}  // namespace

TEST_SUITE("flow/forgetting") {
    TEST_CASE(
        "access: package and letters and at last the case itself go on their days [5(1)(e)]") {
        flow_world w("kuopio");
        const auto who = person("kuopio", 0);
        const auto number = w.file("access", who.hetu, who.name);
        w.work();
        look_before_release(w, number);
        w.take(number, "officer", "release");
        w.work();
        const auto opened = w.desk->read(number).value();
        REQUIRE(opened.now.closed());
        const auto closed_on = *opened.now.closed_on;
        const auto stream = opened.stream;
        go_to(w, closed_on + std::chrono::days(89));
        CHECK(classes_held(w, stream) ==
              std::set<std::string>{"package", "content", "decision_facts"});
        CHECK(has_fold(w, number));
        go_to(w, closed_on + std::chrono::days(92));
        CHECK(classes_held(w, stream) == std::set<std::string>{"content", "decision_facts"});
        CHECK(w.state(number).subject == opened.now.subject);
        CHECK_FALSE(has_fold(w, number));  // it held what was in the package

        go_to(w, add_years(closed_on, 3) + std::chrono::days(2));
        CHECK(classes_held(w, stream).empty());
        const auto bare = w.state(number);
        CHECK(bare.subject.empty());
        CHECK(bare.records.empty());
        CHECK(bare.who.assurance == "none");
        CHECK(bare.right == "access");
        CHECK(bare.outcome == opened.now.outcome);
        CHECK(bare.due.due_on == opened.now.due.due_on);
        CHECK(bare.destroyed ==
              cases::name_set{"content", "decision_facts", "deferred_erasure", "package"});
        // nobody finds the case by the person any more
        for (const auto& tag : opened.now.person_tags)
            CHECK(w.store->numbers_of({&tag, 1})->empty());
        check_whole(w);
        const auto leaves = w.database->writer().head().size;
        go_to(w, add_years(closed_on, 10) + std::chrono::days(2));
        CHECK(w.desk->read(number).error().code == "no_such_case");
        CHECK(w.keys->list_of(stream)->empty());
        CHECK(w.store->outbox(10)->empty());
        CHECK(w.database->writer().head().size > leaves);
        check_whole(w);
    }

    TEST_CASE("erasure: what is deferred outlives the letters and is erased on its day [17(3)]") {
        flow_world w("turku");
        const auto who = person("turku", 0);
        const auto number = w.file("erasure", who.hetu, who.name);
        w.work();
        std::set<std::string> rules;
        for (const auto& [id, held] : w.state(number).records)
            if (cases::flag_of(held.assessed, "confirm"))
                rules.insert(cases::text_of(cases::member(held.assessed, "governing")["rule"]));
        for (const auto& rule : rules)
            w.take(number, "officer", "lift_house_rule",
                   {{"rule", rule}, {"reason", "Ei enää tarpeen."}});
        value_array waiting;
        for (const auto& [id, held] : w.state(number).records)
            if (cases::text_of(held.assessed, "outcome") == "review") waiting.emplace_back(id);
        w.take(number, "officer", "decide_records",
               {{"records", waiting},
                {"decision", "erase"},
                {"erasure_ground", "17_1_a"},
                {"reason", "Ei enää tarpeen."}});
        w.take(number, "officer", "propose_partial_erasure", {{"reason", "Laki vaatii."}});
        w.take(number, "reviewer", "approve");
        w.work();
        for (const auto& each : w.state(number).recipients)
            w.take(number, "officer", "record_recipient",
                   {{"recipient", each.id}, {"result", "sent"}});
        const auto opened = w.desk->read(number).value();
        REQUIRE(opened.now.closed());
        const auto stream = opened.stream;
        date last{};
        for (const auto& each : opened.now.deferred) last = std::max(last, each.erase_on);
        const auto ends = add_years(*opened.now.closed_on, 3) + std::chrono::days(2);
        REQUIRE(last > ends);

        go_to(w, ends);
        CHECK(classes_held(w, stream).contains("deferred_erasure"));
        CHECK_FALSE(classes_held(w, stream).contains("content"));
        const auto kept = w.state(number);
        CHECK(kept.records.empty());
        CHECK(kept.person == opened.now.person);
        CHECK(kept.person_tags == opened.now.person_tags);
        CHECK_FALSE(kept.subject.contains("hetu"));
        CHECK(kept.subject.contains("name"));
        CHECK(kept.deferred.size() == opened.now.deferred.size());
        check_whole(w);

        // the clock stands on every day on which something falls, as a server that runs would
        std::size_t erased = 0;
        for (const auto& each : opened.now.deferred)
            if (each.erase_on > ends && each.erase_on > w.time.on) go_to(w, each.erase_on);
        go_to(w, last + std::chrono::days(8));
        const auto people = find_everywhere(w.registers, {{"hetu", {who.hetu}}});
        REQUIRE(!people.empty());
        std::set<std::string> left;
        for (std::size_t i = 0; i < people.size(); ++i)
            for (const auto& each : w.registers.ports[i]->read(people[i], w.time.on)->records)
                left.insert(each.facts.id);
        for (const auto& each : w.state(number).deferred) {
            CAPTURE(each.record);
            CHECK(left.contains(each.record) == (each.state != "erased"));
            // who the person is stays as long as any other record of theirs does
            if (!each.record.starts_with("crm/")) CHECK(each.state == "erased");
            const auto was = std::ranges::find(opened.now.deferred, each.record,
                                               &cases::deferred_erasure::record);
            erased += was->erase_on > ends && each.state == "erased";
        }
        CHECK(erased > 0);
        check_whole(w);
    }

    TEST_CASE("export: what was shredded and a case that was removed still verify [5(1)(e)]") {
        flow_world w("kuopio");
        storage::case_sealing seals(*w.keys, w.time);
        storage::key_destruction destruction(*w.database, *w.keys, w.time);
        storage::sqlite_case_store cases(*w.database);
        const auto make = [&](std::uint64_t tag) {
            auto what = synthetic_write("", synthetic_stream(tag), 0);
            cases::event e{.kind = "noted", .role = "officer"};
            e.at = w.time.at;
            e.on = w.time.on;
            cases::put(e, "in_note", "Maija soitti");
            cases::put(e, "assignee", "officer1");
            cases::put(e, "outcome", "fulfilled");
            what.events = {seals.seal(what.stream, e).value()};
            desk::unit_of_work unit;
            unit.cases.push_back(std::move(what));
            unit.answer_to = desk::idempotency{"officer:1", fmt::format("key {}", tag), "same"};
            return submit_and_wait(cases, unit).value().numbers.front();
        };
        const auto first = make(1);
        make(2);
        CHECK(codes_of(verified(*w.database, *w.keys, w.time.at, {first})) == "");
        REQUIRE(destruction.destroy(synthetic_stream(1), {"content"}));
        const auto one = verified(*w.database, *w.keys, w.time.at, {first});
        CHECK(codes_of(one) == "");
        CHECK(one.shredded.at("content") == 1);
        CHECK_FALSE(one.shredded.contains("decision_facts"));
        REQUIRE(destruction.destroy(synthetic_stream(1), {}));
        REQUIRE(storage::remove_case(*w.database, first, w.time.now()));
        REQUIRE(storage::remove_case(*w.database, first, w.time.now()));
        CHECK(cases.load(first).error().code == "no_such_case");
        // nothing that was kept to answer a command again names it
        CHECK_FALSE(cases.answered("officer:1", "key 1")->has_value());
        CHECK(cases.answered("officer:1", "key 2")->has_value());
        CHECK(findings_of(storage::check_log(*w.database).value()).empty());
        // of its events their places and hashes are left, and nothing that could be opened
        const auto left = w.database->read([](storage::session& db) -> result<std::int64_t> {
            PYKALA_TRY(storage::statement * rows,
                       db.get("SELECT count(*) FROM events e JOIN streams s ON s.id = e.stream "
                              "LEFT JOIN sealed b ON b.event = e.id WHERE s.of = 'case' "
                              "AND s.id NOT IN (SELECT id FROM cases) "
                              "AND (e.public <> '' OR b.event IS NOT NULL)"));
            rows->reset();
            PYKALA_CHECK(rows->step());
            const auto count = rows->integer(0);
            rows->reset();
            return count;
        });
        CHECK(left.value() == 0);
        const auto all = verified(*w.database, *w.keys, w.time.at, {});
        CHECK(codes_of(all) == "");
        CHECK(all.shredded.at("case") == 1);
    }
}
