#include "engine/log/merkle.hpp"

#include <bit>

#include "engine/base/encoding.hpp"

namespace pykala::log {
namespace {

// Hash of the leaves [begin, end), where begin is a multiple of the largest power of two below end
// - begin.
digest range_hash(sha256_function sha256, const node_reader& read, std::uint64_t begin,
                  std::uint64_t end) {
    const std::uint64_t count = end - begin;
    if (std::has_single_bit(count)) {
        const auto level = static_cast<unsigned>(std::countr_zero(count));
        return read(level, begin >> level);
    }
    const std::uint64_t middle = begin + std::bit_floor(count);
    return node_hash(sha256, range_hash(sha256, read, begin, middle),
                     range_hash(sha256, read, middle, end));
}

}  // namespace

digest leaf_hash(sha256_function sha256, std::string_view leaf) {
    return sha256(std::string_view("\0", 1), leaf);
}

digest node_hash(sha256_function sha256, const digest& left, const digest& right) {
    std::array<std::uint8_t, 65> both{};
    both[0] = 1;
    std::copy(left.begin(), left.end(), both.begin() + 1);
    std::copy(right.begin(), right.end(), both.begin() + 33);
    return sha256({}, as_text(both));
}

digest tree_root(sha256_function sha256, std::span<const digest> leaves) {
    if (leaves.empty()) return sha256({}, {});
    return range_hash(
        sha256,
        [&](unsigned level, std::uint64_t index) {
            if (level == 0) return leaves[index];
            const auto part = leaves.subspan(index << level, std::size_t{1} << level);
            return node_hash(sha256, tree_root(sha256, part.first(part.size() / 2)),
                             tree_root(sha256, part.last(part.size() / 2)));
        },
        0, leaves.size());
}

void frontier::append(sha256_function sha256, const digest& leaf, std::vector<node>& completed) {
    node grown{0, size, leaf};
    completed.push_back(grown);
    // each trailing one-bit of the old size is a peak that the new leaf closes
    for (std::uint64_t rest = size; (rest & 1) != 0; rest >>= 1) {
        grown = {grown.level + 1, grown.index >> 1, node_hash(sha256, peaks.back(), grown.hash)};
        peaks.pop_back();
        completed.push_back(grown);
    }
    peaks.push_back(grown.hash);
    ++size;
}

digest frontier::root(sha256_function sha256) const {
    if (peaks.empty()) return sha256({}, {});
    digest out = peaks.back();
    for (std::size_t i = peaks.size() - 1; i-- > 0;) out = node_hash(sha256, peaks[i], out);
    return out;
}

frontier frontier_at(const node_reader& read, std::uint64_t size) {
    frontier out{size, {}};
    std::uint64_t begin = 0;
    for (std::uint64_t rest = size; rest != 0; rest -= std::bit_floor(rest)) {
        const auto level = static_cast<unsigned>(std::countr_zero(std::bit_floor(rest)));
        out.peaks.push_back(read(level, begin >> level));
        begin += std::bit_floor(rest);
    }
    return out;
}

digest root_at(sha256_function sha256, const node_reader& read, std::uint64_t size) {
    return frontier_at(read, size).root(sha256);
}

std::vector<digest> inclusion_proof(sha256_function sha256, const node_reader& read,
                                    std::uint64_t index, std::uint64_t size) {
    std::vector<digest> downwards;
    std::uint64_t begin = 0;
    std::uint64_t end = size;
    while (end - begin > 1) {
        const std::uint64_t middle = begin + std::bit_floor(end - begin - 1);
        if (index < middle) {
            downwards.push_back(range_hash(sha256, read, middle, end));
            end = middle;
        } else {
            downwards.push_back(range_hash(sha256, read, begin, middle));
            begin = middle;
        }
    }
    return {downwards.rbegin(), downwards.rend()};
}

std::vector<digest> consistency_proof(sha256_function sha256, const node_reader& read,
                                      std::uint64_t old_size, std::uint64_t size) {
    std::vector<digest> downwards;
    std::uint64_t begin = 0;
    std::uint64_t end = size;
    while (end != old_size) {
        const std::uint64_t middle = begin + std::bit_floor(end - begin - 1);
        if (old_size <= middle) {
            downwards.push_back(range_hash(sha256, read, middle, end));
            end = middle;
        } else {
            downwards.push_back(range_hash(sha256, read, begin, middle));
            begin = middle;
        }
    }
    // where the old tree is a whole subtree of the new one, the verifier knows its root already
    if (begin != 0) downwards.push_back(range_hash(sha256, read, begin, end));
    return {downwards.rbegin(), downwards.rend()};
}

bool verify_inclusion(sha256_function sha256, const digest& leaf, std::uint64_t index,
                      std::uint64_t size, std::span<const digest> proof, const digest& root) {
    if (index >= size) return false;
    std::uint64_t at = index;
    std::uint64_t last = size - 1;
    digest hash = leaf;
    for (const digest& step : proof) {
        if (last == 0) return false;
        if ((at & 1) != 0 || at == last) {
            hash = node_hash(sha256, step, hash);
            while ((at & 1) == 0 && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(sha256, hash, step);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && hash == root;
}

bool verify_consistency(sha256_function sha256, std::uint64_t old_size, std::uint64_t size,
                        const digest& old_root, const digest& root, std::span<const digest> proof) {
    if (old_size == 0 || old_size > size) return false;
    if (old_size == size) return proof.empty() && old_root == root;
    const bool whole_subtree = std::has_single_bit(old_size);
    if (!whole_subtree && proof.empty()) return false;
    digest old_hash = whole_subtree ? old_root : proof.front();
    digest hash = old_hash;
    std::uint64_t at = old_size - 1;
    std::uint64_t last = size - 1;
    while ((at & 1) != 0) {
        at >>= 1;
        last >>= 1;
    }
    for (const digest& step : proof.subspan(whole_subtree ? 0 : 1)) {
        if (last == 0) return false;
        if ((at & 1) != 0 || at == last) {
            old_hash = node_hash(sha256, step, old_hash);
            hash = node_hash(sha256, step, hash);
            while ((at & 1) == 0 && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(sha256, hash, step);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && old_hash == old_root && hash == root;
}

}  // namespace pykala::log
