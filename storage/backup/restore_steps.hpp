// The steps of a restore, each of which may be begun anew.
#pragma once

#include "storage/backup/backup.hpp"
#include "storage/backup/restore.hpp"
#include "storage/shipping/shipping.hpp"

namespace pykala::storage {

inline constexpr const char* restoring_name = "restoring";
inline constexpr const char* ready_name = "ready";  // in it: all of it is whole, and what it says

// Copies the files of the backup to `restoring/` and compares each.
result<void> stage_backup(const restore_place& place, const std::filesystem::path& from,
                          const backup_manifest& manifest);

// What is known of the log beside the backup: what was shipped, and what the data say that are to
// be replaced.
struct known_state {
    std::vector<shipped_log> logs;
    std::vector<erasure_entry> erasures;
};
result<known_state> look_around(const restore_place& place, std::uint64_t restored_size,
                                const std::function<void(const std::string&)>& tell);

// What the restored log becomes.
struct log_decision {
    bool begins_anew = false;
    std::int64_t number = 0;                     // of the new one
    std::optional<std::int64_t> known_leaves{};  // the most that it was known to have had
    std::optional<log::digest> known_root{};
};
// In doubt a new log begins: nobody may ever be shown two histories under one name. Problem
// `backup_of_another_log`.
result<log_decision> decide_log(const backup_manifest& manifest, const known_state& known);

// Brings the staged data to what is true now, and says so in its log.
result<void> renew(const restore_place& place, const backup_manifest& manifest,
                   const known_state& known, key_store& keys, desk::clock& clock,
                   restore_report& report);

// Moves old data aside and staged data into their place. Does only what is not yet done.
result<void> swap_in(const restore_place& place, const restore_report& report,
                     const std::function<void(const std::string&)>& tell);

}  // namespace pykala::storage
