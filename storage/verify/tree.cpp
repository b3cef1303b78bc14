#include "storage/verify/tree.hpp"

namespace pykala::storage::verify {
namespace {

constexpr std::string_view leaf_mark("\0", 1);
constexpr std::string_view node_mark("\1", 1);

// RFC 6962 section 2.1: the largest power of two below n, for n > 1.
std::uint64_t split_of(std::uint64_t n) {
    std::uint64_t k = 1;
    while (k * 2 < n) k *= 2;
    return k;
}

}  // namespace

hash256 growing_tree::join(const hash256& left, const hash256& right) {
    std::array<char, 65> both{};
    both[0] = node_mark[0];
    view(left).copy(both.data() + 1, 32);
    view(right).copy(both.data() + 33, 32);
    return hasher_.reset().add({both.data(), both.size()}).finish();
}

hash256 growing_tree::add(std::string_view leaf) {
    // one call for one message: on short leaves a second one costs as much as a block of the hash
    message_.assign(leaf_mark).append(leaf);
    const hash256 hash = hasher_.reset().add(message_).finish();
    add_hash(hash);
    return hash;
}

void growing_tree::add_hash(const hash256& leaf) {
    hash256 top = leaf;
    for (std::uint64_t full = size_; full % 2 == 1; full /= 2) {
        top = join(edge_.back(), top);
        edge_.pop_back();
    }
    edge_.push_back(top);
    size_ += 1;
}

hash256 growing_tree::root() {
    if (edge_.empty()) return hash_of("");
    hash256 top = edge_.back();
    for (auto left = edge_.rbegin() + 1; left != edge_.rend(); ++left) top = join(*left, top);
    return top;
}

hash256 leaf_hash_of(std::string_view leaf) {
    thread_local hasher one;
    return one.reset().add(leaf_mark).add(leaf).finish();
}

bool leads_to_root(const hash256& leaf, std::uint64_t index, std::uint64_t size,
                   std::span<const hash256> path, const hash256& root) {
    if (index >= size) return false;
    // from the root down: at each level, which half holds the leaf
    std::vector<bool> leaf_is_right;
    for (std::uint64_t at = index, n = size; n > 1;) {
        const std::uint64_t k = split_of(n);
        leaf_is_right.push_back(at >= k);
        n = at >= k ? n - k : k;
        at = at >= k ? at - k : at;
    }
    if (leaf_is_right.size() != path.size()) return false;
    thread_local hasher one;
    hash256 top = leaf;
    for (const hash256& sibling : path) {
        const bool right = leaf_is_right.back();
        leaf_is_right.pop_back();
        one.reset()
            .add(node_mark)
            .add(view(right ? sibling : top))
            .add(view(right ? top : sibling));
        top = one.finish();
    }
    return top == root;
}

hash256 root_of(std::span<const hash256> leaves) {
    growing_tree tree;
    for (const hash256& leaf : leaves) tree.add_hash(leaf);
    return tree.root();
}

}  // namespace pykala::storage::verify
