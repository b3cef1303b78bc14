#include "storage/sqlite/schema/schema.hpp"

namespace pykala::storage {

// One leaf for each event, in the order of the log. Of the tree only whole subtrees of 256 leaves
// and more are kept: the rest is computed again from at most 255 leaves. A log that begins anew
// has an origin of its own.
const std::string_view v1_log_sql = R"sql(
CREATE TABLE log_origins(
    id       INTEGER PRIMARY KEY CHECK(id > 0),        -- the n of host/tenant/log/n
    name     TEXT NOT NULL UNIQUE,
    begun_at TEXT NOT NULL
) STRICT;

CREATE TABLE log(
    origin INTEGER NOT NULL REFERENCES log_origins(id),
    idx    INTEGER NOT NULL CHECK(idx >= 0),
    event  INTEGER NOT NULL UNIQUE REFERENCES events(id),
    stream BLOB NOT NULL CHECK(length(stream) = 16),
    seq    INTEGER NOT NULL,
    body   BLOB NOT NULL CHECK(length(body) = 32),
    PRIMARY KEY(origin, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE log_nodes(
    origin INTEGER NOT NULL REFERENCES log_origins(id),
    level  INTEGER NOT NULL CHECK(level >= 8),
    idx    INTEGER NOT NULL,
    hash   BLOB NOT NULL CHECK(length(hash) = 32),
    PRIMARY KEY(origin, level, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints(
    origin    INTEGER NOT NULL REFERENCES log_origins(id),
    size      INTEGER NOT NULL,
    root      BLOB NOT NULL CHECK(length(root) = 32),
    note      TEXT NOT NULL,                           -- the whole signed note
    signed_at TEXT NOT NULL,
    PRIMARY KEY(origin, size)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace pykala::storage
