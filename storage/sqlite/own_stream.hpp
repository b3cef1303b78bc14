// Events of a tenant's own matters (destroyed keys, restores …), which are logged like those of
// cases. Forms: storage/formats/event_leaf.md.
#pragma once

#include "engine/desk/ports.hpp"

#include "storage/sealing/event_seal.hpp"
#include "storage/sealing/key_store.hpp"
#include "storage/sqlite/tenant_store.hpp"

namespace pykala::storage {

// One event of the tenant itself.
struct own_event {
    std::string of;                         // kind of stream: `keys`, `restore` …
    std::string kind;                       // what happened
    std::map<std::string, value> fields{};  // open: nothing in them is personal
    std::string role = "system";            // who acted
    std::map<std::string, value> facts{};   // who, and words: sealed as decision facts
};

// Appends events, all or none, each to the one stream of its kind, which begins with its first
// event. Durable on return.
result<void> append_own_events(tenant_store& store, std::vector<own_event> events,
                               desk::moment now);

// Runs inside a unit of the writer. `keys` are those of its stream, where it has facts.
result<void> append_own_event(session& db, log_appender& log, const std::string& tenant,
                              const own_event& what, desk::moment now, const event_keys& keys = {});

// The keys for facts of this kind of stream, which is begun where it is not there yet. Durable on
// return.
result<event_keys> keys_of_own_stream(tenant_store& store, key_store& keys, std::string_view of,
                                      instant now);

// Kind and open fields of every event of this stream, in order.
struct read_own_event {
    std::string kind;
    std::map<std::string, value> fields{};
};
result<std::vector<read_own_event>> read_own_events(session& db, std::string_view of);

}  // namespace pykala::storage
