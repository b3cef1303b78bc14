// A small log of three cases and the tenant's keys, and a bundle of it: for tests of export and
// verification.
#pragma once

#include <functional>
#include <map>

#include "engine/log/merkle.hpp"

#include "storage/bundle/bundle_writer.hpp"
#include "storage/sealing/sodium.hpp"

namespace pykala::tests {

struct logged_event {
    log::stream_tag stream{};
    std::uint64_t seq = 0;
    desk::sealed_event sealed;
    log::digest body_hash{};
};

// An in-memory log that seals events with keys of its own.
class sample_log {
public:
    sample_log();

    void add(const log::stream_tag& stream, log::event_body body,
             std::vector<storage::event_field> fields);
    void destroy_key(const log::stream_tag& stream,
                     log::data_class of);  // and logs that it is done

    std::string checkpoint(std::uint64_t size) const;
    std::string verifier_key() const;
    log::node_reader reader() const;
    // The event as a bundle shows it; content is masked unless its key is destroyed.
    storage::bundle_event shown(std::uint64_t index, std::uint64_t size) const;

    // The whole bundle of the period [from, end) with the events that `shows` chooses.
    std::string bundle(storage::bundle_scope scope, std::uint64_t from,
                       const std::function<bool(std::uint64_t)>& shows) const;
    // The same bytes with another last line: what somebody with the signing key would make of
    // changed lines.
    std::string sealed_again(const std::vector<std::string>& lines) const;

    static constexpr const char* tenant = "kuopio";
    static constexpr const char* origin = "tietopyynnot.example/kuopio/log/1";

    storage::secret_key seed;
    std::vector<logged_event> events;
    std::vector<storage::definition_closure> closures;
    std::map<std::pair<unsigned, std::uint64_t>, log::digest> nodes;
    log::frontier edge;

private:
    storage::event_keys keys_of(const log::stream_tag& stream) const;
    std::map<log::stream_tag, std::uint64_t> next_seq_;
    std::vector<log::key_id> destroyed_;
};

// Case a (4 events, one key destroyed), case b (2), case c (1), and the keys stream, interleaved: 8
// leaves. Case a has the leaves 0, 2, 4 and 5; the destroyed key is at 6.
const sample_log& sample();

}  // namespace pykala::tests
