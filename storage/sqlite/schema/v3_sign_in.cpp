#include "storage/sqlite/schema/schema.hpp"

namespace pykala::storage {

// Attempts to sign in within the last minutes, by the keyed hash of an address.
const std::string_view v3_sign_in_sql = R"sql(
CREATE TABLE sign_in_attempts(
    id      INTEGER PRIMARY KEY,
    address BLOB NOT NULL CHECK(length(address) = 32),
    at      TEXT NOT NULL
) STRICT;
CREATE INDEX sign_in_attempts_by_address ON sign_in_attempts(address);
CREATE INDEX sign_in_attempts_by_age ON sign_in_attempts(at);
)sql";

}  // namespace pykala::storage
