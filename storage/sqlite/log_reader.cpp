#include <stdexcept>

#include "engine/base/encoding.hpp"
#include "engine/log/event_leaf.hpp"

#include "storage/hash/sha256.hpp"
#include "storage/sqlite/log_tables.hpp"

namespace pykala::storage {
namespace {

problem broken(std::string detail) {
    return {problem_kind::corrupt,
            "log_broken",
            std::move(detail),
            "restore the database from a backup",
            {}};
}

// Carries a problem through engine/log, which asks for nodes by a function that cannot fail.
struct problem_fault : std::runtime_error {
    explicit problem_fault(problem p) : std::runtime_error(p.detail), what_failed(std::move(p)) {}
    problem what_failed;
};

template <class Work>
auto caught(const Work& work) -> result<decltype(work())> {
    try {
        return work();
    } catch (problem_fault& fault) {
        return std::unexpected(std::move(fault.what_failed));
    }
}

template <std::size_t N>
std::array<std::uint8_t, N> bytes_of(byte_view blob) {
    if (blob.size() != N) throw problem_fault(broken("a hash of the log has another length"));
    std::array<std::uint8_t, N> out;
    std::copy(blob.begin(), blob.end(), out.begin());
    return out;
}

log::digest hash_of(const log_leaf& leaf) {
    return log::leaf_hash(sha256, log::write_leaf(leaf.stream, leaf.seq, leaf.body));
}

bool step(statement& s) {
    auto there = s.step();
    if (!there) throw problem_fault(std::move(there).error());
    return *there;
}

}  // namespace

result<log_leaf> parse_leaf(std::string_view leaf) {
    log_leaf out;
    constexpr std::string_view to_body = R"({"body":")";
    constexpr std::string_view to_seq = R"(","seq":)";
    constexpr std::string_view to_stream = R"(,"stream":")";
    const std::size_t seq_at = to_body.size() + 64 + to_seq.size();
    const std::size_t stream_at = leaf.find(to_stream);
    bool good = stream_at != leaf.npos && stream_at > seq_at &&
                from_hex(leaf.substr(to_body.size(), 64), out.body) &&
                from_hex(leaf.substr(stream_at + to_stream.size(), 32), out.stream);
    for (std::size_t i = seq_at; good && i < stream_at; ++i) {
        good = leaf[i] >= '0' && leaf[i] <= '9';
        out.seq = out.seq * 10 + std::uint64_t(leaf[i] - '0');
    }
    // Written again it must give the same bytes, or the log would prove something else.
    if (!good || log::write_leaf(out.stream, out.seq, out.body) != leaf)
        return fail(problem_kind::corrupt, "leaf_malformed",
                    "the leaf of an event is not in its canonical form");
    return out;
}

result<log_reader> log_reader::open(connection& db, std::int64_t origin) {
    PYKALA_TRY(statement count,
               db.prepare("SELECT coalesce(max(idx) + 1, 0) FROM log WHERE origin = ?"));
    PYKALA_TRY(statement range, db.prepare("SELECT stream, seq, body FROM log WHERE origin = ? "
                                           "AND idx >= ? AND idx < ? ORDER BY idx"));
    PYKALA_TRY(statement node,
               db.prepare("SELECT hash FROM log_nodes WHERE origin = ? AND level = ? AND idx = ?"));
    PYKALA_TRY(statement of_event,
               db.prepare("SELECT idx FROM log WHERE event = ? AND origin = ?"));
    return log_reader(std::move(count), std::move(range), std::move(node), std::move(of_event),
                      origin);
}

result<std::uint64_t> log_reader::size() {
    count_.bind_all(origin_);
    PYKALA_CHECK(count_.step());
    const auto size = std::uint64_t(count_.integer(0));
    count_.reset();
    return size;
}

result<std::vector<log_leaf>> log_reader::leaves(std::uint64_t begin, std::uint64_t end) {
    return caught([&] {
        std::vector<log_leaf> out;
        range_.bind_all(origin_, std::int64_t(begin), std::int64_t(end));
        while (step(range_))
            out.push_back({bytes_of<16>(range_.blob(0)), std::uint64_t(range_.integer(1)),
                           bytes_of<32>(range_.blob(2))});
        range_.reset();
        if (out.size() != end - begin) throw problem_fault(broken("leaves of the log are missing"));
        return out;
    });
}

result<std::optional<std::uint64_t>> log_reader::index_of(std::int64_t event) {
    of_event_.bind_all(event, origin_);
    PYKALA_TRY(const bool there, of_event_.step());
    std::optional<std::uint64_t> out;
    if (there) out = std::uint64_t(of_event_.integer(0));
    of_event_.reset();
    return out;
}

const std::vector<log::digest>& log_reader::tile(std::uint64_t number) {
    const std::uint64_t begin = number << tile_level;
    auto size_now = size();
    if (!size_now) throw problem_fault(std::move(size_now).error());
    const std::uint64_t end = std::min(*size_now, begin + (1U << tile_level));
    if (tile_number_ == number && tile_hashes_.size() == end - begin) return tile_hashes_;
    auto read = leaves(begin, end);
    if (!read) throw problem_fault(std::move(read).error());
    tile_hashes_.clear();
    for (const log_leaf& leaf : *read) tile_hashes_.push_back(hash_of(leaf));
    tile_number_ = number;
    return tile_hashes_;
}

log::digest log_reader::stored_node(unsigned level, std::uint64_t index) {
    node_.bind_all(origin_, std::int64_t(level), std::int64_t(index));
    if (!step(node_)) throw problem_fault(broken("a subtree of the log is missing"));
    const auto hash = bytes_of<32>(node_.blob(0));
    node_.reset();
    return hash;
}

log::digest log_reader::node_at(unsigned level, std::uint64_t index) {
    if (level >= tile_level) return stored_node(level, index);
    const std::uint64_t begin = index << level;
    const auto& hashes = tile(begin >> tile_level);
    const std::uint64_t within = begin & ((1U << tile_level) - 1);
    if (within + (1U << level) > hashes.size())
        throw problem_fault(broken("leaves of the log are missing"));
    return log::tree_root(sha256, std::span(hashes).subspan(within, std::size_t{1} << level));
}

result<log::frontier> log_reader::frontier_at(std::uint64_t size) {
    return caught([&] {
        return log::frontier_at([this](unsigned l, std::uint64_t i) { return node_at(l, i); },
                                size);
    });
}

result<tree_head> log_reader::head_at(std::uint64_t size) {
    PYKALA_TRY(const log::frontier edge, frontier_at(size));
    return tree_head{size, edge.root(sha256)};
}

result<std::vector<log::digest>> log_reader::inclusion_proof(std::uint64_t index,
                                                             std::uint64_t size) {
    return caught([&] {
        return log::inclusion_proof(
            sha256, [this](unsigned l, std::uint64_t i) { return node_at(l, i); }, index, size);
    });
}

result<std::vector<log::digest>> log_reader::consistency_proof(std::uint64_t old_size,
                                                               std::uint64_t size) {
    return caught([&] {
        return log::consistency_proof(
            sha256, [this](unsigned l, std::uint64_t i) { return node_at(l, i); }, old_size, size);
    });
}

result<tree_head> log_reader::recompute() {
    PYKALA_TRY(const std::uint64_t all, size());
    return caught([&] {
        log::frontier edge;
        std::vector<log::node> completed;
        for (std::uint64_t begin = 0; begin < all; begin += 4096) {
            auto part = leaves(begin, std::min(all, begin + 4096));
            if (!part) throw problem_fault(std::move(part).error());
            for (const log_leaf& leaf : *part) edge.append(sha256, hash_of(leaf), completed);
            for (const log::node& n : completed)
                if (n.level >= tile_level && stored_node(n.level, n.index) != n.hash)
                    throw problem_fault(broken("a subtree of the log is not that of its leaves"));
            completed.clear();
        }
        return tree_head{all, edge.root(sha256)};
    });
}

}  // namespace pykala::storage
