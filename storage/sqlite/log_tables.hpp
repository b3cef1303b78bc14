// The log of a tenant in its database: leaves, the whole subtrees above them, checkpoints. The
// writer appends; readers compute roots and proofs from what is stored. Tables: schema/v1_log.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/log/merkle.hpp"

#include "storage/sqlite/connection.hpp"

namespace pykala::storage {

// Subtrees below this level are not stored: they are computed from the leaves of one tile.
inline constexpr unsigned tile_level = 8;

struct log_leaf {
    log::stream_tag stream{};
    std::uint64_t seq = 0;
    log::digest body{};  // SHA-256 of the event's body
};

// Reads a leaf as engine/log writes it. Problem `leaf_malformed` (corrupt).
result<log_leaf> parse_leaf(std::string_view leaf);

struct tree_head {
    std::uint64_t size = 0;
    log::digest root{};

    friend bool operator==(const tree_head&, const tree_head&) = default;
};

// One log as its tables hold it at the moment of each call; wrap calls in a transaction for a
// consistent view. Problem `log_broken` (corrupt) where a leaf or a node lacks.
class log_reader {
public:
    static result<log_reader> open(connection& db, std::int64_t origin);

    result<std::uint64_t> size();
    result<std::vector<log_leaf>> leaves(std::uint64_t begin, std::uint64_t end);
    // Index of the leaf of an event (rowid), nothing when it has none in this log.
    result<std::optional<std::uint64_t>> index_of(std::int64_t event);
    result<log::frontier> frontier_at(std::uint64_t size);
    result<tree_head> head_at(std::uint64_t size);
    result<std::vector<log::digest>> inclusion_proof(std::uint64_t index, std::uint64_t size);
    result<std::vector<log::digest>> consistency_proof(std::uint64_t old_size, std::uint64_t size);
    // The root of all leaves computed without any stored node, and every stored node compared on
    // the way. Problem `log_broken`.
    result<tree_head> recompute();

private:
    log_reader(statement count, statement range, statement node, statement of_event,
               std::int64_t origin)
        : count_(std::move(count)),
          range_(std::move(range)),
          node_(std::move(node)),
          of_event_(std::move(of_event)),
          origin_(origin) {}

    log::digest node_at(unsigned level, std::uint64_t index);  // throws problem_fault
    log::digest stored_node(unsigned level, std::uint64_t index);
    const std::vector<log::digest>& tile(std::uint64_t number);

    statement count_, range_, node_, of_event_;
    std::int64_t origin_;
    std::optional<std::uint64_t> tile_number_{};  // the tile kept from the call before
    std::vector<log::digest> tile_hashes_{};
};

// Appends on behalf of the writer, inside its transaction. What was not yet flushed can be taken
// back; after a rollback of the transaction the head is read again.
class log_appender {
public:
    static result<log_appender> open(connection& db, std::int64_t origin);

    // At the begin of a transaction: the head as the tables have it now.
    result<void> begin();
    // The leaf of an event that stands in the tables already.
    result<void> append(std::int64_t event, std::string_view leaf);
    std::size_t mark() const { return waiting_.size(); }
    void take_back(std::size_t mark) { waiting_.resize(mark); }
    // Writes leaves and nodes: the last thing before the commit.
    result<void> flush();
    // The transaction was rolled back: what was flushed is gone.
    void forget();

    tree_head head() const;

private:
    struct waiting_leaf {
        std::int64_t event;
        log_leaf parts;
        log::digest hash;
    };
    log_appender(log_reader reader, statement put_leaf, statement put_node, std::int64_t origin)
        : reader_(std::move(reader)),
          put_leaf_(std::move(put_leaf)),
          put_node_(std::move(put_node)),
          origin_(origin) {}

    log_reader reader_;
    statement put_leaf_, put_node_;
    std::int64_t origin_;
    std::optional<log::frontier> edge_{};  // nothing: to be read again
    std::vector<waiting_leaf> waiting_{};
};

}  // namespace pykala::storage
