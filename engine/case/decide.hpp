// From a command to what follows from it. Pure: the same case, command and facts give the same
// step, on any machine and in any year.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/case/command.hpp"
#include "engine/case/event.hpp"
#include "engine/case/facts.hpp"
#include "engine/case/state.hpp"

namespace pykala::cases {

// Something to be done outside the case once the step is durable; written with it, carried out
// afterwards at least once. Its own answer comes back as a command of the system.
struct intent {
    std::string kind;  // `letter`, `order`, `notice`, `destroy_key`, `seal_evidence`, `alert` …
    value_object what{};
};

// What a command leads to. Letters, orders, tasks and timers are in the event too, so that they
// survive; here they stand as what the world has to do.
struct step {
    event happened;
    std::vector<intent> intents{};
    std::vector<std::string> reasons{};  // citations of what was decided
};

// Refusals are problems; engine/case/README.md lists their codes in order of precedence: when
// several hold, the first one is the answer. A migration is decided under the newer procedure.
result<step> decide(const procedure& how, const case_state& c, const command& what,
                    const facts& known);

// The transition that the system takes now by itself, if any: at-once steps that are open, the
// first in the alphabet; else one that waits for a timer which has fired.
std::optional<std::string> next_by_system(const procedure& how, const case_state& c,
                                          const facts& known);

// Transitions that this actor could take now, apart from inputs, in the order of the workflow.
std::vector<std::string> open_transitions(const procedure& how, const case_state& c,
                                          const actor& by, const facts& known);

}  // namespace pykala::cases
