// Keys that were unwrapped lately, so that reading a case costs one look into the key store and not
// one for each of its boxes. In memory only, wiped when they leave.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "storage/sealing/key_copy.hpp"
#include "storage/sealing/secret.hpp"

namespace pykala::storage {

// Not safe to use from several threads at once.
class key_cache {
public:
    // A copy; nothing when the key is not here.
    std::optional<secret_key> find(const log::key_id& id) const;
    std::optional<log::key_id> find(const log::stream_tag& owner, std::string_view key_class) const;
    void put(const key_row& row, secret_key key);
    // The key over all keys of an owner (key_store::key_over).
    std::optional<secret_key> over(const log::stream_tag& owner) const;
    void put_over(const log::stream_tag& owner, secret_key key);
    void forget_over(const log::stream_tag& owner);
    void forget_over();
    // What is destroyed may not stay behind here.
    void forget(const log::key_id& id);

    // Keys of about four thousand cases; then it begins anew.
    static constexpr std::size_t keys_max = 12'288;

private:
    struct tag_hash {  // tags and ids are random: any of their bytes will do
        std::size_t operator()(const std::array<std::uint8_t, 16>& tag) const {
            std::size_t out = 0;
            for (std::size_t i = 0; i < sizeof out; ++i) out = out << 8 | tag[i];
            return out;
        }
    };
    std::unordered_map<log::key_id, secret_key, tag_hash> keys_;
    std::unordered_map<log::stream_tag, std::map<std::string, log::key_id, std::less<>>, tag_hash>
        owners_;
    std::unordered_map<log::stream_tag, secret_key, tag_hash> over_;
};

}  // namespace pykala::storage
