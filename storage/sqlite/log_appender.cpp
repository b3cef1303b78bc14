#include <utility>

#include "storage/hash/sha256.hpp"
#include "storage/sqlite/log_tables.hpp"

namespace pykala::storage {

result<log_appender> log_appender::open(connection& db, std::int64_t origin) {
    PYKALA_TRY(log_reader reader, log_reader::open(db, origin));
    PYKALA_TRY(statement leaf, db.prepare("INSERT INTO log(origin, idx, event, stream, seq, body) "
                                          "VALUES(?, ?, ?, ?, ?, ?)"));
    PYKALA_TRY(statement node,
               db.prepare("INSERT INTO log_nodes(origin, level, idx, hash) VALUES(?, ?, ?, ?)"));
    return log_appender(std::move(reader), std::move(leaf), std::move(node), origin);
}

result<void> log_appender::begin() {
    waiting_.clear();
    PYKALA_TRY(const std::uint64_t size, reader_.size());
    if (edge_ && edge_->size == size) return {};
    PYKALA_TRY(edge_, reader_.frontier_at(size));
    return {};
}

result<void> log_appender::append(std::int64_t event, std::string_view leaf) {
    PYKALA_TRY(const log_leaf parts, parse_leaf(leaf));
    waiting_.push_back({event, parts, log::leaf_hash(sha256, leaf)});
    return {};
}

result<void> log_appender::flush() {
    std::vector<log::node> completed;
    for (const waiting_leaf& leaf : waiting_) {
        PYKALA_CHECK(put_leaf_.execute_with(
            origin_, std::int64_t(edge_->size), leaf.event, byte_view(leaf.parts.stream),
            std::int64_t(leaf.parts.seq), byte_view(leaf.parts.body)));
        edge_->append(sha256, leaf.hash, completed);
    }
    waiting_.clear();
    for (const log::node& n : completed)
        if (n.level >= tile_level)
            PYKALA_CHECK(put_node_.execute_with(origin_, std::int64_t(n.level),
                                                std::int64_t(n.index), byte_view(n.hash)));
    return {};
}

void log_appender::forget() {
    waiting_.clear();
    edge_.reset();
}

tree_head log_appender::head() const {
    if (!edge_) return {};
    return {edge_->size, edge_->root(sha256)};
}

}  // namespace pykala::storage
