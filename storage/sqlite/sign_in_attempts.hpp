// Attempts to sign in that have not succeeded, by the keyed hash of the address that they came
// from; kept in the database, so that a restart or another node forgets none.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "storage/sqlite/tenant_store.hpp"

namespace pykala::storage {

using address_hash = std::array<std::uint8_t, 32>;

struct attempt_bounds {
    std::size_t most = 10;  // within `window`
    std::chrono::minutes window{15};
};

// Notes an attempt, durably, before the password is looked at: attempts made at the same time count
// each other. False, and nothing noted, where the address has made too many.
result<bool> note_attempt(tenant_store& store, const address_hash& from, instant now,
                          const attempt_bounds& bounds);
// After one that succeeded.
result<void> forget_attempts(tenant_store& store, const address_hash& from);

}  // namespace pykala::storage
