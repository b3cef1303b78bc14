// Judges policies/letters: every fault at once, with its place. The codes are listed in
// policies/letters/README.md.
#pragma once

#include <optional>

#include "engine/base/diagnostic.hpp"
#include "engine/load/source_text.hpp"

#include "api/letters/definitions.hpp"

namespace pykala::api::letters {

// `sources`: files below `policies/letters/`; where `workflows/vocabulary.toml` is among them, its
// letters and those defined here must be the same. Others are passed over. `today`: as in
// check_policies.
diagnostics check_letters(const source_texts& sources, std::optional<date> today = std::nullopt);

// The same, for definitions already read.
diagnostics check_texts(const letter_definitions& all, const source_texts& sources);

// `policies/letters/fi/NAME.txt` and `policies/letters/fi/parts/NAME.txt`.
std::string letter_file(language in, const std::string& id);
std::string part_file(language in, const std::string& id);

}  // namespace pykala::api::letters
