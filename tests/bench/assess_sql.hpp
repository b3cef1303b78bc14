// The floor of bench `assess`: the same rules as set-based SQL over the same records in SQLite, in
// memory.
#pragma once

#include <span>
#include <vector>

#include "engine/assess/batch.hpp"

namespace pykala::bench {

// Generated records of many persons, person by person.
struct generated {
    record_batch rows;
    std::vector<std::size_t> first_of_person;  // and the end of the last one
};

// Loads table and records (not timed), runs the SQL (timed), and compares every answer with
// `expected`. Gives the seconds; throws with the first difference, or when SQLite fails.
double seconds_of_sql(const assessment_table& table, const generated& records,
                      std::span<const assessment> expected);

}  // namespace pykala::bench
