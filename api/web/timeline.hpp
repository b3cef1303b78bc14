// What happened to a case, in plain words.
#pragma once

#include "engine/desk/desk.hpp"

#include "api/web/call.hpp"

namespace pykala::api::web {

// Everything, newest first; what repeats on one day (answers of registers) is one line.
value_array officer_timeline(const call& at, const desk::open_case& c);
// What matters to the person: without our own bookkeeping.
value_array customer_timeline(const call& at, const desk::open_case& c);

}  // namespace pykala::api::web
