// Protects the door to a tenant's database: whose file it is, which schema, who may write, and that
// every wrong file is refused with its own name. Real files, each spoiled in its own way.
#include "storage/sqlite/tenant_database.hpp"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "storage/sqlite/case_store.hpp"
#include "storage/sqlite/definition_store.hpp"
#include "storage/sqlite/schema/schema.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/synthetic_case.hpp"

using namespace pykala;
using namespace pykala::storage;
using namespace pykala::tests;

namespace {

std::string code_of_open(const std::string& path) {
    auto store = open_synthetic(path);
    return store ? "" : store.error().code;
}

void run(const std::string& path, const std::string& sql) {
    REQUIRE(connection::open(path, {})->run(sql).has_value());
}

}  // namespace

TEST_SUITE("sqlite/tenant_database") {
    TEST_CASE("create: the file carries our id and schema and its purpose") {
        folder dir;
        REQUIRE(code_of_open(dir.file("k.db")).empty());
        auto db = connection::open(dir.file("k.db"), {});
        auto version = db->prepare("PRAGMA user_version");
        REQUIRE(version->step().value());
        CHECK(version->integer(0) == schema_version());
        auto id = db->prepare("PRAGMA application_id");
        REQUIRE(id->step().value());
        CHECK(id->integer(0) == tenant_application_id);
        CHECK(read_tenant_identity(*db)->use == purpose::demo);
        const auto again = create_tenant_database(
            dir.file("k.db"), synthetic_location(dir.file("k.db")).identity, "x/y/log/1", {});
        CHECK(again.error().code == "store_exists");
    }
    TEST_CASE("open: a demo is not opened for production and no tenant's for another") {
        folder dir;
        REQUIRE(code_of_open(dir.file("k.db")).empty());
        auto where = synthetic_location(dir.file("k.db"));
        where.identity.use = purpose::production;
        CHECK(tenant_store::open(where).error().code == "store_wrong_purpose");
        where.identity = {"turku", "TUR", purpose::demo};
        CHECK(tenant_store::open(where).error().code == "store_wrong_tenant");
    }
    TEST_CASE("open: one process at a time writes and the next may when it has ended") {
        folder dir;
        {
            auto first = open_synthetic(dir.file("k.db"));
            REQUIRE(first.has_value());
            CHECK(code_of_open(dir.file("k.db")) == "store_in_use");
        }
        CHECK(code_of_open(dir.file("k.db")).empty());
    }
    TEST_CASE("open: wrong files are refused by name and stay as they are") {
        folder dir;
        const std::string path = dir.file("k.db");
        const auto where = synthetic_location(path);
        CHECK(tenant_store::open(where).error().code == "store_missing");
        std::ofstream(path) << std::string(5000, 'x');
        CHECK(code_of_open(path) == "store_corrupt");
        CHECK(tenant_store::open(where).error().detail.find(path) != std::string::npos);
        std::filesystem::resize_file(path, 0);
        CHECK(code_of_open(path) == "store_foreign");
        std::filesystem::remove(path);
        {
            auto other = connection::open(path, {.create = true, .wal = false});
        }
        run(path, "CREATE TABLE mine(x); PRAGMA application_id=7;");
        const auto size = std::filesystem::file_size(path);
        CHECK(code_of_open(path) == "store_foreign");
        CHECK(std::filesystem::file_size(path) == size);
    }
    TEST_CASE("open: a newer schema and a truncated file are refused") {
        folder dir;
        const std::string path = dir.file("k.db");
        REQUIRE(code_of_open(path).empty());
        const auto whole = std::filesystem::file_size(path);
        run(path, "PRAGMA user_version=9999");
        CHECK(code_of_open(path) == "store_newer");
        run(path, "PRAGMA user_version=" + std::to_string(schema_version()) +
                      "; PRAGMA wal_checkpoint(TRUNCATE)");
        REQUIRE(code_of_open(path).empty());
        std::filesystem::resize_file(path, whole / 2);
        CHECK(code_of_open(path) == "store_corrupt");
        CHECK(tenant_store::open(synthetic_location(path)).error().detail.find(path) !=
              std::string::npos);
    }
    TEST_CASE("open: the boxes of a database of version 3 are found where version 4 has them") {
        folder dir;
        const std::string path = dir.file("k.db");
        const auto stream = synthetic_stream(1);
        {
            auto store = open_synthetic(path);
            REQUIRE(store.has_value());
            sqlite_case_store cases(**store);
            desk::unit_of_work unit;
            unit.cases.push_back(synthetic_write("", stream, 0, 9));
            REQUIRE(submit_and_wait(cases, unit).has_value());
        }
        run(path,
            "CREATE TABLE old(event INTEGER NOT NULL REFERENCES events(id), class INTEGER NOT "
            "NULL, "
            "key BLOB NOT NULL, box BLOB NOT NULL, PRIMARY KEY(event, class)) STRICT, WITHOUT "
            "ROWID; INSERT INTO old SELECT event, class, key, box FROM sealed; DROP TABLE sealed; "
            "ALTER TABLE old RENAME TO sealed; DROP TABLE folds; "
            "DROP TABLE erasures; PRAGMA user_version=3");
        auto store = open_synthetic(path);
        REQUIRE(store.has_value());
        sqlite_case_store cases(**store);
        const auto read = cases.load("KUO-2026-000001");
        REQUIRE(read.has_value());
        REQUIRE(read->events.size() == 9);
        for (std::uint64_t seq = 0; seq < 9; ++seq)
            CHECK(read->events[seq] == synthetic_event(stream, seq));
        CHECK_FALSE(cases.load_newest("KUO-2026-000001")->fold.has_value());
    }
    TEST_CASE("open: an interrupted making leaves nothing that could be mistaken for a database") {
        folder dir;
        const std::string path = dir.file("missing/k.db");
        const auto identity = synthetic_location(path).identity;
        CHECK(create_tenant_database(path, identity, "x/y/log/1", {}).error().code == "store_io");
        CHECK_FALSE(std::filesystem::exists(path));
    }
    TEST_CASE("definitions: a closure is kept once and read back by its hash") {
        folder dir;
        auto store = open_synthetic(dir.file("k.db"));
        REQUIRE(store.has_value());
        const definition_closure closure{log::closure_kind::procedure,
                                         {{"workflows/access.toml", "id = \"access\"\n"}}};
        const auto hash = keep_closure(**store, closure);
        REQUIRE(hash.has_value());
        CHECK(keep_closure(**store, closure).value() == *hash);
        const auto read = read_closure(**store, *hash);
        REQUIRE(read.has_value());
        CHECK(read->files.at(0).text == closure.files[0].text);
        CHECK(read_closure(**store, {}).error().code == "no_such_definition");
        REQUIRE((*store)->write(
            [](session& db) { return db.run("UPDATE definitions SET text = x'00'"); }));
        CHECK(read_closure(**store, *hash).error().code == "definition_differs");
    }
}
