// Records of `pykala assess` and their answers as JSON Lines. The field names are the contract's.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/assess/batch.hpp"
#include "engine/base/result.hpp"

namespace pykala::api {

// One record from one line. Fails with `bad_record`, naming the field. Unknown keys are refused: a
// misspelt date must not look like a missing one. So are doubled ones.
result<record> parse_record(std::string_view line);

// Appends the answer as one line with its end.
void append_answer(std::string& out, const assessment_table& table, std::string_view id,
                   const assessment& answer, std::span<const applied_rule> because);

}  // namespace pykala::api
