// What stands beside the files of a backup: which they are, of which tenant and moment, and the
// head of its log; signed with the tenant's key. Bytes: storage/formats/backup.md.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "engine/time/date.hpp"

#include "storage/backup/backup_files.hpp"
#include "storage/sqlite/checkpoint_store.hpp"

namespace pykala::storage {

struct backup_manifest {
    std::string tenant;
    instant made_at{};   // begin of the copy: nothing later is in it for certain
    std::string origin;  // of the log in use
    tree_head head;
    std::map<std::string, file_facts> files;  // by path below the folder

    friend bool operator==(const backup_manifest&, const backup_manifest&) = default;
};

// Writes manifest and signature; on the disk on return.
result<void> write_manifest(const std::filesystem::path& folder, const backup_manifest& what,
                            const checkpoint_signer& signer);

// Reads both and compares the signature. Problems: `backup_incomplete` (not_found: no manifest),
// `backup_malformed` (corrupt), `backup_signature` (refused: changed, or of another key store).
result<backup_manifest> read_manifest(const std::filesystem::path& folder,
                                      const log::public_key& key);

}  // namespace pykala::storage
