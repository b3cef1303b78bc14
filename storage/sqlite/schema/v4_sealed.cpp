#include "storage/sqlite/schema/schema.hpp"

namespace pykala::storage {

// Boxes are large, and a table without row ids keeps whole rows in the inner pages of its tree:
// four of them to a page, so that finding one box among a million took eight pages. As a table by
// number it takes three, and the boxes of an event are neighbours.
const std::string_view v4_sealed_sql = R"sql(
CREATE TABLE boxes(                                    -- one box per class of an event
    id    INTEGER PRIMARY KEY CHECK(id = event * 8 + class),
    event INTEGER NOT NULL REFERENCES events(id),
    class INTEGER NOT NULL CHECK(class BETWEEN 1 AND 4),
    key   BLOB NOT NULL CHECK(length(key) = 16),
    box   BLOB NOT NULL
) STRICT;
INSERT INTO boxes(id, event, class, key, box)
    SELECT event * 8 + class, event, class, key, box FROM sealed ORDER BY event, class;
DROP TABLE sealed;
ALTER TABLE boxes RENAME TO sealed;
)sql";

}  // namespace pykala::storage
