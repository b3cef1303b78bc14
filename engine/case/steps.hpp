// Inside of decide: what it is made of.
#pragma once

#include <string>
#include <string_view>

#include "engine/case/effects.hpp"
#include "engine/case/guards.hpp"

namespace pykala::cases {

// Problems, in this order: `unknown_input`, `missing_input`, `bad_input`.
checked check_inputs(const workflow::transition& t, const value_object& inputs);

// A new case. Problems: engine/case/README.md.
result<step> decide_filing(const procedure& how, const case_state& c, const command& what,
                           const facts& known);

// A case moves to the procedure `to`; `known.leaves` is the one that it was pinned to. Problems:
// engine/case/README.md.
result<step> decide_migration(const procedure& to, const case_state& c, const command& what,
                              const facts& known);

// What became of a notice by e-mail. Problems: engine/case/README.md.
result<step> decide_notice(const procedure& how, const case_state& c, const command& what,
                           const facts& known);

// An event with actor, day and hashes, and nothing that happened yet.
event begin_event(const procedure& how, const case_state& c, const command& what,
                  const facts& known, std::string_view kind);

// Facts that letters and effects set and clear, in this order; merges with what the event has.
struct fact_changes {
    name_set set, clear;

    void note(const workflow::term& cause);
};
void put_facts(event& e, const fact_changes& changes);

// What follows from an event by itself: pauses begin or end, deadlines move, timers start and end.
checked follow(const procedure& how, const case_state& before, event& e, const facts& known);

// Whether a transition is open in the state of the case, whoever takes it: kind, timer, guards.
checked check_open(const workflow::transition& t, const guard_view& v, bool by_system);

// Guards that look at inputs hold when nothing was given yet.
bool is_open(const workflow::transition& t, const guard_view& v, bool by_system);

}  // namespace pykala::cases
