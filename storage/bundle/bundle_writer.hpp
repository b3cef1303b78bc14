// Writes an export bundle, line after line, for `pykala audit verify`. Bytes:
// storage/formats/bundle.md.
#pragma once

#include <functional>
#include <set>

#include "engine/log/checkpoint.hpp"

#include "storage/hash/sha256.hpp"
#include "storage/sealing/event_seal.hpp"

namespace pykala::storage {

enum class bundle_scope {
    one_case,      // `case`: the cases shown are complete
    whole_period,  // `period`: every event of the period is shown
    sample,        // some cases of a period, drawn by the auditor
};

// As the header says it: `case`, `period`, `sample`.
std::string_view name_of(bundle_scope scope);

struct bundle_header {
    std::string tenant;
    std::string origin;
    log::public_key key{};
    std::string checkpoint;           // the signed note; its size is the end of the period
    std::uint64_t from = 0;           // index of the first leaf of the period
    std::vector<log::digest> left{};  // peaks of log::frontier_at(read, from)
    bundle_scope scope = bundle_scope::one_case;
    instant exported_at{};
};

struct definition_file {
    std::string path;  // relative to the definitions folder
    std::string text;  // the exact bytes; UTF-8
};

// A closure of definitions that events of the bundle name; files in order of path.
struct definition_closure {
    log::closure_kind kind = log::closure_kind::procedure;
    std::vector<definition_file> files;
};

struct period_leaf {
    log::stream_tag stream{};
    std::uint64_t seq = 0;
    log::digest body_hash{};
};

struct bundle_event {
    std::uint64_t index = 0;
    log::stream_tag stream{};
    std::uint64_t seq = 0;
    value body;                      // log::body_json
    std::vector<read_field> fields;  // from open_event, or read_public_part
    std::vector<log::digest> proof;  // log::inclusion_proof at the size of the checkpoint
};

// Call in this order: header once, definitions once, leaves for the whole period, events by rising
// index, finish. Another order throws std::logic_error. Problems are those of canonical_json.
class bundle_writer {
public:
    using sink = std::function<void(std::string_view)>;
    using signer = std::function<log::signature(std::string_view)>;

    explicit bundle_writer(sink out) : out_(std::move(out)) {}

    result<bool> header(const bundle_header& header);
    result<bool> definitions(std::span<const definition_closure> closures);
    result<bool> leaves(std::span<const period_leaf> leaves);
    result<bool> event(const bundle_event& event);
    result<bool> finish(const signer& sign);

private:
    enum class phase { header, definitions, leaves, events, finished };

    result<bool> line(const value& v);
    void require_phase(phase wanted) const;

    sink out_;
    sha256_stream hash_;
    phase phase_ = phase::header;
    std::string origin_;
    log::public_key key_{};
    std::uint64_t next_leaf_ = 0;
    std::uint64_t next_event_ = 0;
};

}  // namespace pykala::storage
