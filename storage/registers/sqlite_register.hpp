// The connector to a register that is a SQLite database. What its tables and columns mean is the
// mapping (README.md here); this writes all queries from it.
//
// It keeps two tables of its own in the register, so that marks and intents change in the same
// transaction as the rows: `pykala_mark` and `pykala_intent`. They hold keys of rows, no other
// data.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/registers/register_map.hpp"
#include "engine/registers/register_port.hpp"

namespace pykala::storage {

struct sqlite_register_options {
    // Keyed hash of a phone number or e-mail address that may not be used for marketing. Without it
    // `reduce` fails for a ban.
    std::function<std::string(std::string_view)> suppression_key;
    int busy_timeout_ms = 5000;
};

// Opens the file, makes the two tables, and checks that every table and column of the mapping is
// there (`register_mapping`, invalid). Deleted bytes are overwritten (secure_delete).
result<std::unique_ptr<register_port>> open_sqlite_register(const std::string& path,
                                                            register_map map,
                                                            sqlite_register_options options);

}  // namespace pykala::storage
