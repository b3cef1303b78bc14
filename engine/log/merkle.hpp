// The tree of the log: RFC 6962 section 2.1, proofs as verified by RFC 9162 sections 2.1.3.2
// and 2.1.4.2.
//
// Only perfect subtrees are stored, as nodes (level, index): node (0, i) is the hash of leaf i,
// node (l, i) covers the leaves [i·2^l, (i+1)·2^l). Every root and every proof, at every earlier
// size, is made of O(log size) of them.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/log/hash.hpp"

namespace pykala::log {

digest leaf_hash(sha256_function sha256, std::string_view leaf);
digest node_hash(sha256_function sha256, const digest& left, const digest& right);
// Over hashes of leaves; of none it is SHA-256 of nothing.
digest tree_root(sha256_function sha256, std::span<const digest> leaves);

struct node {
    unsigned level = 0;
    std::uint64_t index = 0;
    digest hash{};
};

// The right edge of a tree that grows: one hash for each one-bit of its size, largest subtree
// first.
struct frontier {
    std::uint64_t size = 0;
    std::vector<digest> peaks;

    // Appends one leaf; `completed` receives the leaf's own node and every subtree that it
    // completes.
    void append(sha256_function sha256, const digest& leaf, std::vector<node>& completed);
    digest root(sha256_function sha256) const;
};

// Gives the hash of a stored node; it is asked only for nodes that are complete at the size in
// question. May throw.
using node_reader = std::function<digest(unsigned level, std::uint64_t index)>;

// The frontier of the first `size` leaves: to go on appending, or as the `left` of a bundle.
frontier frontier_at(const node_reader& read, std::uint64_t size);
digest root_at(sha256_function sha256, const node_reader& read, std::uint64_t size);
// Audit path from leaf `index` (< size) to the root of the first `size` leaves, from the leaf
// upwards.
std::vector<digest> inclusion_proof(sha256_function sha256, const node_reader& read,
                                    std::uint64_t index, std::uint64_t size);
// Proof that the first `old_size` leaves are a prefix of the first `size`; 0 < old_size <= size.
std::vector<digest> consistency_proof(sha256_function sha256, const node_reader& read,
                                      std::uint64_t old_size, std::uint64_t size);

bool verify_inclusion(sha256_function sha256, const digest& leaf, std::uint64_t index,
                      std::uint64_t size, std::span<const digest> proof, const digest& root);
bool verify_consistency(sha256_function sha256, std::uint64_t old_size, std::uint64_t size,
                        const digest& old_root, const digest& root, std::span<const digest> proof);

}  // namespace pykala::log
