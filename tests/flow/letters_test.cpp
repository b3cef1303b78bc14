// Protects the answer of a case as the person gets it: what cannot be said whole does not leave,
// and what left stays what it was. A whole utility on real files.
#include "tests/support/letters.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/case/values.hpp"

#include "storage/bundle/export.hpp"
#include "tests/support/browser.hpp"
#include "tests/support/flow_steps.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

void replace(std::string& text, const std::string& what, const std::string& by) {
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    text.replace(at, what.size(), by);
}

// The law of the tree, whose acts have no words for this ground.
api::definition_texts without_ground(const std::string& ground) {
    auto texts = texts_of_the_tree();
    for (auto& each : texts.policies)
        if (each.name == "policies/statutes/gdpr_grounds.toml")
            replace(each.text, "[provision.ground_" + ground + "]", "[provision.another]");
    return texts;
}

// Refused by a person and approved by another.
std::string refused_case(flow_world& w) {
    const auto who = sample_person_of("kuopio", 0);
    const auto number = w.file("erasure", who.hetu, who.name);
    w.work();
    w.take(number, "officer", "refuse_excessive",
           {{"ground", "12_5_unfounded"}, {"reason", "Sama pyyntö kymmenes kerta."}});
    w.take(number, "reviewer", "approve_refusal");
    return number;
}

std::string letter_of(const browser& officer, flow_world& w, const std::string& number,
                      const std::string& name) {
    const auto letters = w.state(number).letters;
    const auto sent = std::ranges::find(letters, name, &cases::letter_sent::name);
    REQUIRE(sent != letters.end());
    return officer.get(fmt::format("/officer/cases/{}/letters/{}", number, sent->seq)).body;
}

}  // namespace

TEST_SUITE("flow/letters") {
    TEST_CASE("dispatch: an answer without the words of its ground does not leave [12(4)]") {
        flow_world w("kuopio");
        const auto broken = without_ground("12_5_unfounded");
        w.restart(&broken);
        const auto number = refused_case(w);
        // the system does not send it by itself, and the clock runs on
        CHECK_FALSE(w.state(number).answered_on);
        CHECK(w.state(number).state == "executing");
        w.errors.clear();
        CHECK(w.attempt(number, "officer", "dispatch_refusal") == "letter_incomplete");
        CHECK(w.errors.find("`refused.because`") != std::string::npos);
        CHECK(w.errors.find("policies/statutes") != std::string::npos);
        CHECK_FALSE(w.state(number).answered_on);

        w.restart();
        CHECK(w.attempt(number, "officer", "dispatch_refusal") == "");
        CHECK(w.state(number).answered_on);
        w.work();  // what ends with the case
        CHECK(w.state(number).outcome == "refused");
    }

    TEST_CASE("dispatch: a letter stays as it left when its template changes later") {
        flow_world w("kuopio");
        const auto number = refused_case(w);
        REQUIRE(w.state(number).answered_on);
        const browser officer(w, "officer");
        const auto before = letter_of(officer, w, number, "refusal");

        auto sources = letter_sources();
        for (auto& each : sources)
            if (each.name == "policies/letters/fi/refusal.txt") each.text += "\nPohja muuttui.\n";
        diagnostics findings;
        const api::letters::letter_book other(sources, findings);
        for (const auto& each : findings) FAIL_CHECK(to_string(each));
        w.site.letters = &other;
        const auto after = letter_of(officer, w, number, "refusal");
        CHECK(after.find("Pohja muuttui.") == std::string::npos);
        CHECK(after.find("Sama pyyntö kymmenes kerta.") != std::string::npos);
        CHECK(after == before);

        // one that leaves now is of the new template
        const auto second = refused_case(w);
        CHECK(letter_of(officer, w, second, "refusal").find("Pohja muuttui.") != std::string::npos);
        // sealed with the case, and no part of what is computed again
        CHECK(bytes_below(w.dir.path).find("kymmenes kerta") == std::string::npos);
        std::string bundle;
        REQUIRE(storage::export_bundle(
            *w.database, *w.keys,
            {.opens = {log::data_class::decision_facts, log::data_class::content},
             .now = w.time.at},
            [&](std::string_view part) { bundle += part; }));
        CHECK(bundle.find("kymmenes kerta") != std::string::npos);
        const auto report = w.proof(bundle);
        CHECK(report.recomputed.transitions > 0);
        for (const auto& each : report.findings) FAIL_CHECK(each.detail);
    }
}
