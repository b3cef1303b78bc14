// The definitions of one tenant as the desk needs them: read once at start, kept in the tenant's
// database by hash, and read back from there for cases that are pinned to older ones.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "engine/desk/ports.hpp"
#include "engine/load/source_text.hpp"

#include "storage/sqlite/tenant_store.hpp"

namespace pykala::api {

// What all tenants of a server share.
struct definition_texts {
    source_texts workflows, policies;
};

// From the folder of definitions; problems of find_definitions, read_definitions and
// `broken_definitions`.
result<std::shared_ptr<const definition_texts>> read_all_definitions(std::string_view asked);

class standing_law final : public desk::definitions {
public:
    // Keeps the closures in use. Problems: `broken_definitions`, `unknown_tenant`, those of the
    // store.
    static result<std::unique_ptr<standing_law>> open(const definition_texts& texts,
                                                      const std::string& tenant,
                                                      storage::tenant_store& store);

    result<std::shared_ptr<const cases::procedure>> current(std::string_view right) override;
    result<std::shared_ptr<const cases::procedure>> pinned(std::string_view right,
                                                           const log::digest& hash) override;
    result<std::shared_ptr<const cases::tenant_law>> law_on(date day) override;

    const policy_set& rules() const { return *rules_; }
    const pack& own() const { return rules_->packs.at(tenant_); }

private:
    standing_law(std::string tenant, storage::tenant_store& store)
        : tenant_(std::move(tenant)), store_(store) {}

    std::string tenant_;
    storage::tenant_store& store_;
    std::shared_ptr<const policy_set> rules_;
    std::shared_ptr<const calendar> days_;
    log::digest law_hash_{};
    std::map<std::string, std::shared_ptr<const cases::procedure>, std::less<>> current_;
    std::mutex mutex_;
    std::map<log::digest, std::shared_ptr<const cases::procedure>> older_;  // guarded
    std::map<date, std::shared_ptr<const cases::tenant_law>> by_day_;       // guarded
};

}  // namespace pykala::api
