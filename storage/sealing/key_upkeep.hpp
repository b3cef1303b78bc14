// What an administrator does with a key store whose server stands still: a new master key, and a
// copy kept elsewhere (`pykala keys`). Order of things: storage/formats/keys.md.
#pragma once

#include "storage/sealing/key_store.hpp"
#include "storage/sqlite/checkpoint_store.hpp"

namespace pykala::storage {

struct key_place {
    key_paths paths;
    std::filesystem::path master;
    std::string tenant;
};

enum class copy_state { whole, behind, missing, damaged };

struct upkeep_report {
    std::size_t keys = 0;  // of cases and deferred erasures
    std::uint64_t generation = 0;
    log::key_id master{};
    copy_state second = copy_state::whole;  // as it was found
    bool finished_earlier = false;          // rotate: one that had been interrupted
};

// Wraps every key anew under a master key that is made for it and takes the place of the old file.
// Interrupted at any point, the same call finishes it; until then the new key waits beside the old
// one under its name with `.next`. The caller holds the write lock of the tenant's database.
// Problems: `key_copy_missing` (not_found: a path is wrong, or a disk is away), `wrong_master_key`,
// those of read_master_key, create_master_key and key_store::open.
result<upkeep_report> rotate_master_key(const key_place& at);

// A third copy, of the latest state alone: the file is replaced. A server may run meanwhile. Every
// key is opened once, so that a copy nobody can read is not taken for one. Problems:
// `key_store_missing`, `wrong_master_key`, `wrong_tenant`, `backup_in_place` (invalid: the file is
// one of the two copies), `key_backup_write` (unavailable), those of key_copy and read_master_key.
result<upkeep_report> back_up_keys(const key_place& at, const std::filesystem::path& to);

// Signs with the tenant's key, beside a running server: the copies are read, never levelled.
// Problems: `key_store_missing`, `wrong_master_key`, `wrong_tenant`, `key_store_damaged`, those of
// read_master_key.
result<checkpoint_signer> signer_of(const key_place& at);

}  // namespace pykala::storage
