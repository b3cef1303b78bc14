// How a case comes back out of quarantine: a person with a reason lets it go on, after it was
// looked at again, and the log says so.
#pragma once

#include "engine/desk/ports.hpp"

#include "storage/sealing/key_store.hpp"
#include "storage/sqlite/queue_check.hpp"

namespace pykala::storage {

struct case_release {
    std::string number;
    std::string role, name;  // of who releases it
    std::string reason;      // in words
    desk::idempotency key;   // the same command again gives the same answer
};

// Compares queue, timers and persons of the case with its events; where they are the same, takes
// the mark away and appends `case_released` to the stream `quarantine`, in one transaction: open
// fields `stream` of the case, `since` and `why` of the mark; sealed `actor` and `reason`. Gives
// the version of the case. Problems: `not_quarantined` (not_found), `still_broken` (refused: what
// does not fit; nothing is changed), `idempotency_reused` (conflict), those of store and keys.
result<std::uint64_t> release_case(tenant_store& store, key_store& keys, const projector& project,
                                   const case_release& what, desk::moment now);

// Of one case; nothing where it is in no quarantine.
result<std::optional<desk::quarantined_case>> quarantine_of(tenant_store& store,
                                                            std::string_view number);

inline constexpr std::string_view quarantine_stream = "quarantine";
inline constexpr std::string_view case_is_released = "case_released";

}  // namespace pykala::storage
