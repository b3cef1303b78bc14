// The copy of what a register held when a request for data was admitted, as canonical JSON. It is
// kept sealed (storage/documents); a case says only how many records it has and its SHA-256.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/answers/answer.hpp"

namespace pykala::api {

struct evidence_copy {
    std::string reg;
    std::vector<answer_record> records;
};

// Problem `json_text` where a register gave what is no text.
result<std::string> write_evidence(const evidence_copy& copy);
// Problems `json_malformed`, `evidence_malformed` (corrupt).
result<evidence_copy> read_evidence(std::string_view text);

}  // namespace pykala::api
