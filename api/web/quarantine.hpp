// Cases that stand still because something in them is not as it must be: what pages say of them.
#pragma once

#include <optional>

#include "engine/desk/ports.hpp"

#include "api/web/call.hpp"

namespace pykala::api::web {

// The mark of a case; nothing where it stands in none.
result<std::optional<desk::quarantined_case>> mark_of(const site& here, const std::string& number);

// Since when, why, and who lets it go on.
value_object stopped_values(const call& at, const desk::quarantined_case& mark);

// Who may read which cases stand still: those who work on them, and who lets them go on.
inline constexpr role_set quarantine_readers{role::officer, role::reviewer, role::dpo,
                                             role::customer_service, role::administrator};

}  // namespace pykala::api::web
