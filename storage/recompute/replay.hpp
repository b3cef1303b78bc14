// Computes every case of a tenant's database again.
#pragma once

#include "engine/desk/ports.hpp"
#include "engine/recompute/recompute.hpp"

#include "storage/sqlite/tenant_store.hpp"

namespace pykala::storage {

struct replayed_case {
    std::string number;
    recompute::difference what;
};

struct replay_report {
    std::uint64_t cases = 0;
    std::uint64_t events = 0;
    recompute::outcome all{};  // sums; its differences stand in `findings`
    std::vector<replayed_case> findings{};
};

struct replay_world {
    tenant_store& store;
    desk::case_store& cases;
    desk::sealing& seals;
    recompute::law_source& laws;
    recompute::day_of_instant local_day{};
};

// Case after case, in the order in which they came; memory is bounded by the largest. A case that
// cannot be read is a finding `case_unreadable`. Problems: those of the store.
result<replay_report> replay_cases(const replay_world& world);

}  // namespace pykala::storage
