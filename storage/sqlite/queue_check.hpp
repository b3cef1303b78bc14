// Whether the queue is what the events say, and the queue made anew from them (`pykala queue
// check`). What the events say is for the caller to compute: opening and folding them needs keys.
#pragma once

#include <functional>

#include "storage/sqlite/case_reader.hpp"
#include "storage/sqlite/tenant_store.hpp"

namespace pykala::storage {

// What queue, timers and persons must hold of a case: the projection of the fold of its events.
using projector = std::function<result<stored_projection>(const desk::stored_case&)>;

// The one that servers and commands use: opens the events, folds and projects them.
projector fold_projector(desk::sealing& seals);

struct store_finding {
    std::string code;    // stable name
    std::string number;  // of the case; empty where it concerns the whole
    std::string detail;  // one sentence
};

// Findings `queue_missing`, `queue_differs`, `timers_differ`, `persons_differ`, `fold_differs`,
// `case_unreadable`.
// Each case is read in a view of its own, so the server may go on meanwhile.
result<std::vector<store_finding>> check_queue(tenant_store& store, const projector& project);

// The same findings for one case, in the caller's view.
result<std::vector<store_finding>> check_queue_of(session& db, const std::string& number,
                                                  const projector& project);

// For one case, with the server running: after its keys were destroyed, queue, timers and
// persons say what the events still say. Problem `no_such_case`, those of `project`.
result<void> rebuild_case(tenant_store& store, std::string_view number, const projector& project);

// Writes what differs anew; gives how many cases. Durable on return. A case that cannot be read is
// left as it is. The server must not be taking commands.
result<std::size_t> rebuild_queue(tenant_store& store, const projector& project);

}  // namespace pykala::storage
