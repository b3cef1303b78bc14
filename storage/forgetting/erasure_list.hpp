// What was erased, so that a backup which is restored, Pykälä's own or a register's, does not bring
// it back. The list names no record: it holds keyed hashes of their ids, and whoever applies it
// hashes what is there. It is only ever added to. Shipped form: storage/formats/shipped.md.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/registers/register_port.hpp"

#include "storage/sealing/key_store.hpp"
#include "storage/sqlite/tenant_store.hpp"

namespace pykala::storage {

// A record of a register that is gone, unlinked or reduced, as the register confirmed.
struct erased_record {
    std::string record;  // id
    register_verb verb = register_verb::erase;
    review_reason decided = review_reason::none;  // as in record_change
    bool ordered = false;  // by a court or the authority: it goes before the holds
};

enum class erased_thing { record, removed_case };

struct erasure_entry {
    std::int64_t id = 0;  // from 1, without gaps that matter; 0: the next one
    erased_thing what = erased_thing::record;
    std::string hash;  // hex: 32 bytes of a record, the 16 of a case's stream
    std::string reg;   // of a record, as all that follows
    register_verb verb = register_verb::erase;
    review_reason decided = review_reason::none;
    bool ordered = false;
    std::string key{};  // hex, of the lookup key
    date on{};          // local day of the erasure

    friend bool operator==(const erasure_entry&, const erasure_entry&) = default;
};

// Inside a unit of the writer. The same thing erased the same day in the same way stands there
// once; an entry with an id keeps it, and is left out when that place is taken.
result<void> add_erasure(session& db, const erasure_entry& what);

// In order, those after this place.
result<std::vector<erasure_entry>> erasures_after(session& db, std::int64_t id, std::size_t limit);

// Durable on return. `reg` is the register that confirmed, `on` the day.
result<void> remember_erased(tenant_store& store, const key_store& keys, const std::string& reg,
                             std::span<const erased_record> records, date on);

// Of one register since a day (inclusive), by hash; of several entries of a record the last.
// Problem `erasures_of_another_key` (corrupt) where they cannot be compared with this key store.
result<std::map<std::string, erasure_entry>> erased_since(tenant_store& store,
                                                          const key_store& keys,
                                                          const std::string& reg, date since);

// One line of JSON without its end, and back. Problem `erasure_malformed` (corrupt).
std::string erasure_line(const erasure_entry& what);
result<erasure_entry> read_erasure_line(std::string_view line);

}  // namespace pykala::storage
