// Whether log, events and checkpoints of a tenant hold together, computed from the leaves up.
#pragma once

#include "storage/sqlite/queue_check.hpp"

namespace pykala::storage {

// Findings: `log_broken` (leaves or subtrees), `event_not_logged`, `event_differs` (the body is not
// the one that the log commits to), `event_missing` (a stream has a gap, or the log has a leaf
// whose event is gone), `checkpoint_differs` (a signed root is not that of the leaves).
result<std::vector<store_finding>> check_log(tenant_store& store);

}  // namespace pykala::storage
