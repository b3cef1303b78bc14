// Protects the auditor's proof of real cases: each of the six rights on its whole way over real
// registers, exported as the auditor gets it, proved and computed again from the file alone.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/support/flow_steps.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

std::string findings_of(const storage::verify::report& report) {
    std::string all;
    for (const auto& each : report.findings) all += each.code + ": " + each.detail + "\n";
    return all;
}

void check_proof(flow_world& w, const std::string& number) {
    const auto report = w.proof(w.bundle({number}));
    CHECK(findings_of(report) == "");
    CHECK(report.cases == 1);
    CHECK(report.recomputed.transitions == report.events);
    CHECK(report.recomputed.deadlines > 10);
    CHECK(report.recomputed.not_possible.empty());
    MESSAGE(fmt::format("{}: {} events, {} deadlines, {} transitions, {} decisions", number,
                        report.events, report.recomputed.deadlines, report.recomputed.transitions,
                        report.recomputed.decisions));
    CHECK(findings_of(w.proof(w.bundle())) == "");
}

}  // namespace

TEST_SUITE("flow/recompute") {
    TEST_CASE("recompute: a finished case of each right is computed again from its bundle") {
        const std::pair<const char*, const char*> all[] = {
            {"kuopio", "access"},          {"kss", "rectification"}, {"valkeakoski", "erasure"},
            {"kokkola", "restriction"},    {"turku", "portability"}, {"kss", "objection"},
            {"kuopio", "erasure"}};
        for (const auto& [tenant, right] : all) {
            CAPTURE(tenant);
            CAPTURE(right);
            flow_world w(tenant);
            check_proof(w, finish(w, right));
        }
    }
}
