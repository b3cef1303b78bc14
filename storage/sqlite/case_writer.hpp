// What a unit of work writes, inside the writer's transaction. Everything that the decision was
// based on is compared first; then come the events, and what is made from them.
#pragma once

#include "engine/desk/ports.hpp"

#include "storage/sqlite/log_tables.hpp"
#include "storage/sqlite/session.hpp"

namespace pykala::storage {

// Problems `version_moved`, `idempotency_taken` (conflict), `no_such_case`, those of SQLite. Throws
// std::logic_error when the unit does not fit together (a leaf of another event, a queue row of
// another version). `prefix` is that of case numbers.
result<desk::receipt> write_unit(session& db, log_appender& log, const std::string& prefix,
                                 const desk::unit_of_work& unit);

// Replaces the queue row of a case, and its timers. Also used where the queue is made again.
result<void> write_queue_row(session& db, std::int64_t case_id, const desk::queue_row& row);
result<void> write_timers(session& db, std::int64_t case_id,
                          std::span<const desk::timer_row> timers);

// What is answered when the same key comes again.
result<void> keep_receipt(session& db, const desk::idempotency& key, const desk::receipt& given);

// Key of the idempotency table: callers choose their keys freely, so only a hash is kept.
log::digest idempotency_id(std::string_view actor, std::string_view key);

}  // namespace pykala::storage
