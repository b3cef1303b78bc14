// The law as commands and server use it: found, read, and free of errors.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/policy/model.hpp"

namespace pykala::api {

// `asked` as for find_definitions(). Fails as that does, and with `broken_definitions` when a file
// does not load or does not check: `pykala policy check` then lists every fault.
result<policy_set> load_law(std::string_view asked);

// Problem `unknown_tenant` (not_found), with the nearest name. `set` must outlive it.
result<const pack*> find_pack(const policy_set& set, const std::string& tenant);

// What keeps a pack out of production: nobody by name has reviewed it. `pack_not_reviewed`.
std::optional<problem> check_reviewed(const pack& own);

}  // namespace pykala::api
