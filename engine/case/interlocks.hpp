// What one case of a person means for the others (product.md "The six requests"). `others` are the
// person's other cases as they stand; a case that is closed and not frozen binds nobody.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/value.hpp"
#include "engine/case/state.hpp"

namespace pykala::cases {

// All that a decision may know of the person's other cases. An event keeps what it knew (field
// `known`), so that the decision can be computed again from its own case alone.
struct interlocks {
    // A request for access that has no answer yet: what is erased cannot be shown any more.
    bool access_unanswered = false;
    // The earliest `act_by` of an open erasure; an access request is answered three working days
    // before it (practice.access_before_erasure).
    std::optional<date> erasure_act_by{};
    // A case that was reopened freezes the person's data: no other case erases meanwhile.
    bool frozen = false;
    // Registers may not be emptied while an open access or portability request, whose evidence is
    // protected, still waits for them to be read.
    bool evidence_unsealed = false;
    // Records of which the erasure is suspended: restricted on a ground that says so (GDPR 18(1)(b)
    // and (c): the person wants them kept, or needs them for a claim), or contested.
    std::vector<std::string> suspended{};
    // Against what no house rule holds any more (product.md "Holds").
    bool consent_withdrawn = false;           // records that rest on consent
    std::vector<std::string> stopped_uses{};  // records kept only for these, on interest

    friend bool operator==(const interlocks&, const interlocks&) = default;
};

interlocks interlocks_of(std::span<const case_state> others);

// As events carry them: only what binds, so that nothing is the empty object.
value_object interlocks_value(const interlocks& known);
interlocks interlocks_from(const value& v);

// What an objection or a withdrawn consent ended, by the other cases and by the case itself.
struct defeats {
    bool consent_withdrawn = false;
    std::vector<std::string> stopped_uses{};
};
defeats defeats_of(const interlocks& others, const case_state& own);

}  // namespace pykala::cases
