// A copy of what one tenant keeps: its database and its sealed documents, never its keys. Made
// beside a running server, which neither waits nor notices. Bytes: storage/formats/backup.md.
#pragma once

#include <functional>

#include "storage/backup/manifest.hpp"
#include "storage/sealing/key_upkeep.hpp"

namespace pykala::storage {

// The names of both in the folder of a tenant, and in a backup of it.
inline constexpr const char* database_name = "cases.db";
inline constexpr const char* documents_name = "documents";

struct backup_report {
    backup_manifest manifest;
    std::size_t documents = 0;  // copied
    std::size_t missing = 0;    // that the database names and the folder does not hold
};

// `folder` is the tenant's, `to` that of the backup: it must not be there, and is there only once
// it is whole. Interrupted, the same call begins anew. `tell` says how far it is, for people.
// Problems: `backup_exists` (conflict), `backup_io`, those of signer_of() and of SQLite.
result<backup_report> back_up_tenant(const std::filesystem::path& folder, const key_place& keys,
                                     const std::filesystem::path& to, instant now,
                                     const std::function<void(const std::string&)>& tell);

}  // namespace pykala::storage
