// Reads the command, and what its decision knew, back out of an event.
#pragma once

#include "engine/case/command.hpp"
#include "engine/recompute/recompute.hpp"

namespace pykala::recompute {

// For closed words something stands that any input of words may be: decisions only ask whether
// words were given.
cases::command command_of(const shown_event& shown, const cases::case_state& before,
                          const workflow::definition& flow);

// `law` must outlive the facts.
cases::facts facts_of(const cases::event& e, const cases::case_state& before,
                      const cases::tenant_law& law);

}  // namespace pykala::recompute
