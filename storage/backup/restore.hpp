// A backup put in the place of what a tenant keeps. What was erased since stays erased: removed
// cases are removed again, documents whose keys are gone go, and the erasure list is brought up to
// what was shipped, so that `pykala register reapply` can do the same in a register. Where the log
// lost leaves a new one begins that names the old.
//
// All of it is done in `restoring/` inside the tenant's folder; only what is whole is moved into
// its place. Killed before that, nothing has changed; killed while it is moved, no server opens the
// tenant, and the same call ends what was begun.
#pragma once

#include <functional>
#include <optional>

#include "engine/desk/ports.hpp"

#include "storage/backup/manifest.hpp"
#include "storage/sealing/key_upkeep.hpp"

namespace pykala::storage {

struct restore_place {
    std::filesystem::path folder;    // of the tenant
    std::filesystem::path shipping;  // where it shipped to; empty: nowhere
    key_place keys;
    bool replace = false;  // what is there is moved aside, into `replaced-TIME/`
};

// The names are those of the summary.
struct restore_report {
    std::string tenant;
    std::string backup_made_at;
    std::string origin;                          // of the log in use now
    std::string old_origin;                      // empty: the log went on
    std::int64_t leaves = 0;                     // that the backup has
    std::optional<std::int64_t> known_leaves{};  // that the log was known to have had
    std::int64_t erasures = 0;                   // of the list, that the backup did not have
    std::int64_t cases_removed = 0;
    std::int64_t documents_removed = 0;
    std::string moved_to;           // what was there; empty: nothing
    bool finished_earlier = false;  // the end of a restore that had been interrupted
};

// The server stands still. `tell` says how far it is, for people. Problems: `store_in_use` (a
// server runs), `data_in_place` (conflict), `backup_incomplete`, `backup_signature`,
// `backup_differs` (corrupt: a file is not the one of the manifest), `wrong_tenant`,
// `backup_of_another_log` (refused: the log never had these leaves), `shipping_unreadable`, those
// of keys, store and disk.
result<restore_report> restore_tenant(const restore_place& place, const std::filesystem::path& from,
                                      desk::clock& clock,
                                      const std::function<void(const std::string&)>& tell);

// Problem `restore_unfinished` (refused).
result<void> check_no_restore_waits(const std::filesystem::path& folder);

std::string report_text(const restore_report& what);  // JSON

}  // namespace pykala::storage
