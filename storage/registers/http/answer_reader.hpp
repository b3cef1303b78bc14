// What a register sends as results and outcomes, read strictly: what the assessment rests on must
// be said, and a member that nobody knows is a fault, because it may be a misspelt one that does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/value.hpp"
#include "engine/registers/register_port.hpp"

namespace pykala::storage::registers {

// Problems of all: `register_answer` (corrupt); the detail names the place, never a value.

// Results of `find`. `asked` are the kinds of keys that were sent.
result<found_person> read_found(const value& results, const person_keys& asked);

struct judged_answer {
    register_answer answer;
    std::string seen;  // the register's word for the state that it told
};
// Results of `read`: of these people and of nobody else.
result<judged_answer> read_records(const value& results, const std::string& reg,
                                   const std::vector<std::string>& people);

// The outcome of `change`: one for each of these changes, in order, and nothing that contradicts
// itself. `extension` is that of the status.
result<std::vector<change_result>> read_outcome(const value& extension,
                                                const std::vector<record_change>& changes);

}  // namespace pykala::storage::registers
