#include "storage/recompute/closure_laws.hpp"

namespace pykala::storage {
namespace {

// Compiled days kept at a time; cases are read in the order in which they came, so that their days
// lie close together.
constexpr std::size_t days_kept = 1'024;

}  // namespace

result<std::shared_ptr<const cases::procedure>> closure_laws::procedure(std::string_view right,
                                                                        const log::digest& hash) {
    const procedure_key key{std::string(right), hash};
    if (const auto known = procedures_.find(key); known != procedures_.end()) return known->second;
    const auto load = [&]() -> result<std::shared_ptr<const cases::procedure>> {
        PYKALA_TRY(const auto files, read_(hash));
        return load_procedure(files, right, hash);
    };
    return procedures_.emplace(key, load()).first->second;
}

result<std::shared_ptr<const cases::tenant_law>> closure_laws::law(const log::digest& hash,
                                                                   date day) {
    const day_key key{hash, day};
    if (const auto known = days_.find(key); known != days_.end()) return known->second;
    auto law = laws_.find(hash);
    if (law == laws_.end()) {
        const auto load = [&]() -> result<loaded_law> {
            PYKALA_TRY(const auto files, read_(hash));
            return load_law_closure(files, tenant_, hash);
        };
        law = laws_.emplace(hash, load()).first;
    }
    if (!law->second) return std::unexpected(law->second.error());
    if (days_.size() >= days_kept) days_.erase(days_.begin());
    return days_.emplace(key, law_on_day(*law->second, day)).first->second;
}

}  // namespace pykala::storage
