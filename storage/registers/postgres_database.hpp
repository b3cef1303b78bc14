// Private to the connector: a register that lies in PostgreSQL, reached through libpq.
#pragma once

#include <memory>

#include "storage/registers/sql_database.hpp"
#include "storage/registers/sql_register.hpp"

namespace pykala::storage::registers {

// Connects. `busy_timeout_ms`: how long a statement waits for rows that others hold.
result<std::unique_ptr<sql_database>> open_postgres_database(const postgres_settings& at,
                                                             int busy_timeout_ms);

// The problem for a SQLSTATE of five characters, e.g. `40001`; `what` says what was being done.
problem problem_of_state(std::string_view state, std::string_view what);

}  // namespace pykala::storage::registers
