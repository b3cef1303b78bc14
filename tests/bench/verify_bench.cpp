// How fast the verifier builds the tree of a bundle again from its leaves, beside the bare hashes
// of the same lengths.
#include <algorithm>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "storage/verify/tree.hpp"
#include "tests/bench/bench.hpp"

namespace pykala::bench {
namespace {

using storage::verify::growing_tree;

constexpr int rounds = 3;  // the best of each: other work on the machine only ever slows down

std::vector<std::string> make_leaves(std::uint64_t count) {
    std::vector<std::string> leaves;
    leaves.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i)
        leaves.push_back(fmt::format(R"({{"body":"{:064x}","seq":{},"stream":"{:032x}","v":1}})",
                                     i * 0x9E3779B97F4A7C15U, i % 8, i / 8));
    return leaves;
}

// The same number of messages of the same lengths, one after another, without a tree.
void hash_bare(const std::vector<std::string>& leaves) {
    EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    std::string message;
    unsigned char out[32];
    int held = 1;
    const auto one = [&](const char* data, std::size_t size) {
        held &= EVP_DigestInit_ex2(context, method, nullptr) &
                EVP_DigestUpdate(context, data, size) & EVP_DigestFinal_ex(context, out, nullptr);
    };
    message.resize(1);
    for (const std::string& leaf : leaves) {
        message.resize(1);
        message += leaf;
        one(message.data(), message.size());
    }
    const std::string node(65, '\1');
    for (std::size_t i = 1; i < leaves.size(); ++i) one(node.data(), node.size());
    EVP_MD_CTX_free(context);
    EVP_MD_free(method);
    if (held != 1) throw std::runtime_error("SHA-256 failed");
}

measurement measure_verify(std::uint64_t size) {
    const std::vector<std::string> leaves = make_leaves(size);
    double bytes = 65.0 * static_cast<double>(size - 1);
    for (const std::string& leaf : leaves) bytes += static_cast<double>(leaf.size() + 1);
    double tree_seconds = 1e9;
    double bare_seconds = 1e9;
    std::string unused_root;
    for (int round = 0; round < rounds; ++round) {
        bare_seconds = std::min(bare_seconds, seconds_of([&] { hash_bare(leaves); }));
        tree_seconds = std::min(tree_seconds, seconds_of([&] {
                                    growing_tree tree;
                                    for (const std::string& leaf : leaves) tree.add(leaf);
                                    unused_root = storage::verify::view(tree.root());
                                }));
    }
    const double value = bytes / 1e6 / tree_seconds;
    const double floor = bytes / 1e6 / bare_seconds;
    return {size, value, "MB/s", "evp-prefetched-loop", floor, value / floor};
}

const registration verify_bench{"verify", 1'000'000, measure_verify};

}  // namespace
}  // namespace pykala::bench
