// Protects people from machine words: what the workflows, the law and the registers can name has
// words in three languages. The lists come from the vocabulary and the workflows themselves.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/assess/record.hpp"
#include "engine/case/notice.hpp"
#include "engine/policy/vocabulary.hpp"

#include "tests/support/desk_world.hpp"
#include "tests/support/sample_world.hpp"
#include "tests/support/web_world.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

void has_words(std::string_view group, std::string_view name) {
    const auto key = fmt::format("{}.{}", group, name);
    CHECK_MESSAGE(pages_of_the_tree().texts().contains(key), "no words for ", key);
}

bool is_provision(std::string_view choice) {
    const auto& provisions = policies_of_the_tree().provisions;
    for (const auto* act : {"gdpr_grounds.ground_", "gdpr_rights.art_", "data_protection.ground_"})
        if (find(provisions, act + std::string(choice))) return true;
    return false;
}

const workflow::definition& flow(const std::string& right) {
    return procedure_of(right)->flow;
}

}  // namespace

TEST_SUITE("web/words") {
    TEST_CASE("words: every input and choice of a step has a label") {
        const auto& words = *procedure_of("access")->words;
        for (const auto& [name, term] : words.inputs) {
            has_words("input", name);
            for (const auto& choice : term.choices)
                if (!is_provision(choice)) has_words("choice", choice);
        }
        for (const auto& [name, term] : words.letters) has_words("letter", name);
        for (const auto& [name, term] : words.outcomes) {
            has_words("outcome", name);
            has_words("customer_next", name);
        }
        for (const auto& [name, term] : words.kinds) has_words("short", name);
        for (const auto& [name, term] : words.roles) has_words("role", name);
    }

    TEST_CASE("words: every state and step and alert can be told") {
        for (const auto* right :
             {"access", "rectification", "erasure", "restriction", "portability", "objection"}) {
            has_words("short", right);
            for (const auto& state : flow(right).states) {
                has_words("state", state.name);
                has_words("officer_next", state.name);
                if (state.kind != workflow::state_kind::final)
                    has_words("customer_next", state.name);
            }
            for (const auto& timer : flow(right).timers)
                for (const auto& effect : timer.does)
                    if (effect.starts_with("alert_")) has_words("alert", timer.name);
            for (const auto& step : flow(right).transitions)
                CHECK(procedure_of(right)->words->transitions.at(step.name).label.has_value());
        }
    }

    TEST_CASE("words: what a record waits for and how one is known have words") {
        for (const auto& [reason, name] : names_of<review_reason>)
            if (reason != review_reason::none) has_words("review", name);
        for (const auto& [which, name] : names_of<assurance>) has_words("choice", name);
        for (const auto& [which, name] : names_of<channel>) has_words("choice", name);
        for (const auto name : cases::notice_results) has_words("notice", name);
        for (const auto name : cases::notice_reasons) has_words("notice", name);
    }

    TEST_CASE("words: customers never read our own words for holds [product words]") {
        for (const auto& [key, text] : pages_of_the_tree().texts()) {
            if (!key.starts_with("own_case.") && !key.starts_with("told.") &&
                !key.starts_with("customer_next.") && !key.starts_with("start."))
                continue;
            for (const auto* word : {"review", "floor", "liftable", "house"})
                CHECK_MESSAGE(text.en.find(word) == std::string::npos, key, " says ", word);
        }
    }
}
