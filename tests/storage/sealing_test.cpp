// Protects personal data at rest: a box opens only with its key in its place, and a destroyed key
// opens nothing. Every byte of a box is changed, places are swapped, files are damaged; the good
// case stands beside each bad one.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "engine/base/encoding.hpp"

#include "storage/hash/sha256.hpp"
#include "storage/sealing/event_seal.hpp"
#include "storage/sealing/key_store.hpp"
#include "storage/sealing/sodium.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/tree.hpp"

using namespace pykala;
using namespace pykala::storage;
namespace fs = std::filesystem;

namespace {

struct temporary_folder : tests::folder {
    key_paths keys() const { return {path / "a.db", path / "b.db"}; }
};

template <class T>
std::string code_of(const result<T>& r) {
    return r ? "no problem" : r.error().code;
}

master_key master_of(unsigned char fill) {
    secret_key key;
    for (auto& b : key.bytes()) b = fill;
    return master_key::of(std::move(key));
}

const instant now = *parse_instant_utc("2026-03-06T10:15:30.250Z");

std::unique_ptr<key_store> open_store(const temporary_folder& folder, unsigned char fill = 7) {
    auto store = key_store::open(folder.keys(), "kuopio", master_of(fill));
    REQUIRE_MESSAGE(store, code_of(store));
    return *std::move(store);
}

std::unique_ptr<key_store> new_store(const temporary_folder& folder) {
    auto store = key_store::create(folder.keys(), "kuopio", master_of(7), now);
    REQUIRE_MESSAGE(store, code_of(store));
    return *std::move(store);
}

// Every page after the first two: the schema and the facts can still be read, no key can.
void break_rows(const fs::path& file) {
    const auto size = fs::file_size(file);
    constexpr std::size_t head = 2 * 4096;
    REQUIRE(size > head);
    std::fstream open(file, std::ios::in | std::ios::out | std::ios::binary);
    open.seekp(head);
    open << std::string(size - head, 'x');
}

log::key_id make_one(key_store& store, const log::stream_tag& owner, log::data_class of) {
    const key_request request[] = {{owner, of}};
    auto ids = store.make(request, now);
    REQUIRE_MESSAGE(ids, code_of(ids));
    return ids->front();
}

}  // namespace

TEST_SUITE("storage/sealing") {
    TEST_CASE("box: opens only whole and only in its place") {
        const secret_key key = secret_key::random();
        const log::key_id id = random_tag();
        const box_place place{"kuopio", random_tag(), 3, log::data_class::content};
        const std::string box = seal_box(key, id, place, "Maija asuu täällä");
        REQUIRE(open_box(key, place, box));
        CHECK(open_box(key, place, box)->text() == "Maija asuu täällä");
        CHECK(box.find("Maija") == std::string::npos);
        for (std::size_t i = 0; i < box.size(); ++i) {
            std::string other = box;
            other[i] = static_cast<char>(other[i] ^ 0x01);
            CHECK(!open_box(key, place, other));
            CHECK(!open_box(key, place, box.substr(0, i)));
        }
        const box_place wrong[] = {{"kss", place.stream, 3, log::data_class::content},
                                   {"kuopio", random_tag(), 3, log::data_class::content},
                                   {"kuopio", place.stream, 4, log::data_class::content},
                                   {"kuopio", place.stream, 3, log::data_class::package}};
        for (const box_place& w : wrong) CHECK(code_of(open_box(key, w, box)) == "box_damaged");
        CHECK(code_of(open_box(secret_key::random(), place, box)) == "box_damaged");
        CHECK(seal_box(key, id, place, "x") != seal_box(key, id, place, "x"));
    }
    TEST_CASE("master key: lives in a file that only its owner reads") {
        const temporary_folder folder;
        const fs::path file = folder.path / "master";
        CHECK(code_of(read_master_key(file)) == "master_key_missing");
        const auto made = create_master_key(file);
        REQUIRE(made);
        struct stat facts{};
        REQUIRE(::stat(file.c_str(), &facts) == 0);
        CHECK((facts.st_mode & 07777) == 0600);
        CHECK(facts.st_size == 81);
        REQUIRE(read_master_key(file));
        CHECK(read_master_key(file)->id == made->id);
        CHECK(code_of(create_master_key(file)) == "master_key_exists");
        for (const mode_t mode : {0644, 0640, 0660, 0700, 04600}) {
            ::chmod(file.c_str(), mode);
            CHECK(code_of(read_master_key(file)) == "master_key_open_to_others");
        }
        ::chmod(file.c_str(), 0600);
        const std::string text = tests::read_file(file);
        for (const std::string& bad :
             {text.substr(0, 80), text + "\n", std::string(), "x" + text.substr(1)}) {
            std::ofstream(file, std::ios::trunc) << bad;
            CHECK(code_of(read_master_key(file)) == "master_key_malformed");
        }
        CHECK(code_of(read_master_key(folder.path)) == "master_key_open_to_others");
    }
    TEST_CASE("key store: keys last and are the same in both copies") {
        const temporary_folder folder;
        const log::stream_tag owner = random_tag();
        log::key_id id{};
        std::string secret;
        {
            const auto store = new_store(folder);
            id = make_one(*store, owner, log::data_class::content);
            secret = to_hex(store->find(id)->bytes());
            CHECK(make_one(*store, owner, log::data_class::content) == id);
            CHECK(make_one(*store, owner, log::data_class::package) != id);
        }
        for (const fs::path& gone : {folder.keys().first, folder.keys().second, fs::path()}) {
            if (!gone.empty()) fs::remove(gone);
            const auto store = open_store(folder);
            REQUIRE(store->find(id));
            CHECK(to_hex(store->find(id)->bytes()) == secret);
            CHECK(store->list()->size() == 2);
        }
        struct stat facts{};
        REQUIRE(::stat(folder.keys().first.c_str(), &facts) == 0);
        CHECK((facts.st_mode & 07777) == 0600);
    }
    TEST_CASE("key store: says clearly what is wrong") {
        const temporary_folder folder;
        CHECK(code_of(key_store::open(folder.keys(), "kuopio", master_of(7))) ==
              "key_store_missing");
        new_store(folder);
        CHECK(code_of(key_store::create(folder.keys(), "kuopio", master_of(7), now)) ==
              "key_store_exists");
        CHECK(code_of(key_store::open(folder.keys(), "kuopio", master_of(8))) ==
              "wrong_master_key");
        CHECK(code_of(key_store::open(folder.keys(), "kss", master_of(7))) == "wrong_tenant");
        key_paths nowhere = folder.keys();
        nowhere.second = folder.path / "missing" / "b.db";
        CHECK(code_of(key_store::open(nowhere, "kuopio", master_of(7))) == "store_io");
    }
    TEST_CASE(
        "key store: a broken copy is made anew from the other and two broken ones are refused") {
        const temporary_folder folder;
        const log::key_id id = make_one(*new_store(folder), random_tag(), log::data_class::content);
        for (const fs::path& file : {folder.keys().first, folder.keys().second}) {
            std::ofstream(file, std::ios::trunc) << std::string(9'000, 'x');
            CHECK(open_store(folder)->find(id));
            fs::resize_file(file, 5'000);
            CHECK(open_store(folder)->find(id));
            break_rows(file);  // its head is whole, its rows are not
            CHECK(open_store(folder)->find(id));
            CHECK(tests::read_file(file).find("xxxx") == std::string::npos);
        }
        for (const fs::path& file : {folder.keys().first, folder.keys().second})
            std::ofstream(file, std::ios::trunc) << std::string(9'000, 'x');
        const auto wrong = key_store::open(folder.keys(), "kuopio", master_of(7)).error();
        CHECK(wrong.code == "key_store_damaged");
        for (const fs::path& file : {folder.keys().first, folder.keys().second}) {
            CHECK(wrong.detail.find("`" + file.string() + "`") != std::string::npos);
            CHECK(wrong.hint.find("`" + file.string() + "`") != std::string::npos);
        }
    }
    TEST_CASE("key store: one that breaks while it is open names itself and its second copy") {
        const temporary_folder folder;
        const log::key_id id = make_one(*new_store(folder), random_tag(), log::data_class::content);
        const auto store = open_store(folder);
        break_rows(folder.keys().first);
        const auto wrong = store->find(id).error();
        CHECK(wrong.code == "key_store_damaged");
        CHECK(wrong.detail.find(folder.keys().first.string()) != std::string::npos);
        CHECK(wrong.hint.find(folder.keys().second.string()) != std::string::npos);
        CHECK(open_store(folder)->find(id));
    }
    TEST_CASE("key store: the copy that is ahead wins") {
        const temporary_folder folder;
        const auto [first, second] = folder.keys();
        const log::stream_tag owner = random_tag();
        log::key_id id{};
        {
            const auto store = new_store(folder);
            id = make_one(*store, owner, log::data_class::content);
        }
        fs::copy_file(second, folder.path / "old");
        {
            const auto store = open_store(folder);
            const log::key_id ids[] = {id};
            REQUIRE(store->destroy(ids));
        }
        fs::copy_file(folder.path / "old", second, fs::copy_options::overwrite_existing);
        CHECK(code_of(open_store(folder)->find(id)) == "key_destroyed");
        fs::remove(first);  // the second was levelled: the key does not come back
        CHECK(code_of(open_store(folder)->find(id)) == "key_destroyed");
    }
    TEST_CASE("key store: a destroyed key leaves no trace in either file") {
        const temporary_folder folder;
        const auto store = new_store(folder);
        const log::key_id id = make_one(*store, random_tag(), log::data_class::content);
        const std::string raw(as_text(id));
        for (const fs::path& f : {folder.keys().first, folder.keys().second})
            CHECK(tests::read_file(f).find(raw) != std::string::npos);
        const log::key_id ids[] = {id};
        REQUIRE(store->destroy(ids));
        REQUIRE(store->destroy(ids));
        for (const fs::path& f : {folder.keys().first, folder.keys().second})
            CHECK(tests::read_file(f).find(raw) == std::string::npos);
    }
    TEST_CASE("key store: rotation changes the master key and nothing else") {
        const temporary_folder folder;
        auto store = new_store(folder);
        const log::key_id id = make_one(*store, random_tag(), log::data_class::content);
        const std::string secret = to_hex(store->find(id)->bytes());
        const auto hash = store->lookup_hash(lookup_kind::hetu, "010190-900P");
        const auto key = store->signing_key();
        REQUIRE(store->rotate(master_of(9)));
        CHECK(to_hex(store->find(id)->bytes()) == secret);
        store.reset();
        CHECK(code_of(key_store::open(folder.keys(), "kuopio", master_of(7))) ==
              "wrong_master_key");
        store = open_store(folder, 9);
        CHECK(to_hex(store->find(id)->bytes()) == secret);
        CHECK(store->lookup_hash(lookup_kind::hetu, "010190-900P") == hash);
        CHECK(store->signing_key() == key);
    }
    TEST_CASE("lookup hash: is equal for one person however the code is typed") {
        const temporary_folder folder;
        const auto store = new_store(folder);
        const auto hash = store->lookup_hash(lookup_kind::hetu, "010190-900P");
        CHECK(store->lookup_hash(lookup_kind::hetu, " 010190-900p ") == hash);
        CHECK(store->lookup_hash(lookup_kind::hetu, "010190Y900P") != hash);
        CHECK(store->lookup_hash(lookup_kind::customer_number, "010190-900P") != hash);
        CHECK(store->lookup_hash(lookup_kind::email, "Maija@Example.fi ") ==
              store->lookup_hash(lookup_kind::email, "maija@example.fi"));
        const temporary_folder other;
        CHECK(new_store(other)->lookup_hash(lookup_kind::hetu, "010190-900P") != hash);
    }
    TEST_CASE("password: only the right one verifies") {
        const std::string stored = hash_password("oikea hevonen");
        CHECK(stored.starts_with("$argon2id$"));
        CHECK(verify_password(stored, "oikea hevonen"));
        CHECK(!verify_password(stored, "väärä hevonen"));
        CHECK(!verify_password("", ""));
    }
}
