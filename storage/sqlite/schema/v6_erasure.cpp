#include "storage/sqlite/schema/schema.hpp"

namespace pykala::storage {

// What a restore erases again, in the order in which it was erased; rows are only ever added. The
// table before it was never written.
const std::string_view v6_erasure_sql = R"sql(
DROP TABLE IF EXISTS erasure_list;
CREATE TABLE erasures(
    id        INTEGER PRIMARY KEY AUTOINCREMENT,       -- the place in the list, shipped too
    what      TEXT NOT NULL CHECK(what IN ('record', 'case')),
    hash      BLOB NOT NULL CHECK(length(hash) IN (16, 32)),  -- keyed, of a record's id; or the
                                                       -- tag of a case's stream
    register  TEXT NOT NULL,                           -- empty, as all that follows, for a case
    verb      TEXT NOT NULL,
    decided   TEXT NOT NULL,                           -- the review that somebody decided
    ordered   INTEGER NOT NULL CHECK(ordered IN (0, 1)),
    key       BLOB NOT NULL CHECK(length(key) IN (0, 16)),    -- under which the hash was made
    erased_on TEXT NOT NULL
) STRICT;
CREATE INDEX erasures_by_hash ON erasures(hash);
)sql";

}  // namespace pykala::storage
