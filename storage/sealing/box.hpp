// Sealed boxes and wrapped keys: bytes bound to their place. Bytes: storage/formats/sealed.md,
// keys.md.
#pragma once

#include "engine/base/result.hpp"
#include "engine/log/event_leaf.hpp"

#include "storage/sealing/master_key.hpp"
#include "storage/sealing/secret.hpp"

namespace pykala::storage {

// What a box holds: the fields of an event, or something to be done because of it.
enum class box_use { fields, intent };

// Where a box belongs; it opens nowhere else.
struct box_place {
    std::string_view tenant;
    log::stream_tag stream{};
    std::uint64_t seq = 0;
    log::data_class of = log::data_class::content;
    box_use use = box_use::fields;
};

std::string seal_box(const secret_key& key, const log::key_id& id, const box_place& place,
                     std::string_view plain);

// The key that a box names. Problem `box_malformed`.
result<log::key_id> key_of_box(std::string_view box);
// Problems: `box_malformed` (too short, unknown algorithm), `box_damaged` (bytes, key or place are
// not those sealed).
result<secret_text> open_box(const secret_key& key, const box_place& place, std::string_view box);

std::string wrap_key(const master_key& master, std::string_view tenant, const log::key_id& id,
                     std::string_view key_class, const secret_key& key);
// Problems: `wrong_master_key` (wrapped by another), `key_damaged`.
result<secret_key> unwrap_key(const master_key& master, std::string_view tenant,
                              const log::key_id& id, std::string_view key_class,
                              std::string_view wrapped);

}  // namespace pykala::storage
