// Protects documents of cases on disk: kept whole or not at all, read only by their case, gone when
// their key is gone. Real database, keys and files; crashes are played by the files they leave.
#include "storage/documents/document_store.hpp"

#include <fstream>

#include <doctest/doctest.h>

#include "storage/documents/zip_file.hpp"
#include "storage/sealing/document_seal.hpp"
#include "storage/sealing/sodium.hpp"
#include "tests/support/folder.hpp"

using namespace pykala;
using namespace pykala::storage;
using tests::folder;
namespace fs = std::filesystem;

namespace {

const instant now = *parse_instant_utc("2026-11-20T10:00:00.000Z");
const tenant_identity who{"kuopio", "KUO", purpose::demo};

struct world {
    folder dir;
    std::unique_ptr<key_store> keys;
    std::unique_ptr<tenant_store> store;
    document_owner first{"KUO-2026-000001", random_tag()};
    document_owner second{"KUO-2026-000002", random_tag()};

    world() {
        REQUIRE(create_tenant_database(dir.file("t.db"), who, "test/kuopio/log/1", now));
        keys = key_store::create({dir.file("a.db"), dir.file("b.db")}, "kuopio",
                                 master_key::of(secret_key::random()), now)
                   .value();
        store = tenant_store::open({dir.file("t.db"), who}).value();
        int serial = 0;
        for (const auto* of : {&first, &second}) {
            ++serial;
            REQUIRE(store->write([&](session& db) -> result<void> {
                PYKALA_CHECK(db.run("INSERT INTO streams(id, tag, of) VALUES(?, ?, 'case')", serial,
                                    byte_view(of->stream)));
                return db.run("INSERT INTO cases(id, number, year, serial) VALUES(?, ?, 2026, ?)",
                              serial, of->number, serial);
            }));
        }
    }
    fs::path files() const { return dir.path / "documents"; }
    document_store open() { return document_store::open(*store, *keys, files()).value(); }
    std::size_t count_files() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(files()), fs::directory_iterator()));
    }
};

constexpr auto package = document_kind::answer_package;

std::string bytes_below(const fs::path& top) {
    std::string all;
    for (const auto& each : fs::recursive_directory_iterator(top)) {
        if (!each.is_regular_file()) continue;
        std::ifstream file(each.path(), std::ios::binary);
        all.append(std::istreambuf_iterator<char>(file), {});
    }
    return all;
}

}  // namespace

TEST_SUITE("storage/document_store") {
    TEST_CASE("documents: small and large ones are read by their case alone and lie sealed") {
        world w;
        auto documents = w.open();
        const std::string small = "Maija Meikäläinen, Kuusikuja 3";
        std::string large;
        while (large.size() < 300'000) large += small;
        const auto a =
            documents.keep(w.first, package, log::data_class::package, small, now).value();
        const auto b =
            documents
                .keep(w.first, document_kind::evidence_copy, log::data_class::package, large, now)
                .value();
        CHECK(documents.read(w.first, a)->text() == small);
        CHECK(documents.read(w.first, b)->text() == large);
        CHECK(documents.read(w.second, a).error().code == "document_damaged");
        CHECK(documents.read(w.second, b).error().code == "document_damaged");
        CHECK(documents.of_case(w.first.number)->size() == 2);
        CHECK(documents.of_case(w.second.number)->empty());
        CHECK(documents.newest(w.first.number, package).value()->id == a.id);
        CHECK(w.count_files() == 1);
        CHECK_FALSE(bytes_below(w.dir.path).contains("Maija"));
        CHECK_FALSE(bytes_below(w.dir.path).contains("Kuusikuja"));
    }
    TEST_CASE("documents: one instead of another takes its place and its file away") {
        world w;
        auto documents = w.open();
        const std::string large(100'000, 'x');
        const auto a =
            documents.keep(w.first, package, log::data_class::package, large, now).value();
        const auto b =
            documents.keep(w.first, package, log::data_class::package, large + "y", now, {a})
                .value();
        CHECK(w.count_files() == 1);
        CHECK(documents.of_case(w.first.number)->size() == 1);
        CHECK(documents.read(w.first, b)->text() == large + "y");
        const document_owner nobody{"KUO-2026-000099", random_tag()};
        CHECK(documents.keep(nobody, package, log::data_class::package, "x", now).error().code ==
              "no_such_case");
    }
    TEST_CASE("documents: a file that is lost or cut or another's is said so") {
        world w;
        auto documents = w.open();
        const std::string large(200'000, 'x');
        const auto a =
            documents.keep(w.first, package, log::data_class::package, large, now).value();
        const auto file = fs::directory_iterator(w.files())->path();
        const auto whole = bytes_below(w.files());
        for (const auto size :
             {whole.size() - 1, document_chunk, std::size_t{41}, std::size_t{0}}) {
            fs::resize_file(file, size);
            CHECK(documents.read(w.first, a).error().kind == problem_kind::corrupt);
        }
        fs::remove(file);
        CHECK(documents.read(w.first, a).error().code == "document_missing");
        const auto b =
            documents.keep(w.second, package, log::data_class::package, large, now).value();
        fs::rename(fs::directory_iterator(w.files())->path(), file);
        CHECK(documents.read(w.first, a).error().code == "document_damaged");
        CHECK(documents.read(w.second, b).error().code == "document_missing");
    }
    TEST_CASE("documents: without their key they are unreadable and then gone") {
        world w;
        auto documents = w.open();
        const std::string large(100'000, 'x');
        const auto a =
            documents.keep(w.first, package, log::data_class::package, large, now).value();
        const auto b =
            documents.keep(w.second, package, log::data_class::package, "y", now).value();
        CHECK(documents.sweep().value() == 0);
        REQUIRE(w.keys->destroy({&a.key, 1}));
        CHECK(documents.read(w.first, a).error().code == "key_destroyed");
        CHECK(documents.sweep().value() == 1);
        CHECK(w.count_files() == 0);
        CHECK(documents.of_case(w.first.number)->empty());
        CHECK(documents.read(w.second, b)->text() == "y");
    }
    TEST_CASE("documents: what a crash left behind is taken away at the start") {
        world w;
        const std::string large(100'000, 'x');
        const auto a =
            w.open().keep(w.first, package, log::data_class::package, large, now).value();
        std::ofstream(w.files() / "00112233445566778899aabbccddeeff.sealed") << "half a file";
        CHECK(w.count_files() == 2);
        auto again = w.open();
        CHECK(w.count_files() == 1);
        CHECK(again.read(w.first, a)->text() == large);
    }
    TEST_CASE("zip: entries come back, and a broken file is said so") {
        const std::string large(100'000, 'x');
        const auto zip =
            write_zip({{"sivu.html", "<p>Åäö</p>"}, {"tyhjä.csv", ""}, {"a", large}}, now);
        CHECK(zip.starts_with("PK"));
        CHECK(zip_names(zip).value() == std::vector<std::string>{"sivu.html", "tyhjä.csv", "a"});
        CHECK(read_zip_entry(zip, "sivu.html").value() == "<p>Åäö</p>");
        CHECK(read_zip_entry(zip, "tyhjä.csv").value().empty());
        CHECK(read_zip_entry(zip, "a").value() == large);
        CHECK(read_zip_entry(zip, "b").error().code == "no_such_file");
        CHECK(zip_names(zip.substr(0, zip.size() - 30)).error().code == "zip_malformed");
        CHECK(zip_names("").error().code == "zip_malformed");
    }
}
