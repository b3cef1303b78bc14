#include "storage/sqlite/schema/schema.hpp"

namespace pykala::storage {

// Streams and their events are the truth; everything in the other parts about a case can be made
// again from them. A case has the id of its stream.
const std::string_view v1_case_sql = R"sql(
CREATE TABLE streams(
    id  INTEGER PRIMARY KEY,
    tag BLOB NOT NULL UNIQUE CHECK(length(tag) = 16),
    of  TEXT NOT NULL                                  -- case, keys, restore, policy, retention
) STRICT;

CREATE TABLE cases(
    id     INTEGER PRIMARY KEY REFERENCES streams(id),
    number TEXT NOT NULL UNIQUE,                       -- KUO-2026-000123
    year   INTEGER NOT NULL,
    serial INTEGER NOT NULL CHECK(serial > 0),         -- gapless within the year
    UNIQUE(year, serial)
) STRICT;

CREATE TABLE persons(                                  -- under which keyed hashes a case is found
    tag     TEXT NOT NULL,
    case_id INTEGER NOT NULL REFERENCES cases(id),
    PRIMARY KEY(tag, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX persons_by_case ON persons(case_id, tag);

CREATE TABLE events(
    id     INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL REFERENCES streams(id),
    seq    INTEGER NOT NULL CHECK(seq >= 0),
    public TEXT NOT NULL,                              -- canonical JSON {"body","fields","open"}
    body   BLOB NOT NULL CHECK(length(body) = 32),     -- its hash, to which the log commits
    UNIQUE(stream, seq)
) STRICT;

CREATE TABLE sealed(                                   -- one box per class of an event
    event INTEGER NOT NULL REFERENCES events(id),
    class INTEGER NOT NULL CHECK(class BETWEEN 1 AND 4),
    key   BLOB NOT NULL CHECK(length(key) = 16),
    box   BLOB NOT NULL,
    PRIMARY KEY(event, class)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace pykala::storage
