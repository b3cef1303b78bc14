// A register that was restored from its own backup holds again what was erased since. Here it loses
// it again: whatever stands on the erasure list, in the way in which it went, as far as the law of
// today lets it go.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>

#include "engine/desk/ports.hpp"

#include "api/fulfilment/reassessment.hpp"
#include "storage/forgetting/erasure_list.hpp"

namespace pykala::api {

struct reapply_world {
    register_set registers;  // all, and the one that was restored
    desk::definitions& law;
    desk::clock& time;
    // By the id of a record: its entry on the list, or null.
    std::function<const storage::erasure_entry*(const std::string& record)> listed;
    // What was erased again, durably on the list under today; before anything is counted.
    std::function<result<void>(std::span<const storage::erased_record> erased)> remember;
    std::function<void(std::size_t people)> tell;  // how many were looked at
};

struct reapply_report {
    std::size_t people = 0;   // that the register knows
    std::size_t records = 0;  // of theirs on the list
    std::size_t erased = 0;   // erased, unlinked or reduced again
    // Not, by the reason of change_result: the law keeps it now, somebody has restricted it …
    std::map<std::string, std::size_t> kept{};
};

// Goes through the register person by person; each is one change of the register. Interrupted, it
// is given again: what is gone is not found any more. House rules do not hold against what was
// erased in spite of them once; statutes, contracts in force and holds that were placed do.
// Problems of ports, law and list.
result<reapply_report> reapply_erasures(const reapply_world& world);

}  // namespace pykala::api
