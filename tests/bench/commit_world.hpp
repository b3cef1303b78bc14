// What the benchmark `commit` works on: a desk on a tenant's database with everything real, and
// cases of eight events in it.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/desk/desk.hpp"

#include "storage/sealing/case_sealing.hpp"
#include "storage/sqlite/case_store.hpp"

namespace pykala::bench {

// The workflows and the law of the tree, as one desk needs them.
class tree_definitions final : public desk::definitions {
public:
    tree_definitions(const std::string& tenant, date day);  // throws when they do not load
    result<std::shared_ptr<const cases::procedure>> current(std::string_view right) override;
    result<std::shared_ptr<const cases::procedure>> pinned(std::string_view right,
                                                           const log::digest& hash) override;
    result<std::shared_ptr<const cases::tenant_law>> law_on(date day) override;

private:
    std::map<std::string, std::shared_ptr<const cases::procedure>, std::less<>> flows_;
    std::shared_ptr<const cases::tenant_law> law_;
};

class still_clock final : public desk::clock {
public:
    explicit still_clock(date day) : now_{instant{day} + std::chrono::hours(10), day} {}
    desk::moment now() override { return now_; }

private:
    desk::moment now_;
};

class random_ids final : public desk::id_source {
public:
    log::stream_tag new_stream() override;
};

inline constexpr std::size_t seeded_events = 8;

class commit_world {
public:
    // Makes key store and database in the folder. Throws when anything fails.
    explicit commit_world(const std::string& folder);

    // `count` cases, each of another person, written through the store.
    void seed(std::size_t count);

    // On `store`, which may stand before the tenant's own.
    desk::front_desk desk_on(desk::case_store& store);
    storage::sqlite_case_store& cases() { return *cases_; }
    storage::tenant_store& store() { return *store_; }
    desk::sealing& seals() { return *seals_; }
    void close();  // the files are whole and nobody has them open
    void open();

    const std::string& database() const { return database_; }
    static date today();

private:
    // A case as the desk leaves it: its events, and of how many of them it has kept a fold.
    struct pattern {
        std::vector<cases::event> events;
        std::uint64_t folded = 0;
    };
    pattern one_case();
    desk::unit_of_work clone(const pattern& of, std::uint64_t number,
                             const log::stream_tag& stream);

    std::string database_;
    tree_definitions laws_;
    still_clock clock_;
    random_ids ids_;
    std::unique_ptr<storage::key_store> keys_;
    std::unique_ptr<storage::case_sealing> seals_;
    std::unique_ptr<storage::tenant_store> store_;
    std::unique_ptr<storage::sqlite_case_store> cases_;
};

storage::store_location bench_location(const std::string& path);

// The value, or an exception with the words of the problem.
template <class T>
T must(result<T> given) {
    if (!given) throw std::runtime_error(given.error().code + ": " + given.error().detail);
    if constexpr (!std::is_void_v<T>) return *std::move(given);
}

}  // namespace pykala::bench
