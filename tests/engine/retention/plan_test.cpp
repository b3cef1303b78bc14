// What a retention run would let go: by ceilings alone, never what a law, a hold, a review or a
// restriction keeps, and who the person is last of all.
#include "engine/retention/plan.hpp"

#include <doctest/doctest.h>

#include "tests/support/sample_world.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

const assessment_table& law_of(const std::string& tenant) {
    static std::map<std::string, assessment_table> tables;
    auto found = tables.find(tenant);
    if (found == tables.end())
        found =
            tables
                .emplace(
                    tenant,
                    assessment_table::compile(policies_of_the_tree(), tenant, sample_day()).value())
                .first;
    return found->second;
}

record of(const std::string& category, const std::string& event = "") {
    record made{.id = "r", .category = category};
    if (!event.empty()) made.event = parse_date(event);
    return made;
}

struct person {
    std::vector<record> records;
    std::vector<bool> restricted{};

    std::vector<std::string> fates(const std::string& tenant) const {
        std::vector<retention::held_record> all;
        for (std::size_t i = 0; i < records.size(); ++i)
            all.push_back({&records[i], 0, i < restricted.size() && restricted[i]});
        retention::judge at(law_of(tenant));
        std::vector<std::string> names;
        for (const auto each : at.of_person(all)) names.emplace_back(name_of(each));
        return names;
    }
};

using names = std::vector<std::string>;

}  // namespace

TEST_SUITE("engine/retention") {
    TEST_CASE("a record goes on the day after its ceiling and not before") {
        // Kuopio: direct-marketing register one year, a ceiling alone; the day is 2026-11-20
        CHECK(person{{of("KUO-R01", "2025-11-19")}}.fates("kuopio") == names{"due"});
        CHECK(person{{of("KUO-R01", "2025-11-20")}}.fates("kuopio") == names{"within"});
        CHECK(person{{of("KUO-R01", "2026-01-02")}}.fates("kuopio") == names{"within"});
    }
    TEST_CASE("without a ceiling nothing goes, however freely an erasure would let it go") {
        auto phone = of("KUO-A04");
        CHECK(person{{phone}}.fates("kuopio") == names{"within"});
    }
    TEST_CASE("what a law keeps beyond the house's ceiling is held, and told") {
        // a contract of 2010 that ended in 2016: the house says ten years; an open balance holds
        auto contract = of("KUO-A09");
        contract.commodity = commodity::electricity;
        contract.contract_end = parse_date("2016-03-01");
        CHECK(person{{contract}}.fates("kuopio") == names{"due"});
        contract.balance = balance_state::open;
        CHECK(person{{contract}}.fates("kuopio") == names{"held"});
        contract.balance = balance_state::settled;
        contract.holds.push_back({"dispute", std::nullopt});
        CHECK(person{{contract}}.fates("kuopio") == names{"held"});
    }
    TEST_CASE("who the person is goes last, and only where nothing of hers stays") {
        auto contract = of("KUO-A09");
        contract.commodity = commodity::electricity;
        contract.contract_end = parse_date("2016-03-01");
        const auto name = of("KUO-A01");
        CHECK(person{{name}}.fates("kuopio") == names{"within"});
        const auto phone = of("KUO-A04");
        CHECK(person{{name, contract, phone}}.fates("kuopio") == names{"due", "due", "due"});
        auto running = contract;
        running.contract = contract_state::in_force;
        running.contract_end = std::nullopt;
        CHECK(person{{name, contract, running, phone}}.fates("kuopio") ==
              names{"within", "due", "within", "within"});
        auto unsure =
            of("KUO-C06", "2005-01-01");  // an invoice of which nobody says that it is paid
        CHECK(person{{name, contract, unsure}}.fates("kuopio")[0] == "within");
    }
    TEST_CASE("a restricted record waits for its lifting [GDPR 18(1)(b), (c)]") {
        const person p{{of("KUO-R01", "2020-01-01"), of("KUO-R01", "2020-01-01")}, {true, false}};
        CHECK(p.fates("kuopio") == names{"restricted", "due"});
    }
    TEST_CASE("a plan counts by register and category, and what another law would move") {
        auto shorter = policies_of_the_tree();
        retention::plan same(law_of("kuopio"), &law_of("kuopio"));
        const auto later =
            assessment_table::compile(shorter, "kuopio", sample_day() + std::chrono::days(400))
                .value();
        retention::plan moved(law_of("kuopio"), &later);
        const std::vector<record> records = {
            of("KUO-R01", "2025-11-19"), of("KUO-R01", "2026-01-02"), of("no-such", "2026-01-02")};
        for (auto* plan : {&same, &moved}) {
            std::vector<retention::held_record> all;
            for (const auto& each : records) all.push_back({&each, 1, false});
            plan->add_person(all);
            plan->add_person(all);
            CHECK(plan->people() == 2);
            const auto lines = plan->lines();
            REQUIRE(lines.size() == 2);
            CHECK(lines[0].place == 1);
            CHECK(lines[0].category == "KUO-R01");
            CHECK(lines[0].of.records == 4);
            CHECK(lines[0].of.due == 2);
            CHECK(lines[0].of.newly_due == (plan == &moved ? 2 : 0));
            CHECK(lines[0].of.no_longer_due == 0);
            CHECK(lines[1].category == "no-such");
            CHECK(lines[1].of.due == 0);
        }
    }
}
