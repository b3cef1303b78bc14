// The master key: a file of mode 0600 outside the data and its backups. Bytes:
// storage/formats/keys.md.
#pragma once

#include <filesystem>

#include "engine/base/result.hpp"
#include "engine/log/event_leaf.hpp"

#include "storage/sealing/secret.hpp"

namespace pykala::storage {

struct master_key {
    secret_key key;
    log::key_id id{};  // says which master key this is and nothing else about it

    static master_key of(secret_key key);
};

// Makes a new key and writes it durably. Problems: `master_key_exists`, `master_key_write`.
result<master_key> create_master_key(const std::filesystem::path& file);

// Problems: `master_key_missing`, `master_key_open_to_others` (mode other than 0600 or 0400, or not
// a regular file), `master_key_malformed`.
result<master_key> read_master_key(const std::filesystem::path& file);

// The name of a new or moved file lasts only once its folder is synced. Problem `folder_sync`
// (unavailable).
result<bool> sync_folder_of(const std::filesystem::path& file);

}  // namespace pykala::storage
