// Private to the connector: a register that lies in a SQLite file.
#pragma once

#include <memory>
#include <string>

#include "storage/registers/sql_database.hpp"

namespace pykala::storage::registers {

// Opens a file that is there; deleted bytes are overwritten (secure_delete). Problems are those of
// storage/sqlite/connection.hpp.
result<std::unique_ptr<sql_database>> open_sqlite_database(const std::string& path,
                                                           int busy_timeout_ms);

}  // namespace pykala::storage::registers
