#include "storage/sqlite/schema/schema.hpp"

namespace pykala::storage {

// The queue: a projection without personal data. `last_day` is the day that binds, the extended one
// where there is one. An index for each way of looking at the work that waits; each ends in what
// the page is ordered by, so that a page costs its rows and not the table.
const std::string_view v1_queue_sql = R"sql(
CREATE TABLE queue(
    case_id      INTEGER PRIMARY KEY REFERENCES cases(id),
    number       TEXT NOT NULL,
    version      INTEGER NOT NULL,
    right        TEXT NOT NULL,
    kind         TEXT NOT NULL,
    state        TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    channel      TEXT NOT NULL,
    assurance    TEXT NOT NULL,
    assignee     TEXT NOT NULL,
    received_on  TEXT NOT NULL,
    due_on       TEXT NOT NULL,
    act_by       TEXT NOT NULL,
    statutory_on TEXT NOT NULL,
    extended_on  TEXT,
    answered_on  TEXT,
    closed_on    TEXT,
    paused       INTEGER NOT NULL CHECK(paused IN (0, 1)),
    alert        INTEGER NOT NULL CHECK(alert IN (0, 1)),
    open_tasks   INTEGER NOT NULL,
    open         INTEGER NOT NULL CHECK(open IN (0, 1)),
    last_day     TEXT NOT NULL
) STRICT;

CREATE INDEX queue_by_day ON queue(open, alert, last_day, number);
CREATE INDEX queue_by_state ON queue(state, alert, last_day, number);
CREATE INDEX queue_by_right ON queue(right, open, alert, last_day, number);
CREATE INDEX queue_by_assignee ON queue(assignee, open, alert, last_day, number)
    WHERE assignee <> '';
CREATE INDEX queue_by_number ON queue(open, number);
CREATE INDEX queue_by_arrival ON queue(open, received_on, number);
)sql";

}  // namespace pykala::storage
