// Staff of a tenant: names, password hashes, roles, bearer tokens, and who looked at which case.
// Passwords are hashed by the caller (storage/sealing/sodium.hpp).
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/sealing/session_seal.hpp"
#include "storage/sqlite/tenant_store.hpp"

namespace pykala::storage {

struct staff_member {
    std::int64_t id = 0;
    std::string name;
    std::string password;  // as hash_password() writes it
    std::set<std::string> roles;
    bool disabled = false;
};

// Durable on return. Problem `user_exists` (conflict).
result<void> add_user(tenant_store& store, const staff_member& who, instant now);

// Ends the user's sessions and tokens too. Problem `no_such_user` (not_found).
result<void> disable_user(tenant_store& store, const std::string& name, instant now);

// Nothing where there is none of that name.
result<std::optional<staff_member>> find_user(tenant_store& store, const std::string& name);
result<std::vector<std::string>> user_names(tenant_store& store);

// Problem `no_such_user` (not_found; also when disabled).
result<void> keep_token(tenant_store& store, const secret_hash& token, const std::string& user,
                        instant now);
// Nothing when there is no such token, or it or its user is no longer in use.
result<std::optional<staff_member>> user_of_token(tenant_store& store, const secret_hash& token,
                                                  instant now);

// That a member of staff saw a case; durable on return, so before the answer leaves. `what` is the
// pattern of a route.
result<void> note_look(tenant_store& store, std::int64_t user, const std::string& number,
                       const std::string& what, instant now);

}  // namespace pykala::storage
