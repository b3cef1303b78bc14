// All registers of a tenant together: what they hold of one person, what stops its release, and how
// decided changes are carried out in the right order.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/assess/table.hpp"
#include "engine/policy/model.hpp"
#include "engine/registers/register_port.hpp"

namespace pykala {

// Registers in the order in which they are read: each may give keys that find the person in the
// next.
using register_list = std::span<register_port* const>;

struct register_part {
    register_port* at = nullptr;
    found_person found;
    register_answer answer;
};

struct person_view {
    person_keys known;  // what was asked for and what the registers gave
    std::vector<register_part> parts;

    bool found() const;
};

// What the case has decided about rules for a record; the register knows nothing of it.
struct record_case_facts {
    defeat defeated_by = defeat::none;
    std::vector<std::string> lifted, upheld;
};
using case_facts_by_record = std::map<std::string, record_case_facts, std::less<>>;

// Fails as the first register that does; nobody found is an empty view.
result<person_view> read_person(register_list registers, const person_keys& known, date on);

// One assessment for each record of each part, in order, all together as one person.
std::vector<std::vector<assessment>> assess_view(const assessment_table& table,
                                                 const person_view& view,
                                                 const case_facts_by_record& of_case);

// What a person must look at before an answer leaves, by the names of the vocabulary:
// `protected_address`, `several_parties`, `name_differs`, `shared_identity_code`,
// `contact_changed` (within 90 days), `free_text` (records to listen to or read first),
// `outside_contract_interval`. `proven_name` is that of the e-identification; empty: none.
std::set<std::string> release_checks(const person_view& view, const pack& tenant, date on,
                                     std::string_view proven_name);

struct person_execution {
    std::string intent;  // unique for what was decided
    person_keys known;
    date on;
    std::vector<record_change> changes;
    case_facts_by_record of_case;
};

// Carries out changes in every register: first what is not identity, then identity, which is
// assessed again against what the others still hold; both from the last register to the first,
// because the first leads to the others. Where a register could not do something, no identity goes
// (`others_not_confirmed`); calling again with the same intent goes on where it stopped. One result
// for each change, in order; a register that cannot be reached gives `failed` with its code.
result<std::vector<change_result>> carry_out(register_list registers, const assessment_table& table,
                                             const person_execution& what);

}  // namespace pykala
