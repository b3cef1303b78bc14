// Protects the thin layer over SQLite: what a failure is called, and that a transaction that was
// not committed leaves nothing. Real files in a fresh folder; each failure is provoked.
#include "storage/sqlite/connection.hpp"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "tests/support/folder.hpp"

using namespace pykala;
using namespace pykala::storage;
using pykala::tests::folder;

namespace {

std::int64_t rows(connection& db) {
    auto count = db.prepare("SELECT count(*) FROM t");
    REQUIRE(count.has_value());
    REQUIRE(count->step().value());
    return count->integer(0);
}

}  // namespace

TEST_SUITE("sqlite/connection") {
    TEST_CASE("open: a new file is its owner's alone and in WAL") {
        folder dir;
        auto db = connection::open(dir.file("a.db"), {.create = true});
        REQUIRE(db.has_value());
        auto mode = db->prepare("PRAGMA journal_mode");
        REQUIRE(mode->step().value());
        CHECK(mode->text(0) == "wal");
        CHECK(std::filesystem::status(dir.file("a.db")).permissions() ==
              (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    }
    TEST_CASE("open: a missing file and a file that is no database are named") {
        folder dir;
        CHECK(connection::open(dir.file("none.db"), {}).error().code == "store_io");
        std::ofstream(dir.file("text.db")) << std::string(5000, 'x');
        const auto wrong = connection::open(dir.file("text.db"), {}).error();
        CHECK(wrong.code == "store_corrupt");
        CHECK(wrong.detail.find("`" + dir.file("text.db") + "`") != std::string::npos);
        CHECK(wrong.hint.find("backup") != std::string::npos);
    }
    TEST_CASE("values: each kind comes back as it was bound") {
        auto db = connection::open(":memory:", {});
        REQUIRE(db->run("CREATE TABLE t(a, b, c, d)"));
        auto put = db->prepare("INSERT INTO t VALUES(?,?,?,?)");
        const std::uint8_t bytes[] = {0, 1, 255};
        REQUIRE(put->execute_with(std::int64_t{1} << 40, "", byte_view(bytes),
                                  std::optional<std::string>()));
        CHECK(db->changes() == 1);
        auto get = db->prepare("SELECT a, b, c, d FROM t");
        REQUIRE(get->step().value());
        CHECK(get->integer(0) == std::int64_t{1} << 40);
        CHECK_FALSE(get->is_null(1));
        CHECK(get->blob(2).size() == 3);
        CHECK(get->blob(2)[2] == 255);
        CHECK_FALSE(get->text_if(3).has_value());
        CHECK_FALSE(get->step().value());
    }
    TEST_CASE("failures: a doubled key and a missing table have their codes") {
        auto db = connection::open(":memory:", {});
        REQUIRE(db->run("CREATE TABLE t(a INTEGER PRIMARY KEY, b CHECK(b > 0))"));
        REQUIRE(db->run("INSERT INTO t VALUES(1, 1)"));
        CHECK(db->run("INSERT INTO t VALUES(1, 1)").error().code == "store_unique");
        CHECK(db->run("INSERT INTO t VALUES(2, 0)").error().code == "store_constraint");
        CHECK(db->prepare("SELECT * FROM missing").error().code == "store_sql");
        CHECK(db->prepare("SELECT \"no_such_column\" FROM t").error().code == "store_sql");
    }
    TEST_CASE("transaction: what is not committed is not there") {
        auto db = connection::open(":memory:", {});
        REQUIRE(db->run("CREATE TABLE t(a)"));
        {
            auto work = transaction::begin_immediate(*db);
            REQUIRE(db->run("INSERT INTO t VALUES(1)"));
        }
        CHECK(rows(*db) == 0);
        {
            auto work = transaction::begin_immediate(*db);
            REQUIRE(db->run("INSERT INTO t VALUES(1)"));
            REQUIRE(work->commit());
        }
        CHECK(rows(*db) == 1);
    }
    TEST_CASE("transaction: a second writer is told that the database is busy") {
        folder dir;
        auto one = connection::open(dir.file("a.db"), {.create = true});
        auto two = connection::open(dir.file("a.db"), {.busy_timeout_ms = 1});
        auto work = transaction::begin_immediate(*one);
        REQUIRE(work.has_value());
        CHECK(transaction::begin_immediate(*two).error().code == "store_busy");
    }
}
