// The connector to a register that is an SQL database: a SQLite file, or PostgreSQL. What its
// tables and columns mean is the mapping (README.md here); this writes all queries from it.
//
// It keeps tables of its own in the register, so that marks and intents change in the same
// transaction as the rows: `pykala_mark`, `pykala_intent`, `pykala_intent_result`. They hold keys
// of rows, no other data.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/registers/register_map.hpp"
#include "engine/registers/register_port.hpp"

namespace pykala::storage {

struct register_options {
    // Keyed hash of a phone number or e-mail address that may not be used for marketing. Without it
    // `reduce` fails for a ban.
    std::function<std::string(std::string_view)> suppression_key;
    int busy_timeout_ms = 5000;  // how long it waits for rows that others hold
    bool only_probe = false;     // nothing is made or checked at the opening: probe() does it
};

// Where a PostgreSQL register is and as whom it is asked.
struct postgres_settings {
    // Key words of libpq, e.g. `host=crm.example dbname=crm user=pykala sslmode=verify-full`,
    // without a password.
    std::string connection;
    std::string password;  // empty: none is sent
    std::string schema;    // of the tables; empty: the search path of the user
};

// Problem `register_connection` (invalid): libpq cannot read it, it holds a password, or it leads
// beyond this machine without TLS that knows the server (`sslmode=verify-full`).
result<void> check_settings(const postgres_settings& at);

// Opens the file, makes the connector's tables, and checks that every table and column of the
// mapping is there (`register_mapping`, invalid). Deleted bytes are overwritten (secure_delete).
result<std::unique_ptr<register_port>> open_sqlite_register(const std::string& path,
                                                            register_map map,
                                                            register_options options);

// Connects, and the same. A connection that breaks later is made anew at the next call. What
// PostgreSQL keeps of deleted rows until it vacuums, and in its write-ahead log, is the business of
// who runs it. Problem `register_unreachable` (unavailable).
result<std::unique_ptr<register_port>> open_postgres_register(const postgres_settings& at,
                                                              register_map map,
                                                              register_options options);

}  // namespace pykala::storage
