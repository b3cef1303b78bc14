// The law as commands and server use it: found, read, and free of errors.
#pragma once

#include <string_view>

#include "engine/base/result.hpp"
#include "engine/policy/model.hpp"

namespace pykala::api {

// `asked` as for find_definitions(). Fails as that does, and with `broken_definitions` when a file
// does not load or does not check: `pykala policy check` then lists every fault.
result<policy_set> load_law(std::string_view asked);

}  // namespace pykala::api
