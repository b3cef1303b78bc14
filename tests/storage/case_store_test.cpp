// Protects the promises of the port that every command is stored by: the same suite runs on each
// store that there is.
#include "storage/memory/case_store.hpp"

#include <doctest/doctest.h>

#include "storage/sqlite/case_store.hpp"
#include "tests/contract/case_store_contract.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/synthetic_case.hpp"

using namespace pykala;
using namespace pykala::tests;

TEST_SUITE("storage/case_store") {
    TEST_CASE("contract: the store in memory keeps it") {
        check_case_store(
            [] { return fresh_store{{}, std::make_unique<storage::memory_case_store>("KUO")}; });
    }

    TEST_CASE("contract: the store on SQLite keeps it") {
        struct ground {
            folder dir;
            std::unique_ptr<storage::tenant_store> store;
        };
        check_case_store([] {
            auto below = std::make_shared<ground>();
            below->store = open_synthetic(below->dir.file("k.db")).value();
            auto store = std::make_unique<storage::sqlite_case_store>(*below->store);
            return fresh_store{std::move(below), std::move(store)};
        });
    }
}
