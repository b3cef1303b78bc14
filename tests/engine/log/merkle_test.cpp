// Protects the tree of the log: a proof that holds for anything else than what was logged makes the
// log worthless. Compares every small tree with the recursive definition of RFC 6962 2.1 and with
// the Certificate Transparency vectors.
#include "engine/log/merkle.hpp"

#include <map>

#include <doctest/doctest.h>

#include "engine/base/encoding.hpp"

#include "storage/hash/sha256.hpp"

using namespace pykala;
using namespace pykala::log;
using storage::sha256;

namespace {

// RFC 6962 2.1 word for word.
digest naive_root(std::span<const digest> d) {
    if (d.empty()) return sha256({}, {});
    if (d.size() == 1) return d[0];
    std::size_t k = 1;
    while (k * 2 < d.size()) k *= 2;
    return node_hash(sha256, naive_root(d.first(k)), naive_root(d.subspan(k)));
}

// RFC 6962 2.1.1 word for word.
std::vector<digest> naive_path(std::size_t m, std::span<const digest> d) {
    if (d.size() <= 1) return {};
    std::size_t k = 1;
    while (k * 2 < d.size()) k *= 2;
    auto path = m < k ? naive_path(m, d.first(k)) : naive_path(m - k, d.subspan(k));
    path.push_back(m < k ? naive_root(d.subspan(k)) : naive_root(d.first(k)));
    return path;
}

// RFC 6962 2.1.2 word for word.
std::vector<digest> naive_subproof(std::size_t m, std::span<const digest> d, bool known) {
    if (m == d.size()) return known ? std::vector<digest>{} : std::vector<digest>{naive_root(d)};
    std::size_t k = 1;
    while (k * 2 < d.size()) k *= 2;
    auto proof =
        m <= k ? naive_subproof(m, d.first(k), known) : naive_subproof(m - k, d.subspan(k), false);
    proof.push_back(m <= k ? naive_root(d.subspan(k)) : naive_root(d.first(k)));
    return proof;
}

struct grown_tree {
    std::vector<digest> leaves;
    std::map<std::pair<unsigned, std::uint64_t>, digest> nodes;
    frontier edge;
    node_reader read = [this](unsigned level, std::uint64_t index) {
        return nodes.at({level, index});
    };

    void add(std::string_view data) {
        leaves.push_back(leaf_hash(sha256, data));
        std::vector<node> completed;
        edge.append(sha256, leaves.back(), completed);
        for (const node& n : completed)
            CHECK(nodes.emplace(std::pair(n.level, n.index), n.hash).second);
    }
};

digest flipped(digest d) {
    d[7] ^= 0x10;
    return d;
}

}  // namespace

TEST_SUITE("engine/log/merkle") {
    TEST_CASE("tree: gives the roots of the Certificate Transparency vectors [RFC 6962 2.1]") {
        const char* data[] = {"",
                              "00",
                              "10",
                              "2021",
                              "3031",
                              "40414243",
                              "5051525354555657",
                              "606162636465666768696a6b6c6d6e6f"};
        const char* roots[] = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                               "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                               "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                               "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                               "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                               "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                               "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                               "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                               "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
        grown_tree tree;
        for (std::size_t n = 0; n <= 8; ++n) {
            CHECK(to_hex(tree.edge.root(sha256)) == roots[n]);
            CHECK(to_hex(tree_root(sha256, tree.leaves)) == roots[n]);
            if (n == 8) break;
            std::string bytes(std::string_view(data[n]).size() / 2, '\0');
            std::vector<std::uint8_t> raw(bytes.size());
            REQUIRE(from_hex(data[n], raw));
            tree.add(as_text(raw));
        }
    }
    TEST_CASE("tree: roots and proofs at every earlier size are those of the definition") {
        grown_tree tree;
        for (std::size_t n = 1; n <= 70; ++n) {
            tree.add(std::to_string(n * 7919));
            REQUIRE(tree.edge.root(sha256) == naive_root(tree.leaves));
        }
        const std::span<const digest> all(tree.leaves);
        for (std::size_t size = 1; size <= all.size(); ++size) {
            const auto part = all.first(size);
            const digest root = naive_root(part);
            REQUIRE(root_at(sha256, tree.read, size) == root);
            for (std::size_t i = 0; i < size; ++i) {
                const auto proof = inclusion_proof(sha256, tree.read, i, size);
                REQUIRE(proof == naive_path(i, part));
                REQUIRE(verify_inclusion(sha256, part[i], i, size, proof, root));
            }
            for (std::size_t old = 1; old <= size; ++old) {
                const auto proof = consistency_proof(sha256, tree.read, old, size);
                REQUIRE(proof == naive_subproof(old, part, true));
                REQUIRE(
                    verify_consistency(sha256, old, size, naive_root(all.first(old)), root, proof));
            }
        }
    }
    TEST_CASE("proofs: hold for nothing else") {
        grown_tree tree;
        for (int i = 0; i < 33; ++i) tree.add(std::to_string(i));
        for (std::size_t size : {1U, 2U, 7U, 8U, 21U, 32U, 33U}) {
            const digest root = root_at(sha256, tree.read, size);
            for (std::size_t i = 0; i < size; ++i) {
                auto proof = inclusion_proof(sha256, tree.read, i, size);
                const digest leaf = tree.leaves[i];
                CHECK(!verify_inclusion(sha256, flipped(leaf), i, size, proof, root));
                CHECK(!verify_inclusion(sha256, leaf, i, size, proof, flipped(root)));
                CHECK(!verify_inclusion(sha256, leaf, size, size, proof, root));
                for (std::size_t other = 0; other < size; ++other)
                    if (other != i)
                        CHECK(!verify_inclusion(sha256, leaf, other, size, proof, root));
                for (auto& step : proof) {
                    step = flipped(step);
                    CHECK(!verify_inclusion(sha256, leaf, i, size, proof, root));
                    step = flipped(step);
                }
                proof.push_back(leaf);
                CHECK(!verify_inclusion(sha256, leaf, i, size, proof, root));
            }
            for (std::size_t old = 1; old < size; ++old) {
                auto proof = consistency_proof(sha256, tree.read, old, size);
                const digest old_root = root_at(sha256, tree.read, old);
                CHECK(!verify_consistency(sha256, old, size, flipped(old_root), root, proof));
                CHECK(!verify_consistency(sha256, old, size, old_root, flipped(root), proof));
                for (auto& step : proof) {
                    step = flipped(step);
                    CHECK(!verify_consistency(sha256, old, size, old_root, root, proof));
                    step = flipped(step);
                }
                proof.pop_back();
                CHECK(!verify_consistency(sha256, old, size, old_root, root, proof));
            }
            CHECK(!verify_consistency(sha256, 0, size, root, root, {}));
            CHECK(!verify_consistency(sha256, size + 1, size, root, root, {}));
        }
    }
    TEST_CASE("frontier: goes on from a stored size as if it had never stopped") {
        grown_tree tree;
        for (int i = 0; i < 45; ++i) tree.add(std::to_string(i));
        for (std::uint64_t size = 0; size <= 45; ++size) {
            frontier edge = frontier_at(tree.read, size);
            std::vector<node> completed;
            for (std::uint64_t i = size; i < 45; ++i)
                edge.append(sha256, tree.leaves[i], completed);
            CHECK(edge.root(sha256) == tree.edge.root(sha256));
            CHECK(edge.peaks == tree.edge.peaks);
        }
    }
}
