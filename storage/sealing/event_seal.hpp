// From the fields of an event to what is stored and logged of it, and back.
#pragma once

#include <functional>
#include <map>

#include "engine/desk/ports.hpp"

#include "storage/sealing/box.hpp"

namespace pykala::storage {

struct event_field {
    std::string name;  // vocabulary name, unique in the event
    log::data_class of = log::data_class::open;
    value held;
};

// Keys that an event is sealed with, by class. They must be durable already.
struct event_key {
    log::key_id id{};
    secret_key key;
};
using event_keys = std::map<log::data_class, event_key>;

// Seals one event. `body` needs no field_count and fields_root; they are filled in. Problems:
// `no_key` (a class without a key), those of log::fields_root and canonical_json.
result<desk::sealed_event> seal_event(std::string_view tenant, const log::stream_tag& stream,
                                      std::uint64_t seq, log::event_body body,
                                      std::vector<event_field> fields, const event_keys& keys);

enum class field_state {
    opened,
    masked,    // the reader did not ask for its class
    shredded,  // its key is destroyed
};

struct read_field {
    log::field_commitment commitment;
    field_state state = field_state::masked;
    log::salt salt{};  // when opened
    value held{};
};

struct read_event {
    log::event_body body;
    log::digest body_hash{};  // of its canonical JSON as it was read; the leaf holds it
    std::vector<read_field> fields;
};

// Finds a key by its id; problem `key_destroyed` when it is gone.
using key_finder = std::function<result<secret_key>(const log::key_id&)>;

// The public part alone: every field that is not `open` is masked. Problem `event_malformed`.
result<read_event> read_public_part(std::string_view public_part);

// Opens the boxes whose class `may_open` allows. Every opened value is checked against its
// commitment. Problems: `event_malformed`, `box_damaged`, `commitment_broken`, those of the finder
// except `key_destroyed`.
result<read_event> open_event(std::string_view tenant, const log::stream_tag& stream,
                              std::uint64_t seq, std::string_view public_part,
                              std::span<const desk::sealed_box> boxes, const key_finder& find_key,
                              const std::function<bool(log::data_class)>& may_open);

}  // namespace pykala::storage
