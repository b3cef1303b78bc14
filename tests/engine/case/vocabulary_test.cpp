// Protects the bond between the vocabulary of the workflows and the program: each name has its
// function and each function its name, and what people write in words is sealed as words.
#include <doctest/doctest.h>

#include "engine/case/effects.hpp"
#include "engine/case/guards.hpp"

#include "tests/support/desk_world.hpp"

using namespace pykala;

TEST_SUITE("engine/case/vocabulary") {
    TEST_CASE("guards: every name of the vocabulary has a function and the other way round") {
        const auto& words = *tests::procedure_of("erasure")->words;
        for (const auto& [name, term] : words.guards) CHECK_MESSAGE(cases::is_guard(name), name);
        for (const auto& table : {cases::guards_of_people(), cases::guards_of_records()})
            for (const auto& each : table)
                CHECK_MESSAGE(words.guards.contains(each.name), std::string(each.name));
    }

    TEST_CASE("effects: every name of the vocabulary has a function and the other way round") {
        const auto& words = *tests::procedure_of("erasure")->words;
        for (const auto& [name, term] : words.effects)
            CHECK_MESSAGE(cases::find_effect(name) != nullptr, name);
        for (const auto& table : {cases::effects_of_course(), cases::effects_of_decisions(),
                                  cases::effects_of_registers()})
            for (const auto& each : table)
                CHECK_MESSAGE(words.effects.contains(each.name), std::string(each.name));
    }

    TEST_CASE("inputs: words are content; names and days are part of the decision") {
        for (const auto& [name, term] : tests::procedure_of("erasure")->words->inputs) {
            const bool worded = term.type == "text" || term.type == "document";
            const auto expected =
                worded ? log::data_class::content : log::data_class::decision_facts;
            CHECK_MESSAGE(cases::class_of_field("in_" + name) == expected, name);
        }
    }

    TEST_CASE("what the program does not know is sealed under the key destroyed first") {
        CHECK(cases::class_of_field("something_new") == log::data_class::content);
    }
}
