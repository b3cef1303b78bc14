// What an event commits to. The bytes are fixed by storage/formats/event_leaf.md and never change.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/log/canonical_json.hpp"
#include "engine/log/hash.hpp"
#include "engine/time/date.hpp"

namespace pykala::log {

// Under which key a value is sealed. The names, not the numbers, are in the leaf; neither may
// change.
enum class data_class {
    package = 1,           // what was collected and handed out
    content = 2,           // letters, messages, free text
    decision_facts = 3,    // dates, records with outcome, grounds: what re-computation needs
    deferred_erasure = 4,  // which record falls on which day
    open = 5,              // not personal data: not sealed, key id empty
};
std::string_view to_string(data_class c);
std::optional<data_class> parse_data_class(std::string_view name);

using salt = std::array<std::uint8_t, 32>;
using key_id = std::array<std::uint8_t, 16>;

// The public part of a field; it stays when the value is shredded.
struct field_commitment {
    std::string name;  // [a-z][a-z0-9_]{0,63}
    data_class of = data_class::open;
    std::optional<key_id> key{};  // none for `open`
    digest commitment{};
};

// The public part of an event: no personal data, no case id.
struct event_body {
    std::string of = "case";  // kind of stream
    std::string kind;
    std::string actor;  // role of the contract
    instant at{};
    date on{};                          // local day, Europe/Helsinki, computed at the door
    std::optional<digest> procedure{};  // closure pinned when the case opened
    std::optional<digest> law{};        // closure of the day of assessment
    std::size_t field_count = 0;
    digest fields_root{};
};

inline constexpr std::size_t leaf_bytes_max = 65'535;
inline constexpr std::size_t fields_max = 1'024;

bool is_vocabulary_name(std::string_view name);  // [a-z][a-z0-9_]{0,63}

// Problems of `canonical_json`.
result<digest> commit(sha256_function sha256, const salt& salt, const value& v);

// Canonical JSON of a field, whose name is a vocabulary name.
std::string field_text(const field_commitment& field);

// Root over the fields, which must stand in order of name. Problems: `field_name`, `field_order`,
// `too_many_fields`.
result<digest> fields_root(sha256_function sha256, std::span<const field_commitment> fields);

value body_json(const event_body& body);
// Its canonical bytes. Problems: `field_name` (kind, stream kind or role is no vocabulary name).
result<std::string> write_body(const event_body& body);
std::string write_leaf(const stream_tag& stream, std::uint64_t seq, const digest& body_hash);

// Hash of a closure of definitions: `files` as (path, SHA-256 of the exact bytes), in order of
// path.
struct closure_file {
    std::string path;
    digest sha256{};
};
enum class closure_kind { procedure, law };
result<digest> closure_hash(sha256_function sha256, closure_kind kind,
                            std::span<const closure_file> files);
value closure_json(closure_kind kind, std::span<const closure_file> files);

}  // namespace pykala::log
