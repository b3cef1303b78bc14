// Judges the meaning of loaded policies: everything that can be known without a record or a case.
// Codes P01 to P25, with what each means and how to mend it, stand in policies/README.md.
#pragma once

#include "engine/base/diagnostic.hpp"
#include "engine/policy/model.hpp"

namespace pykala {

// All findings, sorted; it never stops at the first. Safe on a set that was loaded with faults.
diagnostics check_policies(const policy_set& set);

}  // namespace pykala
