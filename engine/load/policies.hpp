// Reads policies/ from texts into a policy set. Only the form is judged here; engine/policy/check
// judges the meaning.
#pragma once

#include "engine/base/diagnostic.hpp"
#include "engine/load/source_text.hpp"
#include "engine/policy/model.hpp"

namespace pykala {

struct loaded_policies {
    policy_set set;
    diagnostics findings;  // all of them, sorted; a set with errors is for showing findings only
};

// `sources`: files below `policies/`; others and policies/letters/ are passed over.
loaded_policies load_policies(const source_texts& sources);

}  // namespace pykala
