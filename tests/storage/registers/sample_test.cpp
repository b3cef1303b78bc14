// Protects the sample registers: the same bytes every run, every category of each pack, within the
// promised size. The oracle is plain SQL over the files.
#include <chrono>
#include <fstream>
#include <set>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/registers/hetu.hpp"

#include "storage/registers/sample/sample_registers.hpp"
#include "storage/sqlite/connection.hpp"
#include "tests/support/sample_world.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
}

std::int64_t number(const std::string& path, const std::string& sql) {
    auto db = storage::connection::open(path, {.read_only = true}).value();
    auto query = db.prepare(sql).value();
    REQUIRE(query.step().value());
    return query.integer(0);
}

// Every category that occurs, over all customers of the three registers.
std::map<std::string, int> occurring(const register_copy& registers) {
    std::map<std::string, int> seen;
    for (const auto& id : sample_order) {
        const auto people_table = id == "crm" ? "customer" : id == "billing" ? "account" : "holder";
        auto db = storage::connection::open(registers.file(id), {.read_only = true}).value();
        auto query = db.prepare(fmt::format("SELECT id FROM {}", people_table)).value();
        found_person everybody;
        while (query.step().value()) everybody.people.emplace_back(query.text(0));
        for (const auto& one : registers.port(id).read(everybody, sample_day())->records)
            ++seen[one.facts.category];
    }
    return seen;
}

}  // namespace

TEST_SUITE("registers/sample") {
    TEST_CASE("bytes: two runs give the same file within the promised size") {
        folder one, other;
        for (const auto& tenant : tenants)
            for (const auto& id : sample_order) {
                CAPTURE(tenant);
                CAPTURE(id);
                const auto& pack = policies_of_the_tree().packs.at(tenant);
                const auto map = sample_map(tenant, id);
                const auto words = words_of_the_tree();
                const auto begun = std::chrono::steady_clock::now();
                const auto made = storage::make_sample_register(one.path.string(), pack, map,
                                                                sample_day(), words);
                const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
                REQUIRE(made.has_value());
                REQUIRE(storage::make_sample_register(other.path.string(), pack, map, sample_day(),
                                                      words));
                const auto bytes = bytes_of(one.file(id + ".db"));
                MESSAGE(fmt::format("{}/{}: {:.1f} MB in {:.2f} s", tenant, id,
                                    double(bytes.size()) / 1e6, took.count()));
                CHECK(bytes.size() < 50'000'000);
                CHECK((bytes == bytes_of(other.file(id + ".db"))));
            }
    }
    TEST_CASE("categories: every one of every pack occurs and none that it lacks") {
        for (const auto& tenant : tenants) {
            CAPTURE(tenant);
            const register_copy registers(tenant);
            auto seen = occurring(registers);
            for (const auto& [id, category] : policies_of_the_tree().packs.at(tenant).categories) {
                CAPTURE(id);
                if (category.parts.empty()) CHECK(seen[id] > 0);
                seen.erase(id);
            }
            CHECK(seen.empty());
        }
    }
    TEST_CASE("people: five hundred with test codes and what the demo needs") {
        for (const auto& tenant : tenants) {
            CAPTURE(tenant);
            const register_copy registers(tenant);
            const auto crm = registers.file("crm");
            CHECK(number(crm, "SELECT count(*) FROM customer") == 500);
            auto db = storage::connection::open(crm, {.read_only = true}).value();
            auto codes = db.prepare("SELECT hetu FROM customer WHERE hetu <> '0000000-0'").value();
            int count = 0;
            for (; codes.step().value(); ++count) {
                const auto code = hetu::parse(codes.text(0));
                REQUIRE(code.has_value());
                CHECK(code->is_test());
            }
            CHECK(count > 450);
            CHECK(number(crm, "SELECT count(*) FROM contract WHERE ended_on IS NULL") > 100);
            CHECK(number(crm, "SELECT count(*) FROM contract WHERE ended_on IS NOT NULL") > 100);
            CHECK(number(crm, "SELECT min(started_on) < '2006' FROM contract") == 1);
            CHECK(number(crm, "SELECT count(*) FROM contract WHERE second_customer_id > 0") > 5);
            CHECK(number(crm, "SELECT count(*) FROM customer WHERE protected_address") > 0);
            CHECK(number(crm, "SELECT count(*) FROM former_hetu") > 0);
            CHECK(number(crm, "SELECT count(*) FROM customer WHERE language = 'sv'") > 20);
            CHECK(number(registers.file("billing"), "SELECT count(*) FROM legal_hold") > 0);
            CHECK(number(registers.file("billing"), "SELECT count(*) FROM disclosure") > 100);
            CHECK(number(registers.file("metering"),
                         "SELECT count(DISTINCT month) FROM reading_series WHERE step = 'hour'") >=
                  24);
        }
    }
    TEST_CASE("disclosures: none before the datahub opened or before the first contract") {
        for (const auto& tenant : tenants) {
            CAPTURE(tenant);
            const register_copy registers(tenant);
            auto db = storage::connection::open(registers.file("billing"), {.read_only = true});
            REQUIRE(db->run("ATTACH '" + registers.file("crm") + "' AS crm"));
            const auto count = [&](const std::string& where) {
                auto query = db->prepare("SELECT count(*) FROM disclosure d WHERE " + where);
                REQUIRE(query->step().value());
                return query->integer(0);
            };
            const std::string datahub = "recipient = 'Fingrid Datahub Oy'";
            CHECK(count(datahub) > 50);
            CHECK(count(datahub + " AND disclosed_on < '2022-02-21'") == 0);
            CHECK(count(datahub + " AND disclosed_on > '2022-02-21'") > 0);
            const std::string theirs =
                "(SELECT min(started_on) FROM crm.contract c WHERE d.account_id - 7000 IN "
                "(c.customer_id, c.second_customer_id))";
            CHECK(count("disclosed_on < ifnull(" + theirs + ", '9999')") == 0);
            CHECK(count("recipient = 'Perintätoimisto'") > 0);
        }
    }
    TEST_CASE("people: those who can sign in are in the register") {
        for (const auto& tenant : tenants) {
            const register_copy registers(tenant);
            const auto people = storage::sample_people(policies_of_the_tree().packs.at(tenant),
                                                       words_of_the_tree());
            REQUIRE(people.has_value());
            CHECK(people->size() >= 8);
            for (const auto& person : *people) {
                const auto found = find_everywhere(registers, {{"hetu", {person.hetu}}});
                CHECK(found[0].people.size() == 1);
                const auto read = registers.port("crm").read(found[0], sample_day());
                CHECK(read->people.at(0).name == person.name);
                CHECK(found[0].gives.at("customer_number").contains(person.customer_number));
            }
        }
    }
}
