// Judges the meaning of loaded policies: everything that can be known without a record or a case.
// Codes P01 to P25, with what each means and how to mend it, stand in policies/README.md.
#pragma once

#include <optional>

#include "engine/base/diagnostic.hpp"
#include "engine/policy/model.hpp"

namespace pykala {

// All findings, sorted; it never stops at the first. Safe on a set that was loaded with faults: of
// a pack with an unread file only that is told. `today` (P13): who does not know the day leaves it
// out, and a server with a slow clock does not refuse its law.
diagnostics check_policies(const policy_set& set, std::optional<date> today = std::nullopt);

// P13 of a `verified_as_of` at that place, which lies after today.
diagnostic read_ahead(const place& where, date day, date today);

}  // namespace pykala
