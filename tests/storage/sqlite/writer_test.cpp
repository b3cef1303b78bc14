// Protects the one writer: units that arrive together share a commit and do not harm each other,
// numbers have no gaps, the log follows the events, readers see whole units. Many threads submit.
#include <atomic>
#include <future>
#include <thread>

#include <doctest/doctest.h>

#include "storage/hash/sha256.hpp"
#include "storage/sqlite/case_store.hpp"
#include "storage/sqlite/checkpoint_store.hpp"
#include "storage/sqlite/log_check.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/synthetic_case.hpp"

using namespace pykala;
using namespace pykala::storage;
using namespace pykala::tests;

namespace {

desk::unit_of_work unit_of(desk::case_write what) {
    desk::unit_of_work unit;
    unit.cases.push_back(std::move(what));
    return unit;
}

void check_whole(tenant_store& store) {
    for (const store_finding& f : check_queue(store, synthetic_projection).value())
        FAIL_CHECK(f.code << " " << f.number << " " << f.detail);
    for (const store_finding& f : check_log(store).value())
        FAIL_CHECK(f.code << " " << f.number << " " << f.detail);
}

}  // namespace

TEST_SUITE("sqlite/writer") {
    TEST_CASE("submit: many callers at once get numbers without gaps and every event is logged") {
        folder dir;
        auto store = open_synthetic(dir.file("k.db"));
        REQUIRE(store.has_value());
        sqlite_case_store cases(**store);
        constexpr int callers = 8;
        constexpr int each = 40;
        std::atomic<int> failed = 0;
        std::vector<std::thread> threads;
        for (int t = 0; t < callers; ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i < each; ++i) {
                    const auto stream = synthetic_stream(std::uint64_t(t * 1000 + i));
                    auto made = submit_and_wait(cases, unit_of(synthetic_write("", stream, 0, 2)));
                    if (!made) {
                        ++failed;
                        continue;
                    }
                    auto next = submit_and_wait(
                        cases, unit_of(synthetic_write(made->numbers.at(0), stream, 2)));
                    if (!next || next->versions.at(0) != 3) ++failed;
                    auto read = cases.load(made->numbers.at(0));
                    if (!read || read->events.size() != 3) ++failed;
                }
            });
        for (auto& t : threads) t.join();
        CHECK(failed == 0);
        CHECK(cases.load("KUO-2026-000001").has_value());
        CHECK(cases.load("KUO-2026-000320").has_value());
        CHECK(cases.load("KUO-2026-000321").error().code == "no_such_case");
        CHECK((*store)->writer().head().size == callers * each * 3);
        check_whole(**store);
    }
    TEST_CASE("submit: of two units on one version the second decides again") {
        folder dir;
        auto store = open_synthetic(dir.file("k.db"));
        sqlite_case_store cases(**store);
        const auto stream = synthetic_stream(1);
        REQUIRE(submit_and_wait(cases, unit_of(synthetic_write("", stream, 0))).has_value());
        auto one = unit_of(synthetic_write("KUO-2026-000001", stream, 1));
        CHECK(submit_and_wait(cases, one).has_value());
        CHECK(submit_and_wait(cases, one).error().code == "version_moved");
        check_whole(**store);
    }
    TEST_CASE("submit: a unit that fails after writing takes neither number nor leaf nor others") {
        folder dir;
        auto store = open_synthetic(dir.file("k.db"));
        sqlite_case_store cases(**store);
        desk::unit_of_work bad = unit_of(synthetic_write("", synthetic_stream(1), 0));
        bad.cases.push_back(synthetic_write("", synthetic_stream(1), 0));  // the tag is taken
        std::vector<std::string> codes(3);
        std::atomic<int> open = 3;
        // The writer is held up, so that all three stand in one group.
        std::promise<void> gate;
        (*store)->writer().submit(
            [&](session&, log_appender&) -> result<void> {
                gate.get_future().wait();
                return {};
            },
            [](result<void>) {});
        const auto keep = [&](std::size_t at) {
            return [&, at](result<desk::receipt> r) {
                codes[at] = r ? r->numbers.at(0) : r.error().code;
                --open;
                open.notify_one();
            };
        };
        cases.submit(unit_of(synthetic_write("", synthetic_stream(2), 0)), keep(0));
        cases.submit(bad, keep(1));
        cases.submit(unit_of(synthetic_write("", synthetic_stream(3), 0)), keep(2));
        gate.set_value();
        for (int left = open; left != 0; left = open) open.wait(left);
        CHECK(codes ==
              std::vector<std::string>{"KUO-2026-000001", "store_unique", "KUO-2026-000002"});
        check_whole(**store);
        CHECK((*store)->writer().head().size == 2);
    }
    TEST_CASE(
        "submit: a unit that does not fit together is a broken invariant and changes nothing") {
        folder dir;
        auto store = open_synthetic(dir.file("k.db"));
        sqlite_case_store cases(**store);
        auto what = synthetic_write("", synthetic_stream(1), 0);
        what.events[0] = synthetic_event(synthetic_stream(2), 0);
        CHECK(submit_and_wait(cases, unit_of(what)).error().code == "broken_invariant");
        CHECK(cases.load("KUO-2026-000001").error().code == "no_such_case");
    }
    TEST_CASE("announce: the writer waits for units that are being prepared and for no others") {
        folder dir;
        auto store = open_synthetic(dir.file("k.db"));
        sqlite_case_store cases(**store);
        group_writer& writer = (*store)->writer();
        const auto slow = [](session&, log_appender&) -> result<void> {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            return {};
        };
        // leaves that stand before it in its transaction
        const auto leaves_before = [&](std::size_t& seen) {
            return [&seen](session&, log_appender& log) -> result<void> {
                seen = log.mark();
                return {};
            };
        };
        std::size_t seen = 0;
        // the wait is short, so a thread that stands still too long may miss it
        for (std::uint64_t turn = 1; turn < 50 && seen == 0; ++turn) {
            REQUIRE(writer.run(slow));
            const auto first = cases.announce();
            const auto second = cases.announce();
            cases.submit(unit_of(synthetic_write("", synthetic_stream(turn), 0)),
                         [](result<desk::receipt>) {});
            REQUIRE(writer.run(leaves_before(seen)));
        }
        CHECK(seen == 1);
        REQUIRE(writer.run(leaves_before(seen)));
        CHECK(seen == 0);
        check_whole(**store);
    }
    TEST_CASE("log: proofs of every leaf lead to the head and checkpoints continue each other") {
        folder dir;
        auto store = open_synthetic(dir.file("k.db"));
        sqlite_case_store cases(**store);
        const checkpoint_signer signer{{}, [](std::string_view) { return log::signature{}; }};
        std::optional<signed_checkpoint> before;
        for (std::uint64_t i = 0; i < 9; ++i) {
            REQUIRE(submit_and_wait(cases, unit_of(synthetic_write("", synthetic_stream(i), 0, 67)))
                        .has_value());
            const auto now = sign_checkpoint(**store, signer, {});
            REQUIRE(now.has_value());
            CHECK(sign_checkpoint(**store, signer, {})->note == now->note);
            (*store)
                ->read([&](session& db) -> result<void> {
                    auto reader = log_reader::open(db.db(), 1);
                    const std::uint64_t size = now->head.size;
                    for (std::uint64_t leaf : {std::uint64_t{0}, size / 2, size - 1}) {
                        const auto l = reader->leaves(leaf, leaf + 1).value().at(0);
                        const auto hash =
                            log::leaf_hash(sha256, log::write_leaf(l.stream, l.seq, l.body));
                        CHECK(log::verify_inclusion(sha256, hash, leaf, size,
                                                    reader->inclusion_proof(leaf, size).value(),
                                                    now->head.root));
                    }
                    if (before)
                        CHECK(log::verify_consistency(
                            sha256, before->head.size, size, before->head.root, now->head.root,
                            reader->consistency_proof(before->head.size, size).value()));
                    return {};
                })
                .value();
            before = *now;
        }
        check_whole(**store);
        REQUIRE((*store)->write([](session& db) {
            return db.run("UPDATE log SET body = zeroblob(32) WHERE idx = 300");
        }));
        CHECK(sign_checkpoint(**store, signer, {}).has_value());  // not grown: the last one
        CHECK_FALSE(check_log(**store)->empty());
        REQUIRE(submit_and_wait(cases, unit_of(synthetic_write("", synthetic_stream(99), 0)))
                    .has_value());
    }
    TEST_CASE("queue check: every projection that was tampered with is found and made again") {
        folder dir;
        auto store = open_synthetic(dir.file("k.db"));
        sqlite_case_store cases(**store);
        for (std::uint64_t i = 0; i < 4; ++i)
            REQUIRE(submit_and_wait(cases, unit_of(synthetic_write("", synthetic_stream(i), 0, 5)))
                        .has_value());
        REQUIRE((*store)->write([](session& db) -> result<void> {
            PYKALA_CHECK(db.run("DELETE FROM queue WHERE case_id = 1"));
            PYKALA_CHECK(db.run("UPDATE queue SET assignee = 'x' WHERE case_id = 2"));
            PYKALA_CHECK(db.run("DELETE FROM timers WHERE case_id = 3 AND name = 'remind'"));
            return db.run("DELETE FROM persons WHERE case_id = 4");
        }));
        std::vector<std::string> codes;
        for (const auto& f : check_queue(**store, synthetic_projection).value())
            codes.push_back(f.code);
        CHECK(codes == std::vector<std::string>{"queue_missing", "queue_differs", "timers_differ",
                                                "persons_differ"});
        CHECK(rebuild_queue(**store, synthetic_projection).value() == 4);
        check_whole(**store);
    }
}
