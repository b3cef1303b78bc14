// Protects the law files of this repository: they load and check without one error, and hold what
// the contract counts. The real folder policies/ is read, so a lawyer's slip fails here before it
// reaches a release.
#include <map>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/load/policies.hpp"
#include "engine/policy/check.hpp"

#include "api/definitions/definitions.hpp"

using namespace pykala;

namespace {

// A heading of a notice and how many categories stand under it, numbered from 1.
using headings = std::map<std::string, int>;

// What the five published texts name, counted by hand: 127 in all.
const std::map<std::string, headings> published{
    {"kokkola", {{"KOK-", 10}}},
    {"kuopio", {{"KUO-A", 14}, {"KUO-B", 25}, {"KUO-C", 11}, {"KUO-D", 6}}},
    {"kss", {{"KSS-A", 5}, {"KSS-B", 9}, {"KSS-C", 6}, {"KSS-D", 7}, {"KSS-E", 4}}},
    {"turku", {{"TUR-", 12}}},
    {"valkeakoski", {{"VAL-", 18}}}};

// What our packs have beside them: what every company keeps, what a notice names in its text on
// retention only, and the parts of what we split.
const std::map<std::string, std::set<std::string>> besides{
    {"kokkola", {}},
    {"kuopio", {"KUO-R01", "KUO-R02", "KUO-R03", "KUO-R04", "KUO-R05"}},
    {"kss", {}},
    {"turku", {"TUR-01.address", "TUR-01.contact", "TUR-01.name"}},
    {"valkeakoski", {"VAL-03.address", "VAL-03.contact"}}};

}  // namespace

TEST_SUITE("engine/policy/real_policies") {
    TEST_CASE("policies: the files of this repository load and check without one error") {
        const auto sources = api::read_definitions(PYKALA_SOURCE_DIR, "policies");
        REQUIRE(sources);
        const auto loaded = load_policies(*sources);
        for (const auto& finding : loaded.findings) FAIL_CHECK(to_string(finding));
        for (const auto& finding : check_policies(loaded.set))
            if (finding.level == severity::error) FAIL_CHECK(to_string(finding));
        CHECK(loaded.set.packs.size() == 5);
    }
    TEST_CASE("policies: each pack holds every category of its published text and no other") {
        const auto loaded = load_policies(*api::read_definitions(PYKALA_SOURCE_DIR, "policies"));
        std::size_t all = 0;
        for (const auto& [tenant, owner] : loaded.set.packs) {
            std::set<std::string> expected{"LEDGER", "OUTAGE", "COR"};
            expected.insert(besides.at(tenant).begin(), besides.at(tenant).end());
            for (const auto& [heading, count] : published.at(tenant))
                for (int n = 1; n <= count; ++n, ++all)
                    expected.insert(fmt::format("{}{:02}", heading, n));
            std::set<std::string> found;
            for (const auto& [id, what] : owner.categories) found.insert(id);
            CAPTURE(tenant);
            CHECK(found == expected);
        }
        CHECK(all == 127);
    }
}
