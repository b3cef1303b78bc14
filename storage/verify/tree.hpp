// The tree of RFC 6962 as the verifier builds it again from leaves.
#pragma once

#include <span>
#include <vector>

#include "storage/verify/hash.hpp"

namespace pykala::storage::verify {

// A tree that leaves are added to, from the left; it remembers the complete subtrees of its right
// edge only.
class growing_tree {
public:
    growing_tree() = default;
    // Begins after `size` leaves, whose complete subtrees are `subtrees`, largest first: as many as
    // one-bits in `size`.
    growing_tree(std::uint64_t size, std::vector<hash256> subtrees)
        : size_(size), edge_(std::move(subtrees)) {}

    // Adds the leaf with these bytes and gives its hash.
    hash256 add(std::string_view leaf);
    void add_hash(const hash256& leaf);
    std::uint64_t size() const { return size_; }
    hash256 root();

private:
    hash256 join(const hash256& left, const hash256& right);

    hasher hasher_;
    std::string message_;
    std::uint64_t size_ = 0;
    std::vector<hash256> edge_;
};

hash256 leaf_hash_of(std::string_view leaf);

// Whether `path`, from the leaf upwards, leads from `leaf` at `index` to `root` of a tree with
// `size` leaves.
bool leads_to_root(const hash256& leaf, std::uint64_t index, std::uint64_t size,
                   std::span<const hash256> path, const hash256& root);

// The root over field leaves, in order.
hash256 root_of(std::span<const hash256> leaves);

}  // namespace pykala::storage::verify
