// Private to the connector: the two tables it keeps in a register, marks of records and intents
// that were carried out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/registers/register_port.hpp"

#include "storage/sqlite/connection.hpp"

namespace pykala::storage::registers {

result<void> make_own_tables(connection& db);

// What an intent did; nothing when it was not carried out here. `intent_reused` when it was, for
// other changes.
result<std::optional<std::vector<change_result>>> find_intent(connection& db,
                                                              const execution& what);
result<void> keep_intent(connection& db, const execution& what,
                         const std::vector<change_result>& results);

// Both marks off removes the row.
result<void> put_mark(connection& db, const record_id& id, record_marks marks);
// Marks of the row's records, together.
result<record_marks> marks_of_row(connection& db, const std::string& table, const std::string& key);
result<void> drop_marks(connection& db, const std::string& table, const std::string& key);

}  // namespace pykala::storage::registers
