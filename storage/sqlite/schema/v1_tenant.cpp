#include "storage/sqlite/schema/schema.hpp"

namespace pykala::storage {

// `meta` says whose database this is and whether it is a demo. `definitions` holds every file and
// every closure ever used, by hash, so that an old case can be judged again.
const std::string_view v1_tenant_sql = R"sql(
CREATE TABLE meta(
    name  TEXT PRIMARY KEY,        -- tenant, purpose, prefix, made_at
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE definitions(
    hash BLOB PRIMARY KEY CHECK(length(hash) = 32),   -- SHA-256 of the exact bytes
    text BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE closures(
    hash BLOB PRIMARY KEY CHECK(length(hash) = 32),
    kind TEXT NOT NULL CHECK(kind IN ('procedure', 'law'))
) STRICT, WITHOUT ROWID;

CREATE TABLE closure_files(
    closure BLOB NOT NULL REFERENCES closures(hash),
    path    TEXT NOT NULL,
    file    BLOB NOT NULL REFERENCES definitions(hash),
    PRIMARY KEY(closure, path)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace pykala::storage
