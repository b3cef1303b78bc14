#include "storage/sqlite/schema/schema.hpp"

namespace pykala::storage {

// Cases that take no commands until somebody has looked at them. `why` holds no personal data.
const std::string_view v2_quarantine_sql = R"sql(
CREATE TABLE quarantine(
    case_id INTEGER PRIMARY KEY REFERENCES cases(id),
    since   TEXT NOT NULL,
    why     TEXT NOT NULL
) STRICT;
)sql";

}  // namespace pykala::storage
