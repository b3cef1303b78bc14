// Protects `pykala keys`: after a new master key every key opens with it and none with the old one,
// whatever was interrupted, and a backup is the state of the moment. Real files, cut between steps.
#include "storage/sealing/key_upkeep.hpp"

#include <filesystem>

#include <doctest/doctest.h>

#include "engine/base/encoding.hpp"

#include "storage/sealing/sodium.hpp"
#include "tests/support/folder.hpp"

using namespace pykala;
using namespace pykala::storage;
namespace fs = std::filesystem;

namespace {

struct kept_keys {
    tests::folder dir;
    key_place at{{dir.file("keys.db"), dir.file("second.db")}, dir.file("master.key"), "kuopio"};
    log::key_id id{};
    std::string bytes;  // of that key
    instant now = *parse_instant_utc("2026-03-06T10:15:30.250Z");

    kept_keys() {
        auto keys = key_store::create(at.paths, "kuopio", create_master_key(at.master).value(), now)
                        .value();
        const std::vector<key_request> wanted{{random_tag(), log::data_class::content}};
        id = keys->make(wanted, now).value().front();
        bytes = to_hex(keys->find(id)->bytes());
    }
    std::string key_in(const key_paths& paths) const {
        const auto keys = key_store::open(paths, "kuopio", read_master_key(at.master).value());
        return keys ? to_hex((*keys)->find(id)->bytes()) : keys.error().code;
    }
};

}  // namespace

TEST_SUITE("storage/sealing/key_upkeep") {
    TEST_CASE("rotate: every key opens with the new master key and the old one opens nothing") {
        kept_keys k;
        auto old_key = read_master_key(k.at.master).value();
        const auto done = rotate_master_key(k.at);
        REQUIRE(done);
        CHECK(done->keys == 1);
        CHECK(done->second == copy_state::whole);
        CHECK(done->master != old_key.id);
        CHECK(k.key_in(k.at.paths) == k.bytes);
        CHECK_FALSE(fs::exists(k.at.master.string() + ".next"));
        CHECK(key_store::open(k.at.paths, "kuopio", std::move(old_key)).error().code ==
              "wrong_master_key");
    }
    TEST_CASE("rotate: interrupted before or after the wrapping the same command finishes it") {
        for (const bool wrapped : {false, true}) {
            CAPTURE(wrapped);
            kept_keys k;
            auto next = create_master_key(k.at.master.string() + ".next").value();
            const auto id = next.id;
            if (wrapped) {
                auto keys =
                    key_store::open(k.at.paths, "kuopio", read_master_key(k.at.master).value());
                REQUIRE((*keys)->rotate(std::move(next)));
            }
            const auto done = rotate_master_key(k.at);
            REQUIRE(done);
            CHECK(done->finished_earlier == wrapped);
            CHECK(done->master == id);
            CHECK(k.key_in(k.at.paths) == k.bytes);
        }
    }
    TEST_CASE("rotate: one copy wrapped anew and the other not is finished with the new key") {
        kept_keys k;
        auto next = create_master_key(k.at.master.string() + ".next").value();
        fs::copy_file(k.at.paths.second, k.dir.file("before.db"));
        {
            auto keys = key_store::open(k.at.paths, "kuopio", read_master_key(k.at.master).value());
            REQUIRE((*keys)->rotate(std::move(next)));
        }
        fs::copy_file(k.dir.file("before.db"), k.at.paths.second,
                      fs::copy_options::overwrite_existing);
        const auto done = rotate_master_key(k.at);
        REQUIRE(done);
        CHECK(done->second == copy_state::behind);
        CHECK(k.key_in(k.at.paths) == k.bytes);
        fs::remove(k.at.paths.first);
        CHECK(k.key_in(k.at.paths) == k.bytes);
    }
    TEST_CASE(
        "rotate: a missing copy and a wrong or open master key are refused and nothing moves") {
        kept_keys k;
        const auto other = k.dir.file("other.key");
        REQUIRE(create_master_key(other));
        key_place wrong = k.at;
        wrong.master = other;
        CHECK(rotate_master_key(wrong).error().code == "wrong_master_key");
        CHECK_FALSE(fs::exists(fs::path(other).string() + ".next"));
        fs::permissions(k.at.master, fs::perms::owner_read | fs::perms::group_read);
        CHECK(rotate_master_key(k.at).error().code == "master_key_open_to_others");
        fs::permissions(k.at.master, fs::perms::owner_read | fs::perms::owner_write);
        wrong = k.at;
        wrong.paths.second = k.dir.file("elsewhere.db");
        CHECK(rotate_master_key(wrong).error().code == "key_copy_missing");
        CHECK_FALSE(fs::exists(wrong.paths.second));
        wrong = k.at;
        wrong.tenant = "turku";
        CHECK(rotate_master_key(wrong).error().code == "wrong_tenant");
        CHECK(k.key_in(k.at.paths) == k.bytes);
    }
    TEST_CASE("backup: the state of the moment in one private file that opens") {
        kept_keys k;
        const fs::path to = k.dir.file("backup.db");
        const auto done = back_up_keys(k.at, to);
        REQUIRE(done);
        CHECK(done->keys == 1);
        CHECK((fs::status(to).permissions() & fs::perms::mask) ==
              (fs::perms::owner_read | fs::perms::owner_write));
        CHECK(k.key_in({to, k.dir.file("made_anew.db")}) == k.bytes);
        // what is destroyed later is not in the next one
        {
            auto keys = key_store::open(k.at.paths, "kuopio", read_master_key(k.at.master).value());
            REQUIRE((*keys)->destroy(std::vector{k.id}));
        }
        REQUIRE(back_up_keys(k.at, to));
        CHECK_FALSE(key_copy::open(to)->find(k.id).value());
        for (const auto& each : fs::directory_iterator(k.dir.path))
            CHECK(each.path().filename().string().find(".part") == std::string::npos);
    }
    TEST_CASE("backup: wrong key and place are refused and a lost second copy is told") {
        kept_keys k;
        const auto to = k.dir.file("backup.db");
        CHECK(back_up_keys(k.at, k.at.paths.second).error().code == "backup_in_place");
        CHECK(back_up_keys(k.at, k.dir.file("no/such/backup.db")).error().code ==
              "key_backup_write");
        const auto other = k.dir.file("other.key");
        REQUIRE(create_master_key(other));
        key_place wrong = k.at;
        wrong.master = other;
        CHECK(back_up_keys(wrong, to).error().code == "wrong_master_key");
        CHECK_FALSE(fs::exists(to));
        fs::remove(k.at.paths.second);
        CHECK(back_up_keys(k.at, to)->second == copy_state::missing);
    }
}
