// The assessment of records at the moment at which they would go.
#pragma once

#include <set>
#include <span>
#include <string>

#include "engine/case/facts.hpp"
#include "engine/registers/register_port.hpp"

#include "api/fulfilment/people.hpp"

namespace pykala::api {

struct register_set {
    std::span<register_port* const> all;  // in the order in which they are read
    std::size_t at = 0;                   // the register that is meant
    register_port& port() const { return *all[at]; }
};

// In the light of what the records are assessed.
struct assessed_for {
    cases::case_state of;  // what was decided; its records are not looked at
    cases::facts known;    // the law must outlive the answer
    // Ordered by a court or the authority: whatever the assessment says, they may go.
    std::set<std::string> ordered{};
};

// Reads what the other registers hold of the same person; the records of the one that is meant come
// with each call. Problems of the ports.
result<reassess> assess_beside(const register_set& registers, const people_found& people,
                               assessed_for what);

}  // namespace pykala::api
