// Parts of the officer's case page, put into its values.
#pragma once

#include "engine/desk/desk.hpp"

#include "api/web/call.hpp"

namespace pykala::api::web {

// Who asks, how we know, by when, what waits and why it stands first.
void put_summary(value_object& shown, const call& at, const desk::open_case& c);

// `gone_CLASS` for each class of data whose key is destroyed: the day, and the rule under which.
void put_destroyed(value_object& shown, const call& at, const desk::open_case& c);

// Fields, uses, release checks, recipients, orders to registers, tasks, letters, and the person's
// other requests; each only where there are any.
void put_parts(value_object& shown, const call& at, const desk::open_case& c);

}  // namespace pykala::api::web
