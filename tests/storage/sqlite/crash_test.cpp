// Protects what was acknowledged against a power cut and a full disk: after each, every
// acknowledged event is there, none is half there, the log verifies and the queue equals the fold.
// The plug is pulled at every single call that writes, syncs, truncates or deletes.
#include <filesystem>
#include <future>
#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "storage/sqlite/case_store.hpp"
#include "storage/sqlite/checkpoint_store.hpp"
#include "storage/sqlite/log_check.hpp"
#include "tests/support/crash_vfs.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/synthetic_case.hpp"

using namespace pykala;
using namespace pykala::storage;
using namespace pykala::tests;

namespace {

constexpr const char* vfs_name = "crash";

// What callers were told.
struct told {
    std::map<std::string, std::uint64_t> versions;
    tree_head signed_head;
    std::map<std::string, int> refusals;  // by code
};

std::string number_of(std::uint64_t serial) {
    return fmt::format("KUO-2026-{:06}", serial);
}

// Submits a few units at once, so that they share commits, and waits for all.
void submit_round(sqlite_case_store& cases, std::uint64_t round, told& out) {
    std::vector<std::future<result<desk::receipt>>> answers;
    const auto submit = [&](desk::case_write what) {
        auto promise = std::make_shared<std::promise<result<desk::receipt>>>();
        answers.push_back(promise->get_future());
        desk::unit_of_work unit;
        unit.cases.push_back(std::move(what));
        cases.submit(std::move(unit),
                     [promise](result<desk::receipt> r) { promise->set_value(std::move(r)); });
    };
    for (const auto& [number, version] : out.versions) {
        auto stored = cases.load(number);
        if (stored && (version + round) % 2 == 0)
            submit(synthetic_write(number, stored->stream, version));
    }
    for (std::uint64_t i = 0; i < 2; ++i)
        submit(synthetic_write("", synthetic_stream(round * 10 + i), 0, 3));
    for (auto& answer : answers) {
        const auto given = answer.get();
        if (given)
            out.versions[given->numbers.at(0)] = given->versions.at(0);
        else
            ++out.refusals[given.error().code];
    }
}

// Rounds of commits, a checkpoint of the WAL between, signed heads, and the end of the program.
void live(const std::string& path, told& out) {
    auto store = open_synthetic(path, vfs_name);
    if (!store) return;
    sqlite_case_store cases(**store);
    const checkpoint_signer signer{{}, [](std::string_view) { return log::signature{}; }};
    for (std::uint64_t round = 1; round <= 4; ++round) {
        submit_round(cases, round, out);
        if (round == 2) {
            auto other = connection::open(path, {.vfs = vfs_name});
            if (other) (void)other->run("PRAGMA wal_checkpoint(RESTART)");
        }
        if (const auto head = sign_checkpoint(**store, signer, {})) out.signed_head = head->head;
    }
}

// The promises, on the medium as the cut left it.
void check_promises(const std::string& path, const told& before) {
    auto store = open_synthetic(path, vfs_name);
    REQUIRE_MESSAGE(store.has_value(), (store ? "" : store.error().detail));
    sqlite_case_store cases(**store);
    told after = before;
    for (auto& [number, version] : after.versions) {
        const auto stored = cases.load(number);
        REQUIRE_MESSAGE(stored.has_value(), "acknowledged case is gone: " << number);
        CHECK(stored->events.size() >= version);
        version = stored->events.size();  // durable, but cut before it was acknowledged
    }
    for (const auto& f : check_queue(**store, synthetic_projection).value())
        FAIL_CHECK(f.code << " " << f.number << " " << f.detail);
    for (const auto& f : check_log(**store).value())
        FAIL_CHECK(f.code << " " << f.number << " " << f.detail);
    const tree_head now = (*store)->writer().head();
    CHECK(now.size >= before.signed_head.size);
    // and life goes on, without a gap in the numbers
    submit_round(cases, 9, after);
    CHECK(after.refusals == before.refusals);
    std::uint64_t serial = 0;
    const auto numbers = cases.queue({.by = desk::queue_query::order::number, .limit = 500});
    REQUIRE(numbers.has_value());
    for (const auto& row : numbers->rows) CHECK(row.number == number_of(++serial));
}

// Gives how many calls a life makes; cuts at each of them.
std::uint64_t cut_everywhere(crash_loss loss) {
    for (std::uint64_t n = 1;; ++n) {
        folder dir;
        crash_vfs vfs(vfs_name);
        const std::string path = dir.file("k.db");
        REQUIRE(open_synthetic(path, vfs_name).has_value());
        vfs.fail_at(n);
        told out;
        live(path, out);
        const bool was_cut = vfs.power_is_off();
        vfs.restore(loss, n);
        INFO("cut before call " << n);
        check_promises(path, out);
        if (!was_cut) return n - 1;
        REQUIRE(n < 5000);
    }
}

}  // namespace

TEST_SUITE("sqlite/crash") {
    TEST_CASE("crash vfs: what was not synced is gone and what was synced stays") {
        for (const durability sync : {durability::full, durability::normal, durability::off}) {
            folder dir;
            crash_vfs vfs(vfs_name);
            const std::string path = dir.file("a.db");
            const sqlite_options options{.create = true, .sync = sync, .vfs = vfs_name};
            REQUIRE(connection::open(path, {.create = true, .vfs = vfs_name})
                        ->run("CREATE TABLE t(x)")
                        .has_value());
            {
                auto db = connection::open(path, options);
                REQUIRE(db->run("INSERT INTO t VALUES(1)").has_value());
                vfs.fail_at(1);
            }
            vfs.restore();
            auto db = connection::open(path, {.vfs = vfs_name});
            REQUIRE_MESSAGE(db.has_value(), (db ? "" : db.error().detail));
            auto rows = db->prepare("SELECT count(*) FROM t");
            REQUIRE_MESSAGE(rows.has_value(), (rows ? "" : rows.error().detail));
            REQUIRE(rows->step().value());
            CHECK(rows->integer(0) == (sync == durability::full ? 1 : 0));
        }
    }
    TEST_CASE("power cut: at every call of a life nothing acknowledged is lost") {
        const std::uint64_t calls = cut_everywhere(crash_loss::everything);
        CHECK(calls > 50);
        MESSAGE("cut at each of ", calls, " calls");
    }
    TEST_CASE("power cut: nor when any part of what was not synced survives") {
        CHECK(cut_everywhere(crash_loss::some) > 50);
    }
    TEST_CASE("power cut: a database half made is never taken for a whole one") {
        for (std::uint64_t n = 1;; ++n) {
            folder dir;
            crash_vfs vfs(vfs_name);
            const std::string path = dir.file("k.db");
            vfs.fail_at(n);
            const bool made = open_synthetic(path, vfs_name).has_value();
            const bool was_cut = vfs.power_is_off();
            vfs.restore(n % 2 == 0 ? crash_loss::everything : crash_loss::some, n);
            INFO("cut before call " << n);
            auto opened = tenant_store::open(synthetic_location(path, vfs_name));
            if (made) CHECK(opened.has_value());
            if (opened) {
                sqlite_case_store cases(**opened);
                told out;
                submit_round(cases, 1, out);
                CHECK(out.refusals.empty());
            } else {
                const auto& code = opened.error().code;
                CHECK((code == "store_missing" || code == "store_foreign"));
            }
            if (!was_cut) break;
        }
    }
    TEST_CASE("full disk: named as such and work goes on once there is room") {
        for (std::uint64_t n = 1;; ++n) {
            folder dir;
            crash_vfs vfs(vfs_name);
            const std::string path = dir.file("k.db");
            told out;
            bool was_full = false;
            {
                auto store = open_synthetic(path, vfs_name);
                REQUIRE(store.has_value());
                sqlite_case_store cases(**store);
                submit_round(cases, 1, out);
                REQUIRE(out.refusals.empty());
                vfs.full_at(n);
                submit_round(cases, 2, out);
                was_full = !out.refusals.empty();
                for (const auto& [code, count] : out.refusals) CHECK(code == "store_full");
                vfs.full_at(0);
                out.refusals.clear();
                submit_round(cases, 3, out);
                CHECK(out.refusals.empty());
            }
            INFO("full from call " << n);
            vfs.restore();
            check_promises(path, out);
            if (!was_full) break;
            REQUIRE(n < 1000);
        }
    }
}
