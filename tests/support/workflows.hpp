// The real workflows and the law they name, as tests load them.
#pragma once

#include <string>

#include "engine/base/diagnostic.hpp"
#include "engine/load/source_text.hpp"
#include "engine/workflow/check.hpp"
#include "engine/workflow/model.hpp"

namespace pykala::tests {

// The .toml files directly below workflows/.
const source_texts& workflow_texts();
const workflow::law_names& law_of_policies();

// Everything that loading and checking these texts finds, sorted.
diagnostics findings_of(const source_texts& texts, const std::string& right = {});

}  // namespace pykala::tests
