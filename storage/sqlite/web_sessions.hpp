// Sessions of browsers, by the hash of their cookie.
#pragma once

#include <optional>
#include <string>

#include "storage/sqlite/staff.hpp"

namespace pykala::storage {

struct web_session {
    secret_hash hash{};
    std::optional<std::int64_t> user{};  // nothing: a customer
    std::string sealed;                  // who the customer is (session_seal.hpp)
    std::string csrf;                    // hex; a form must send it back
    instant made_at{}, seen_at{}, expires_at{};
};

// Durable on return. Sessions that have ended are swept on the way.
result<void> keep_session(tenant_store& store, const web_session& made);
// Nothing when there is none, or it has ended. With its user where it has one.
struct found_session {
    web_session session;
    std::optional<staff_member> user{};
};
result<std::optional<found_session>> find_session(tenant_store& store, const secret_hash& hash,
                                                  instant now);
result<void> end_session(tenant_store& store, const secret_hash& hash);
// Moves its last sight and its end.
result<void> touch_session(tenant_store& store, const secret_hash& hash, instant now,
                           instant expires_at);

}  // namespace pykala::storage
