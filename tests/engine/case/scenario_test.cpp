// Protects the course of every case: the tables of tests/scenarios are read line by line, each line
// a command on a day, and what comes of it is compared. A transition of a workflow that no table
// takes, or that none refuses, fails the build; the list comes from the workflows.
#include "tests/support/scenario.hpp"

#include <set>

#include <doctest/doctest.h>

#include "tests/support/desk_world.hpp"
#include "tests/support/tree.hpp"

using namespace pykala;
using tests::run_scenario;

namespace {

const std::vector<std::string> rights = {"access",      "erasure",       "objection",
                                         "portability", "rectification", "restriction"};

}  // namespace

TEST_SUITE("engine/case/scenario") {
    TEST_CASE("tables: every line does what it says and every transition is taken and refused") {
        std::set<std::pair<std::string, std::string>> taken, refused;
        for (const auto& file : tests::source_files({"tests/scenarios"}, {".txt"})) {
            const auto outcome = run_scenario(file.path, file.text);
            for (const auto& fault : outcome.faults) FAIL_CHECK(fault);
            taken.insert(outcome.taken.begin(), outcome.taken.end());
            refused.insert(outcome.refused.begin(), outcome.refused.end());
        }
        for (const auto& right : rights)
            for (const auto& t : tests::procedure_of(right)->flow.transitions) {
                const auto name = right + "." + t.name;
                CHECK_MESSAGE(taken.contains({right, t.name}), "never taken: ", name);
                CHECK_MESSAGE(refused.contains({right, t.name}), "never refused: ", name);
            }
    }

    TEST_CASE("the reader of tables: a line that expects something else is a fault") {
        const auto outcome =
            run_scenario("sample",
                         "tenant kuopio registers crm\n"
                         "day 2026-03-06  customer  file access channel=portal -> closed\n"
                         "day 2026-03-06  customer  withdraw -> refuses wrong_state\n");
        REQUIRE(outcome.faults.size() == 2);
        CHECK(outcome.faults[0] == "sample:2: expected closed, is received");
    }
}
