// Private to the connector: what changes of records mean for rows, written inside a transaction
// that the caller opened.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "storage/registers/row_reader.hpp"

namespace pykala::storage::registers {

struct write_context {
    sql_database& db;
    const register_map& map;
    const person_rows& rows;  // as read in this transaction
    date on;
    const std::function<std::string(std::string_view)>& suppression_key;
};

// A change that may be carried out: its row, its id, and where its result goes.
struct allowed_change {
    const record_change* change = nullptr;
    record_id id;
    const raw_row* row = nullptr;
    change_result* result = nullptr;
};

// Carries out all changes of one row. True when the rows changed are those that were read; false:
// somebody was quicker, and the transaction must not be committed.
result<bool> write_row(const write_context& context, const std::vector<allowed_change>& changes);

// Takes away what leads nowhere any more: rows that only led others to the person, and, when no
// record is left, to whom data was disclosed.
result<bool> sweep(const write_context& context, const std::vector<std::string>& people);

}  // namespace pykala::storage::registers
