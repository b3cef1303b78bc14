// Cases read back as they were written. Each call belongs into one consistent view
// (tenant_store::read).
#pragma once

#include "engine/desk/ports.hpp"

#include "storage/sqlite/session.hpp"

namespace pykala::storage {

// Problem `no_such_case` (not_found).
result<desk::stored_case> read_case(session& db, std::string_view number);
// The fold that is kept of the case with this id.
result<std::optional<desk::sealed_fold>> read_fold(session& db, std::int64_t id);
// With the fold that is kept and the events after it; where none is kept, as `read_case`.
result<desk::stored_case> read_newest(session& db, std::string_view number);
result<std::vector<desk::stored_case>> read_cases_of(session& db,
                                                     std::span<const desk::person_tag> tags);
result<std::vector<std::string>> read_numbers_of(session& db,
                                                 std::span<const desk::person_tag> tags);
result<std::vector<desk::quarantined_case>> read_quarantine(session& db);
result<std::optional<desk::stored_receipt>> read_receipt(session& db, std::string_view actor,
                                                         std::string_view key);
result<std::vector<desk::due_case>> read_due(session& db, date today, std::size_t limit);
result<std::vector<desk::outbox_item>> read_outbox(session& db, std::size_t limit);

// What the projections hold of one case, to be compared with what its events say.
struct stored_projection {
    desk::queue_row row;
    std::vector<desk::timer_row> timers;    // in order
    std::vector<desk::person_tag> persons;  // in order
    bool fold_differs = false;              // the kept fold opens and is not that of the events
};
// Nothing where the queue does not know the case.
result<std::optional<stored_projection>> read_projection(session& db, std::string_view number);

// The columns of a queue row as `read_queue_row` expects them.
inline constexpr std::string_view queue_columns =
    "number, version, right, kind, state, outcome, channel, assurance, assignee, received_on, "
    "due_on, act_by, statutory_on, extended_on, answered_on, closed_on, paused, alert, open_tasks";
desk::queue_row read_queue_row(const statement& row);

// Problems `bad_cursor`, `bad_limit` (invalid).
result<desk::queue_page> read_queue(session& db, const desk::queue_query& query);

}  // namespace pykala::storage
