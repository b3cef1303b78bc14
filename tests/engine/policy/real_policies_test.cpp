// Protects the law files of this repository: they load and check without one error, and hold what
// the contract counts. The real folder policies/ is read, so a lawyer's slip fails here before it
// reaches a release.
#include <doctest/doctest.h>

#include "engine/load/policies.hpp"
#include "engine/policy/check.hpp"

#include "api/definitions/definitions.hpp"

using namespace pykala;

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
}
