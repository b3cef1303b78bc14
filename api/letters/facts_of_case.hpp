// What a letter says, from the case, the law of the day and the pack. Pure: nothing here reads a
// clock or a register.
#pragma once

#include <span>
#include <string>

#include "engine/base/text3.hpp"
#include "engine/case/event.hpp"
#include "engine/case/facts.hpp"
#include "engine/case/state.hpp"
#include "engine/workflow/model.hpp"

#include "api/letters/definitions.hpp"
#include "api/letters/letter_facts.hpp"

namespace pykala::api::letters {

// A letter about to leave, or to be printed again: everything is as it was after the last event.
struct letter_occasion {
    std::span<const cases::event> events;  // of the case in order; the last is the one that sends
    std::string case_number;
    const cases::facts& known;         // `law` is that of the day, `today` the letter's day
    const workflow::definition& flow;  // that governs the case
    const letter_definitions& words;
    language in = language::fi;
    std::string portal_address{};  // of the tenant's e-service; empty: the answer goes on paper
    day package_until{};           // until when the package of the answer can be fetched
    std::string recipient{};       // id of the pack; for `recipient_notice` only
    std::string reference{};       // customer number under which that recipient knows the person
};

letter_facts facts_of_case(const letter_occasion& about);

// What a message outside the portal may say: who sends it, and where the portal is.
letter_facts facts_of_notice(const pack& own, const std::string& portal_address, language in);

}  // namespace pykala::api::letters
