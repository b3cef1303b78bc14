// The records of a case as an officer reads them: a few groups by what becomes of them, in each a
// row for records of one category that share their reason, and behind a row the records themselves.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/desk/desk.hpp"

#include "api/web/call.hpp"

namespace pykala::api::web {

struct record_row {
    std::string mark;      // names the row in a form; stays the same while its records do
    std::string category;  // id; empty where the records share a rule of ours, not a category
    std::string rule;      // that governs; empty: none
    std::string note;      // why a person has to look: a name of the texts `review.`; empty
    std::vector<const cases::case_record*> records;
    std::optional<date> until;  // the latest last day
    std::string hold;           // of the assessment: `dated`, `open`, `contract`
    std::size_t executed = 0;   // records of which a register has confirmed what was decided
    std::size_t kept_anew = 0;  // records that a register kept because a hold began later
    bool by_officer = false;    // a person decided
};

struct record_group {
    std::string name;  // of the texts `group.`: `look`, `erase`, `keep`, `give` …
    std::vector<record_row> rows;
    std::size_t count = 0;  // of records
};

// In a form: every record that needs a person, whatever its row.
inline constexpr std::string_view every_open_record = "=every";

// What needs a person first.
std::vector<record_group> grouped(const desk::open_case& c);

// The ids of the records that marks and ids name, each once, in order of the case.
std::vector<std::string> records_named(const desk::open_case& c,
                                       const std::vector<std::string>& marks_and_ids);

// For pages. `single`: with every record of each row.
value_array group_values(const call& at, const desk::open_case& c,
                         const std::vector<record_group>& groups, bool single);

}  // namespace pykala::api::web
