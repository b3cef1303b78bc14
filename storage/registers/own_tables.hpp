// Private to the connector: the two tables it keeps in a register, marks of records and intents
// that were carried out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/registers/register_port.hpp"

#include "storage/registers/sql_database.hpp"

namespace pykala::storage::registers {

// What an intent did; nothing when it was not carried out here. `intent_reused` when it was, for
// other changes.
result<std::optional<std::vector<change_result>>> find_intent(sql_database& db,
                                                              const execution& what);
result<void> keep_intent(sql_database& db, const execution& what,
                         const std::vector<change_result>& results);

// Both marks off removes the row.
result<void> put_mark(sql_database& db, const record_id& id, record_marks marks);
// Marks of the row's records, together.
result<record_marks> marks_of_row(sql_database& db, const std::string& table,
                                  const std::string& key);
result<void> drop_marks(sql_database& db, const std::string& table, const std::string& key);

}  // namespace pykala::storage::registers
