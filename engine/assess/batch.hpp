// Many records at once, as columns: the form in which the assessment is fast.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "engine/assess/record.hpp"
#include "engine/assess/table.hpp"

namespace pykala {

// Bits of record_batch::facts.
enum record_fact : std::uint8_t {
    fact_in_force = 1,
    fact_balance_open = 2,
    fact_balance_settled = 4,
    fact_hold_open = 8,  // a legal hold without end
    fact_defeated = 16,  // house rules do not hold (objection, withdrawn consent)
};

// What a case decides of the tenant's house rules. In a case a house rule that an officer upheld
// holds to the officer's day, at most to its own end; one that nobody upheld holds only what
// nothing else holds, and waits there for an officer, because no letter rests on an unconfirmed
// one.
struct house_course {
    bool of_case = false;  // false: each holds to its own end, whoever confirms it
    // The officer's last day by (rule index − first house rule); no_day: none was given.
    std::array<compact_day, 32> until = [] {
        std::array<compact_day, 32> none;
        none.fill(no_day);
        return none;
    }();
};

// One row per record; all columns have the same length. Dates are days since 1970, or no_day.
struct record_batch {
    std::vector<std::uint16_t> category;  // index in the table; no_rule: unknown
    std::vector<std::uint8_t> commodity;  // bit by `commodity`; 0: not given
    std::vector<std::uint8_t> facts;
    std::vector<compact_day> event, contract_end, role_end, accounting_period_end;
    std::vector<compact_day> hold_until;  // latest end of its dated legal holds
    // Its legal holds one by one, for explain(): a range of `hold_ends`, where no_day is open.
    std::vector<std::uint32_t> holds_first, holds_last;
    std::vector<compact_day> hold_ends;
    // House rules lifted or upheld for the case: bits by (rule index − first house rule). LIMIT: 32
    // a pack.
    std::vector<std::uint32_t> lifted, upheld;
    house_course house;  // of all rows

    std::size_t size() const { return category.size(); }
    void clear();
    // Adds a row; ids of rules that the table does not know are ignored.
    void add(const assessment_table& table, const record& source);
};

// Assesses rows [first, last) as the records of one person. `out` has one element per row of that
// range.
void assess_person(const assessment_table& table, const record_batch& rows, std::size_t first,
                   std::size_t last, std::span<assessment> out);

// Every rule that applied to a row, ended or not, the governing one included; statutes, house
// rules, then what the case brought. `answers` are those of the row's person, rows [first, last).
std::vector<applied_rule> explain(const assessment_table& table, const record_batch& rows,
                                  std::size_t first, std::size_t last, std::size_t row,
                                  std::span<const assessment> answers);

}  // namespace pykala
