// Fields that can be corrected: what the registers hold of the person at this moment.
#pragma once

#include "engine/desk/desk.hpp"

#include "api/web/call.hpp"

namespace pykala::api::web {

// By category: `category`, and `fields` with `id` (`record/column`), `label` and the value `now`.
// What came with the request stands first and is `chosen`. Problems: those of the registers.
result<value_array> contested_fields(const call& at, const desk::open_case& c);

}  // namespace pykala::api::web
