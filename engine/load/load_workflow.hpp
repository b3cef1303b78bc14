// Reads workflows/ from texts. Only the form is judged here; engine/workflow/check judges the
// meaning.
#pragma once

#include "engine/base/diagnostic.hpp"
#include "engine/load/source_text.hpp"
#include "engine/workflow/model.hpp"

namespace pykala {

// Passes over what does not lie directly below `workflows/`. Findings (T00, S01–S05) are added, all
// of them; a set with errors is for showing findings only.
workflow::workflow_set load_workflows(const source_texts& sources, diagnostics& findings);

}  // namespace pykala
