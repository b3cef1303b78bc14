#include "storage/sqlite/schema/schema.hpp"

namespace pykala::storage {

// The newest fold of a case that was kept, sealed; made again from the events at any time.
const std::string_view v5_fold_sql = R"sql(
CREATE TABLE folds(
    case_id INTEGER PRIMARY KEY REFERENCES cases(id),
    version INTEGER NOT NULL CHECK(version > 0),       -- how many events it is the fold of
    box     BLOB NOT NULL
) STRICT;
)sql";

}  // namespace pykala::storage
