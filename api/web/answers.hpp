// What the pages of a case say about its answer.
#pragma once

#include "engine/desk/draft.hpp"

#include "api/web/call.hpp"

namespace pykala::api::web {

// For the customer: nothing before the answer has left, or where there is nothing to fetch. Else
// `there` with the last day, or `gone`. Problems: those of the documents.
result<value_object> own_answer_values(const call& at, const desk::open_case& c);

// Whether the reader is named for the case, and so may see a protected address: its assignee, who
// approves, and the data protection officer.
bool is_named_staff(const call& at, const desk::open_case& c);

// For staff: whether there is an answer to look at, and whether it is made already.
result<value_object> answer_look_values(const call& at, const desk::open_case& c);

}  // namespace pykala::api::web
