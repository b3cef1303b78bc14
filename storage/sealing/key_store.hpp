// The keys of one tenant, in two live copies outside the data and its backups. Order of things:
// storage/formats/keys.md.
#pragma once

#include <mutex>
#include <shared_mutex>

#include "engine/log/checkpoint.hpp"
#include "engine/time/date.hpp"

#include "storage/sealing/key_cache.hpp"
#include "storage/sealing/key_copy.hpp"
#include "storage/sealing/key_readers.hpp"
#include "storage/sealing/master_key.hpp"

namespace pykala::storage {

struct key_paths {
    std::filesystem::path first;
    std::filesystem::path second;  // on another disk where there is one
};

// Whose key: a stream (case), a deferred erasure. `of` is never `open`.
struct key_request {
    log::stream_tag owner{};
    log::data_class of = log::data_class::content;
};

struct key_facts_row {
    log::key_id id{};
    log::stream_tag owner{};
    std::string key_class;
    std::string made_at;
};

// What a value is, for the lookup hash; it decides how it is normalised. The names are in the hash.
enum class lookup_kind { hetu, customer_number, email, phone, register_person, address, record };
std::string_view name_of(lookup_kind kind);

// Safe to use from several threads. What it hands out lives in the caller's memory and is wiped
// there.
class key_store {
public:
    // Makes both copies, with a lookup key and a signing key. Problems: `key_store_exists`, those
    // of key_copy.
    static result<std::unique_ptr<key_store>> create(const key_paths& paths, std::string tenant,
                                                     master_key master, instant now);

    // A copy that is behind, missing or broken is made anew from the other. Problems:
    // `key_store_missing`, `wrong_master_key`, `wrong_tenant`, `key_store_damaged` (neither copy
    // can be read), those of key_copy.
    static result<std::unique_ptr<key_store>> open(const key_paths& paths, std::string tenant,
                                                   master_key master);

    // Ids in the order of the requests; a key that is there already is given again. Durable in both
    // copies on return.
    result<std::vector<log::key_id>> make(std::span<const key_request> requests, instant now);

    // Problem `key_destroyed` (not_found) where there is none: what it sealed is gone for good.
    // `key_store_damaged` (corrupt) where the first copy broke while it was open.
    result<secret_key> find(const log::key_id& id) const;

    // One key made of all data keys that the owner has now; nothing when it has none. It is another
    // one as soon as a key is made or destroyed, so what it seals lives as long as all of them.
    result<std::optional<secret_key>> key_over(const log::stream_tag& owner) const;

    // Gone from both copies on return; what is gone already is no error.
    result<bool> destroy(std::span<const log::key_id> ids);

    // The data keys of one owner, without their secrets.
    result<std::vector<key_facts_row>> list_of(const log::stream_tag& owner) const;
    // Every data key, without its secret: for sweeping orphans and for the operations page.
    result<std::vector<key_facts_row>> list() const;

    // Wraps every key anew; from then on only `next` opens the store.
    result<bool> rotate(master_key next);

    // 32 bytes; equal for equal values of this tenant. `value` is normalised as
    // storage/formats/keys.md says.
    std::array<std::uint8_t, 32> lookup_hash(lookup_kind kind, std::string_view value) const;

    // Of the key that makes those hashes: another store has another one.
    const log::key_id& lookup_key() const { return lookup_id_; }

    const log::public_key& signing_key() const { return signing_public_; }
    log::signature sign(std::string_view text) const;

    const std::string& tenant() const { return tenant_; }

private:
    key_store(key_copy first, key_copy second, const key_paths& paths, std::string tenant,
              master_key master)
        : paths_(paths),
          readers_(paths.first),
          first_(std::move(first)),
          second_(std::move(second)),
          tenant_(std::move(tenant)),
          master_(std::move(master)) {}

    result<bool> load_own_keys();
    result<bool> level();  // brings the copy that is behind up to the other
    key_facts next_facts() const;
    result<secret_key> unwrap(const key_row& row) const;
    std::optional<log::key_id> cached(const key_request& request) const;
    key_row row_for(const log::stream_tag& owner, std::string_view key_class, const secret_key& key,
                    instant now) const;
    template <class Change>
    result<bool> change_both(const Change& change);

    key_paths paths_;

    // Changes are alone; a key is found and remembered while nothing changes, so that one which is
    // destroyed never comes back into memory.
    mutable std::shared_mutex changing_;
    mutable std::mutex mutex_;  // of the cache, held shortly
    mutable key_cache opened_;  // guarded by mutex_
    mutable key_readers readers_;
    key_copy first_;
    key_copy second_;
    std::string tenant_;
    master_key master_;
    secret_key lookup_;
    log::key_id lookup_id_{};
    secret_key signing_;
    log::public_key signing_public_{};
};

}  // namespace pykala::storage
