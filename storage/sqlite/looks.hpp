// Who looked at whom, read again: for the person, who may know it, and for the data protection
// officer. Names of staff stay inside.
#pragma once

#include <string>
#include <vector>

#include "storage/sqlite/tenant_store.hpp"

namespace pykala::storage {

struct look_row {
    instant at{};
    std::string role;  // of the member of staff; of several the first in the alphabet
    std::string what;  // pattern of a route
};

// At these cases, in order of time.
result<std::vector<look_row>> looks_of(tenant_store& store,
                                       const std::vector<std::string>& numbers);

}  // namespace pykala::storage
