#include "storage/sealing/key_cache.hpp"

namespace pykala::storage {

std::optional<secret_key> key_cache::find(const log::key_id& id) const {
    const auto found = keys_.find(id);
    if (found == keys_.end()) return std::nullopt;
    return found->second.copy();
}

std::optional<log::key_id> key_cache::find(const log::stream_tag& owner,
                                           std::string_view key_class) const {
    const auto owned = owners_.find(owner);
    if (owned == owners_.end()) return std::nullopt;
    const auto found = owned->second.find(key_class);
    if (found == owned->second.end() || !keys_.contains(found->second)) return std::nullopt;
    return found->second;
}

void key_cache::put(const key_row& row, secret_key key) {
    if (keys_.size() >= keys_max) {
        keys_.clear();
        owners_.clear();
    }
    keys_.insert_or_assign(row.id, std::move(key));
    owners_[row.owner].insert_or_assign(row.key_class, row.id);
}

std::optional<secret_key> key_cache::over(const log::stream_tag& owner) const {
    const auto found = over_.find(owner);
    if (found == over_.end()) return std::nullopt;
    return found->second.copy();
}

void key_cache::put_over(const log::stream_tag& owner, secret_key key) {
    if (over_.size() >= keys_max) over_.clear();
    over_.insert_or_assign(owner, std::move(key));
}

void key_cache::forget_over(const log::stream_tag& owner) {
    over_.erase(owner);
}

void key_cache::forget_over() {
    over_.clear();
}

void key_cache::forget(const log::key_id& id) {
    keys_.erase(id);
}

}  // namespace pykala::storage
