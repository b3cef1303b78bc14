// Who a case is about, in each register. The identity code goes only to a register that is keyed by
// it; what that one gives (the customer number) finds the person in the next.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/case/state.hpp"
#include "engine/registers/register_port.hpp"

namespace pykala::api {

// What the case knows of the person that leads to records. A customer number, phone number or
// e-mail address typed into a request proves nothing: they lead to records only when there is no
// identity code, that is when staff matched the person.
person_keys keys_of(const cases::case_state& c);

// `c.person` for a person that was found: `customer_number:123`, or the register's own key
// `register:crm/17` where it gives no number. Stays readable when the identity code is erased.
std::string person_name(const person_keys& gives, std::string_view reg, const std::string& key);

struct people_found {
    std::vector<found_person> at;    // by register, in their order
    std::set<std::string> searched;  // kinds of keys by which some register looked
    person_keys known;               // all that was known in the end
};

// Looks in the registers in order, up to and including `last` (an index). Problems of the ports.
result<people_found> find_people(std::span<register_port* const> registers, std::size_t last,
                                 person_keys known);

}  // namespace pykala::api
