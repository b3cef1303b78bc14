// What one case of a person means for the others (product.md "The six requests"). `others` are the
// person's other cases as they stand; a case that is closed and not frozen binds nobody.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/case/state.hpp"

namespace pykala::cases {

// A request for access that has no answer yet: what is erased cannot be shown any more.
bool access_unanswered(std::span<const case_state> others);

// The earliest `act_by` of an open erasure; an access request is answered three working days before
// it (practice.access_before_erasure).
std::optional<date> earliest_erasure_act_by(std::span<const case_state> others);

// A case that was reopened freezes the person's data: no other case erases meanwhile.
bool frozen_by_other(std::span<const case_state> others);

// Records of which the erasure is suspended by another case: restricted because the person wants
// them kept (18(1)(b)) or needs them for a claim (18(1)(c)), or as long as they are contested.
std::vector<std::string> suspended_records(std::span<const case_state> others);

// Registers may not be emptied while an open access or portability request, whose evidence is
// protected, still waits for them to be read.
bool evidence_unsealed(std::span<const case_state> others);

// Against what no house rule holds any more (product.md "Holds").
struct defeats {
    bool consent_withdrawn = false;         // records that rest on consent
    std::vector<std::string> stopped_uses;  // records kept only for these, on legitimate interest
};
defeats defeats_of(std::span<const case_state> others, const case_state& own);

}  // namespace pykala::cases
