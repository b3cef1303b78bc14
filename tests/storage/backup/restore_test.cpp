// Protects what a restore must never bring back: removed cases, documents whose keys are gone, the
// memory of what registers erased; and that nobody is shown two histories under the name of one
// log. Real files, databases and keys; processes that die at every step.
#include "storage/backup/restore.hpp"

#include <fstream>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/encoding.hpp"

#include "storage/backup/backup.hpp"
#include "storage/documents/document_store.hpp"
#include "storage/forgetting/case_removal.hpp"
#include "storage/forgetting/key_destruction.hpp"
#include "storage/shipping/shipping.hpp"
#include "storage/sqlite/case_store.hpp"
#include "storage/sqlite/log_check.hpp"
#include "storage/sqlite/log_start.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/synthetic_case.hpp"

using namespace pykala;
using namespace pykala::storage;
using namespace pykala::tests;
namespace fs = std::filesystem;

namespace {

struct still_clock final : desk::clock {
    instant at = *parse_instant_utc("2026-12-01T10:15:30.250Z");
    desk::moment now() override { return {at, make_date(2026, 12, 1)}; }
};

const auto nobody_listens = [](const std::string&) {};

// A tenant with two cases, each with a large document, that ships; its backup of that moment; and
// what happened after it: a record erased in a register, the first case removed, the letters of the
// second destroyed, a third case filed.
struct lost_future {
    folder dir;
    fs::path tenant = dir.path / "data";
    fs::path shipped = dir.path / "shipped" / "kuopio";
    fs::path copy = dir.path / "backup";
    key_place keys{{dir.file("keys.db"), dir.file("second.db")}, dir.file("master.key"), "kuopio"};
    log::stream_tag streams[3] = {synthetic_stream(1), synthetic_stream(2), synthetic_stream(3)};
    still_clock clock;

    lost_future() {
        fs::create_directories(tenant);
        fs::create_directories(shipped.parent_path());
        REQUIRE(key_store::create(keys.paths, "kuopio", create_master_key(keys.master).value(),
                                  clock.at));
        with_all([&](tenant_store& store, key_store& held) {
            for (const int n : {0, 1}) {
                file(store, n, 3);
                const document_owner of{number(n), streams[n]};
                REQUIRE(documents(store, held)
                            .keep(of, document_kind::answer_package, log::data_class::package,
                                  std::string(3'000'000, 'x'), clock.at));
            }
        });
    }
    static std::string number(int n) { return "KUO-2026-00000" + std::to_string(n + 1); }
    document_store documents(tenant_store& store, key_store& held) const {
        return document_store::open(store, held, tenant / documents_name).value();
    }
    void file(tenant_store& store, int n, std::size_t events) {
        sqlite_case_store cases(store);
        desk::unit_of_work unit;
        unit.cases.push_back(synthetic_write("", streams[n], 0, events));
        REQUIRE(submit_and_wait(cases, unit));
    }
    template <class Work>
    void with_all(Work work) const {
        const auto store = open_synthetic((tenant / database_name).string()).value();
        const auto held =
            key_store::open(keys.paths, "kuopio", read_master_key(keys.master).value()).value();
        work(*store, *held);
    }
    void back_up() const { REQUIRE(back_up_tenant(tenant, keys, copy, clock.at, nobody_listens)); }
    void go_on() {
        with_all([&](tenant_store& store, key_store& held) {
            const auto ships = shipping::open(store, shipped).value();
            const erased_record gone[] = {
                {"crm/customer/17#KUO-C01", register_verb::unlink, review_reason::missing_date},
                {"crm/customer/17#KUO-C02", register_verb::erase, review_reason::none, true}};
            REQUIRE(remember_erased(store, held, "crm", gone, make_date(2026, 11, 30)));
            // said twice, it stands there once
            REQUIRE(remember_erased(store, held, "crm", gone, make_date(2026, 11, 30)));
            key_destruction destruction(store, held, clock);
            REQUIRE(destruction.destroy(streams[0], {}));
            REQUIRE(remove_case(store, number(0), clock.now()));
            REQUIRE(destruction.destroy(streams[1], {"package"}));
            file(store, 2, 4);
            const key_request wanted[] = {{streams[2], log::data_class::content}};
            REQUIRE(held.make(wanted, clock.at));
            REQUIRE(ships->ship_all());
        });
    }
    restore_place place(bool replace = true) const { return {tenant, shipped, keys, replace}; }
    result<restore_report> restore(bool replace = true) {
        return restore_tenant(place(replace), copy, clock, nobody_listens);
    }
    // What must hold of the restored data, whichever way it came to be.
    void check_restored() {
        with_all([&](tenant_store& store, key_store& held) {
            sqlite_case_store cases(store);
            CHECK_FALSE(cases.load(number(0)));
            CHECK(cases.load(number(1)));
            CHECK_FALSE(cases.load(number(2)));
            CHECK(check_log(store)->empty());
            CHECK(store.origin_name() == "test.example/kuopio/log/2");
            const auto own =
                store.read([](session& db) { return read_own_events(db, restore_stream); });
            REQUIRE(own->size() == 2);
            CHECK((*own)[0].kind == log_is_begun);
            CHECK((*own)[0].fields.at("old_origin") == value(synthetic_origin));
            CHECK((*own)[1].kind == is_restored);
            const auto list = erased_since(store, held, "crm", make_date(2026, 11, 30));
            REQUIRE(list->size() == 2);
            const auto entry = [&](const char* id) {
                return list->at(to_hex(held.lookup_hash(lookup_kind::record, id)));
            };
            CHECK(entry("crm/customer/17#KUO-C01").verb == register_verb::unlink);
            CHECK(entry("crm/customer/17#KUO-C01").decided == review_reason::missing_date);
            CHECK(entry("crm/customer/17#KUO-C02").ordered);
            CHECK(erased_since(store, held, "crm", make_date(2026, 12, 1))->empty());
            CHECK(documents(store, held).of_case(number(1))->empty());
            // of a case that is lost here, and perhaps not in what was moved aside
            still_clock later;
            later.at += std::chrono::hours(48);
            CHECK(key_destruction(store, held, later).sweep_orphans().value() == 0);
            CHECK(held.list_of(streams[2])->size() == 1);
            const auto goes_on = shipping::open(store, shipped);
            REQUIRE(goes_on);
            REQUIRE((*goes_on)->ship_all());
        });
        CHECK(fs::is_empty(tenant / documents_name));
        CHECK_FALSE(fs::exists(tenant / "restoring"));
        const auto after = read_shipped(shipped, 0);
        REQUIRE(after);
        CHECK(after->logs.size() == 2);
        CHECK(after->logs.back().origin == "test.example/kuopio/log/2");
    }
};

// Runs a restore in a process of its own, which dies when it has told something for the n-th time.
int restore_and_die(lost_future& world, int at) {
    const pid_t child = ::fork();
    if (child == 0) {
        int left = at;
        const auto done =
            restore_tenant(world.place(), world.copy, world.clock, [&](const std::string&) {
                if (--left == 0) ::_exit(9);
            });
        ::_exit(done ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

void flip_byte(const fs::path& file, std::streamoff at) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(at);
    const auto was = static_cast<char>(bytes.get());
    bytes.seekp(at);
    bytes.put(static_cast<char>(was ^ 1));
}

}  // namespace

TEST_SUITE("storage/backup") {
    TEST_CASE("restore: what was erased since stays erased and a new log names the old one") {
        lost_future world;
        world.back_up();
        world.go_on();
        const auto done = world.restore();
        REQUIRE(done);
        CHECK(done->old_origin == synthetic_origin);
        CHECK(done->leaves == 6);
        CHECK(done->known_leaves.value_or(0) > 6 + 4);
        CHECK(done->erasures == 3);
        CHECK(done->cases_removed == 1);
        CHECK(done->documents_removed == 1);
        CHECK(fs::exists(world.tenant / done->moved_to / database_name));
        world.check_restored();
    }
    TEST_CASE("restore: where nothing is lost the log goes on") {
        lost_future world;
        world.with_all([&](tenant_store& store, key_store&) {
            REQUIRE(shipping::open(store, world.shipped).value()->ship_all());
        });
        world.back_up();
        fs::remove_all(world.tenant);
        const auto done = world.restore(false);
        REQUIRE(done);
        CHECK(done->old_origin.empty());
        CHECK(done->moved_to.empty());
        world.with_all([&](tenant_store& store, key_store& held) {
            CHECK(store.origin_name() == synthetic_origin);
            CHECK(check_log(store)->empty());
            CHECK(world.documents(store, held).of_case(world.number(0))->size() == 1);
        });
    }
    TEST_CASE("restore: in doubt a new log begins") {
        lost_future world;
        world.back_up();
        fs::remove_all(world.tenant);
        auto place = world.place();
        place.shipping.clear();  // nobody knows how far the log had come
        const auto done = restore_tenant(place, world.copy, world.clock, nobody_listens);
        REQUIRE(done);
        CHECK_FALSE(done->known_leaves.has_value());
        CHECK(done->origin == "test.example/kuopio/log/2");
    }
    TEST_CASE("power: a restore that dies at any step is ended by the same call") {
        int cuts = 0, unfinished = 0;
        for (int at = 1;; ++at) {
            CAPTURE(at);
            lost_future world;
            world.back_up();
            world.go_on();
            const int ended = restore_and_die(world, at);
            REQUIRE((ended == 0 || ended == 9));
            if (ended == 9) {
                ++cuts;
                // either a server refuses the tenant, or nothing has changed yet
                const auto waits = check_no_restore_waits(world.tenant);
                unfinished += !waits;
                if (waits && fs::exists(world.tenant / "restoring" / database_name))
                    world.with_all([&](tenant_store& store, key_store&) {
                        CHECK(sqlite_case_store(store).load(world.number(2)));
                    });
                const auto again = world.restore();
                REQUIRE(again);
                CHECK(again->finished_earlier == !waits);
            }
            world.check_restored();
            if (ended == 0) break;
        }
        CHECK(cuts >= 5);
        CHECK(unfinished >= 3);
    }
    TEST_CASE("refusal: what is not the backup that was signed is not put in place") {
        lost_future world;
        world.back_up();
        world.go_on();
        const auto refused = [&](bool replace = true) {
            const auto done = world.restore(replace);
            const auto intact = open_synthetic((world.tenant / database_name).string());
            REQUIRE(intact);
            CHECK(sqlite_case_store(**intact).load(world.number(2)));
            return done ? std::string("restored") : done.error().code;
        };
        CHECK(refused(false) == "data_in_place");
        flip_byte(world.copy / database_name, 5000);
        CHECK(refused() == "backup_differs");
        flip_byte(world.copy / database_name, 5000);
        flip_byte(world.copy / "manifest.json", 40);
        CHECK((refused() == "backup_signature" || refused() == "backup_malformed"));
        flip_byte(world.copy / "manifest.json", 40);
        {
            const auto open = open_synthetic((world.tenant / database_name).string());
            const auto done = world.restore();
            REQUIRE_FALSE(done);
            CHECK(done.error().code == "store_in_use");
        }
        CHECK(back_up_tenant(world.tenant, world.keys, world.copy, world.clock.at, nobody_listens)
                  .error()
                  .code == "backup_exists");
        CHECK(world.restore());
        world.check_restored();
    }
    TEST_CASE("shipping: an old copy put in place by hand is not served") {
        lost_future world;
        world.back_up();
        world.go_on();
        for (const auto* name : {"cases.db", "cases.db-wal", "cases.db-shm"})
            fs::remove(world.tenant / name);
        fs::copy(world.copy / database_name, world.tenant / database_name);
        world.with_all([&](tenant_store& store, key_store&) {
            const auto opened = shipping::open(store, world.shipped);
            REQUIRE_FALSE(opened);
            CHECK(opened.error().code == "data_behind_shipped");
        });
    }
    TEST_CASE(
        "shipping: half a line is never counted and the next one follows the last whole one") {
        folder dir;
        const auto path = dir.path / "lines";
        {
            auto file = line_file::open(path);
            REQUIRE(file);
            CHECK(line_file::open(path).error().code == "shipping_in_use");
            REQUIRE(file->append("one\ntwo\n"));
        }
        std::ofstream(path, std::ios::app) << "thr";
        std::vector<std::string> read;
        const auto take = [&](std::string_view line) -> result<void> {
            read.emplace_back(line);
            return {};
        };
        REQUIRE(read_lines(path, take));
        CHECK(read == std::vector<std::string>{"one", "two"});
        {
            auto file = line_file::open(path);
            REQUIRE(file);
            CHECK(file->last() == "two");
            REQUIRE(file->append("three\n"));
        }
        read.clear();
        REQUIRE(read_lines(path, take));
        CHECK(read == std::vector<std::string>{"one", "two", "three"});
    }
    TEST_CASE("erasure list: a line says what it said, and another line is refused") {
        const erasure_entry record{7,     erased_thing::record,  std::string(64, 'a'),
                                   "crm", register_verb::reduce, review_reason::missing_date,
                                   true,  std::string(32, 'b'),  make_date(2026, 11, 30)};
        CHECK(read_erasure_line(erasure_line(record)).value() == record);
        auto plain = record;
        plain.decided = review_reason::none;
        CHECK(read_erasure_line(erasure_line(plain)).value() == plain);
        const erasure_entry removed{.id = 8,
                                    .what = erased_thing::removed_case,
                                    .hash = std::string(32, 'c'),
                                    .on = make_date(2026, 12, 1)};
        CHECK(read_erasure_line(erasure_line(removed)).value() == removed);
        for (const std::string& wrong :
             {std::string(), std::string("{}"), erasure_line(removed).substr(1),
              erasure_line(record) + " "})
            CHECK_FALSE(read_erasure_line(wrong));
    }
}
