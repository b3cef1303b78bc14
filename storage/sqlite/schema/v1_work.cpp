#include "storage/sqlite/schema/schema.hpp"

namespace pykala::storage {

// What waits to be done: on its day (timers), outside (outbox); and what was answered to a command
// that may come again (idempotency, under a hash, because callers choose their keys freely).
const std::string_view v1_work_sql = R"sql(
CREATE TABLE timers(
    case_id      INTEGER NOT NULL REFERENCES cases(id),
    name         TEXT NOT NULL,
    fires_on     TEXT NOT NULL,
    leased_by    TEXT,                                 -- for several nodes; empty on one
    leased_until TEXT,
    PRIMARY KEY(case_id, name, fires_on)
) STRICT, WITHOUT ROWID;
CREATE INDEX timers_by_day ON timers(fires_on, case_id);

CREATE TABLE outbox(
    id      INTEGER PRIMARY KEY AUTOINCREMENT,         -- never used again
    case_id INTEGER NOT NULL REFERENCES cases(id),
    seq     INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    class   INTEGER NOT NULL,
    key     BLOB NOT NULL CHECK(length(key) = 16),
    box     BLOB NOT NULL
) STRICT;

CREATE TABLE idempotency(
    id       BLOB PRIMARY KEY CHECK(length(id) = 32),  -- SHA-256 of actor and key
    content  TEXT NOT NULL,
    numbers  TEXT NOT NULL,                            -- blank between two
    versions TEXT NOT NULL,
    made_at  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency(made_at);

CREATE TABLE documents(
    id         BLOB PRIMARY KEY CHECK(length(id) = 16),
    case_id    INTEGER NOT NULL REFERENCES cases(id),
    media_type TEXT NOT NULL,
    size       INTEGER NOT NULL,                       -- bytes of plain text
    key        BLOB NOT NULL CHECK(length(key) = 16),
    box        BLOB,                                   -- sealed; null: in a sealed file
    made_at    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX documents_by_case ON documents(case_id);

CREATE TABLE erasure_list(                             -- what a restore erases again
    record    BLOB PRIMARY KEY CHECK(length(record) = 32),  -- keyed hash of register and record id
    register  TEXT NOT NULL,
    erased_on TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace pykala::storage
