// The steps of a workflow as forms: made from the workflow itself, so that a page offers what the
// engine takes, and nothing else.
#pragma once

#include <string>
#include <vector>

#include "engine/desk/desk.hpp"

#include "api/web/call.hpp"

namespace pykala::api::web {

struct open_step {
    const workflow::transition* step = nullptr;
    cases::actor by;  // the role in which this visitor would take it
};

// Steps that this visitor could take now, each once, in the order of the workflow.
std::vector<open_step> open_steps(const call& at, const desk::open_case& c);

// Whether there is anything that the step could be about: a rule to confirm, a task to finish …
bool has_object(const call& at, const desk::open_case& c, const workflow::transition& step);

// A step as a list shows it: `transition`, `title`, `needs_input`.
value_object step_values(const call& at, const desk::open_case& c, const open_step& open);

// Every input of a step in the way a browser asks for it, with words and choices. Problems: those
// of the registers, where a field to be corrected is chosen among what they hold now.
result<value_array> input_values(const call& at, const desk::open_case& c,
                                 const workflow::transition& step);

// What a form brought, as the workflow names it.
value_object inputs_of(const call& at, const desk::open_case& c, const workflow::transition& step);

}  // namespace pykala::api::web
