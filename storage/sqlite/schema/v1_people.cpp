#include "storage/sqlite/schema/schema.hpp"

namespace pykala::storage {

// Staff, their sessions and tokens, what a customer has begun to write, and who looked at whom.
// Secrets are kept as hashes; what a customer's session or draft says is sealed.
const std::string_view v1_people_sql = R"sql(
CREATE TABLE users(
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    password    TEXT NOT NULL,                         -- Argon2id, as libsodium writes it
    made_at     TEXT NOT NULL,
    disabled_at TEXT
) STRICT;

CREATE TABLE user_roles(
    user INTEGER NOT NULL REFERENCES users(id),
    role TEXT NOT NULL,
    PRIMARY KEY(user, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens(
    hash       BLOB PRIMARY KEY CHECK(length(hash) = 32),
    user       INTEGER NOT NULL REFERENCES users(id),
    made_at    TEXT NOT NULL,
    expires_at TEXT,
    revoked_at TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions(
    hash       BLOB PRIMARY KEY CHECK(length(hash) = 32),   -- of the cookie
    user       INTEGER REFERENCES users(id),           -- null: a customer
    sealed     BLOB,                                   -- who the customer is, and how surely
    csrf       BLOB NOT NULL,
    made_at    TEXT NOT NULL,
    seen_at    TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_end ON sessions(expires_at);

CREATE TABLE drafts(
    id         BLOB PRIMARY KEY CHECK(length(id) = 16),
    owner      TEXT NOT NULL,                          -- lookup hash of the customer
    sealed     BLOB NOT NULL,
    changed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX drafts_by_owner ON drafts(owner);

CREATE TABLE looks(
    id      INTEGER PRIMARY KEY,
    at      TEXT NOT NULL,
    user    INTEGER NOT NULL REFERENCES users(id),
    case_id INTEGER REFERENCES cases(id),
    what    TEXT NOT NULL                              -- a route, never what it showed
) STRICT;
CREATE INDEX looks_by_case ON looks(case_id, at);
)sql";

}  // namespace pykala::storage
