// Protects the death of keys: said before, done in both copies, said after, whatever dies in
// between. Real files; processes that are killed between two steps; orphans that no case ever used.
#include "storage/forgetting/key_destruction.hpp"

#include <cstdlib>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/encoding.hpp"

#include "storage/sealing/sodium.hpp"
#include "storage/sqlite/case_store.hpp"
#include "storage/sqlite/log_check.hpp"
#include "storage/sqlite/own_stream.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/synthetic_case.hpp"

using namespace pykala;
using namespace pykala::storage;
using namespace pykala::tests;
using log::data_class;

namespace {

// Ends the process the n-th time that somebody looks at it.
struct deadly_clock final : desk::clock {
    int left = -1;
    instant at = *parse_instant_utc("2026-03-06T10:15:30.250Z");
    desk::moment now() override {
        if (left == 0) ::_exit(9);
        if (left > 0) --left;
        return {at, make_date(2026, 3, 6)};
    }
};

struct keys_on_disk {
    folder dir;
    key_paths paths{dir.file("keys.db"), dir.file("second.db")};
    std::filesystem::path master = dir.file("master.key");
    log::stream_tag owner = random_tag();
    std::vector<log::key_id> ids;

    keys_on_disk() {
        deadly_clock clock;
        auto made = create_master_key(master);
        REQUIRE(made);
        auto keys = key_store::create(paths, "kuopio", *std::move(made), clock.at);
        REQUIRE(keys);
        const std::vector<key_request> wanted{{owner, data_class::content},
                                              {owner, data_class::decision_facts},
                                              {owner, data_class::deferred_erasure}};
        ids = (*keys)->make(wanted, clock.at).value();
        REQUIRE(open_synthetic(dir.file("cases.db")));
    }
    std::unique_ptr<key_store> keys() const {
        return key_store::open(paths, "kuopio", read_master_key(master).value()).value();
    }
    std::unique_ptr<tenant_store> store() const {
        return open_synthetic(dir.file("cases.db")).value();
    }
    // In a process of its own, which dies when somebody asks for the time the n-th time; -1: never.
    int destroy_in_child(int dies_at) const {
        const pid_t child = ::fork();
        if (child == 0) {
            const auto held = keys();
            const auto database = store();
            deadly_clock clock;
            clock.left = dies_at;
            key_destruction destruction(*database, *held, clock);
            const auto done = destruction.destroy(owner, {"content", "decision_facts"});
            ::_exit(done && *done == 2 ? 0 : 1);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return WEXITSTATUS(status);
    }
    // `intended,destroyed` of each id, in order.
    std::vector<std::string> logged(tenant_store& from) const {
        const auto events =
            from.read([](session& db) { return read_own_events(db, keys_stream); }).value();
        std::vector<std::string> all;
        for (const auto& id : ids) {
            std::string told;
            for (const auto& e : events)
                if (e.fields.at("key") == value(to_hex(id)))
                    told += e.kind == destruction_intended ? 'i' : 'd';
            all.push_back(told);
        }
        return all;
    }
    void check_destroyed() const {
        const auto held = keys();
        CHECK(held->find(ids[0]).error().code == "key_destroyed");
        CHECK(held->find(ids[1]).error().code == "key_destroyed");
        CHECK(held->find(ids[2]).has_value());
        for (const auto& path : {paths.first, paths.second}) {
            auto copy = key_copy::open(path);
            REQUIRE(copy);
            CHECK_FALSE(copy->find(ids[0]).value());
            CHECK(copy->find(ids[2]).value());
        }
        const auto database = store();
        CHECK(logged(*database) == std::vector<std::string>{"id", "id", ""});
        CHECK(check_log(*database)->empty());
    }
};

}  // namespace

TEST_SUITE("storage/forgetting/key_destruction") {
    TEST_CASE("destroy: intent and deletion and event for these classes alone") {
        const keys_on_disk world;
        CHECK(world.destroy_in_child(-1) == 0);
        world.check_destroyed();
        // again: nothing is left to do and nothing is said twice
        const auto keys = world.keys();
        const auto store = world.store();
        deadly_clock clock;
        key_destruction destruction(*store, *keys, clock);
        CHECK(destruction.destroy(world.owner, {"content"}).value() == 0);
        CHECK(destruction.finish_intended().value() == 0);
        CHECK(destruction.destroy(world.owner, {}).value() == 1);
        CHECK(keys->list_of(world.owner)->empty());
    }
    TEST_CASE(
        "crash: a process killed after the deletion leaves an event to be said at the start") {
        const keys_on_disk world;
        CHECK(world.destroy_in_child(1) == 9);
        {
            const auto keys = world.keys();
            const auto store = world.store();
            CHECK(keys->find(world.ids[0]).error().code == "key_destroyed");
            CHECK(world.logged(*store) == std::vector<std::string>{"i", "i", ""});
            deadly_clock clock;
            key_destruction destruction(*store, *keys, clock);
            CHECK(destruction.finish_intended().value() == 2);
        }
        world.check_destroyed();
    }
    TEST_CASE("crash: a process killed before the deletion leaves an intent that is carried out") {
        const keys_on_disk world;
        CHECK(world.destroy_in_child(0) == 9);  // before anything was said: nothing happened
        {
            const auto keys = world.keys();
            const auto store = world.store();
            deadly_clock clock;
            key_destruction destruction(*store, *keys, clock);
            CHECK(destruction.finish_intended().value() == 0);
            CHECK(keys->find(world.ids[0]).has_value());
            // the intent is durable and the process dies
            for (std::size_t i : {0U, 1U})
                REQUIRE(append_own_events(*store,
                                          {{std::string(keys_stream),
                                            std::string(destruction_intended),
                                            {{"key", value(to_hex(world.ids[i]))}}}},
                                          clock.now()));
        }
        {
            const auto keys = world.keys();
            const auto store = world.store();
            deadly_clock clock;
            key_destruction destruction(*store, *keys, clock);
            CHECK(destruction.finish_intended().value() == 2);
        }
        world.check_destroyed();
    }
    TEST_CASE("crash: one copy lost the key and the other follows at the opening") {
        const keys_on_disk world;
        {
            auto first = key_copy::open(world.paths.first);
            REQUIRE(first);
            auto next = *first->facts();
            ++next.generation;
            REQUIRE(first->remove(std::vector{world.ids[0]}, next));
        }
        CHECK(world.keys()->find(world.ids[0]).error().code == "key_destroyed");
        CHECK_FALSE(key_copy::open(world.paths.second)->find(world.ids[0]).value());
    }
    TEST_CASE("orphans: keys of a case that never came go after a day and others stay") {
        const keys_on_disk world;
        const auto keys = world.keys();
        const auto store = world.store();
        deadly_clock clock;
        key_destruction destruction(*store, *keys, clock);
        const auto known = synthetic_stream(1);
        desk::unit_of_work unit;
        unit.cases.push_back(synthetic_write("", known, 0));
        sqlite_case_store cases(*store);
        REQUIRE(submit_and_wait(cases, unit));
        const std::vector<key_request> wanted{{known, data_class::content}};
        REQUIRE(keys->make(wanted, clock.at));
        clock.at += std::chrono::hours(23);
        CHECK(destruction.sweep_orphans().value() == 0);
        clock.at += std::chrono::hours(2);
        CHECK(destruction.sweep_orphans().value() == 3);
        CHECK(keys->list_of(world.owner)->empty());
        CHECK(keys->list_of(known)->size() == 1);
        CHECK(world.logged(*store) == std::vector<std::string>{"id", "id", "id"});
    }
}
