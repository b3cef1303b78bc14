// The parts of a request and what was decided of each. What the law leaves no choice about needs no
// person: such a part has its decision from the assessment or from the pack until an officer
// decides otherwise.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/case/facts.hpp"
#include "engine/case/state.hpp"

namespace pykala::cases {

enum class favour { open, granted, withheld };

struct part {
    std::string id;        // of a record, a field `record/field` or a use
    std::string decision;  // empty while open
    favour how = favour::open;
    bool by_officer = false;
};

// The decision about a record: an officer's, else what the law alone says; empty while a person has
// to look.
std::string effective_decision(const case_state& c, const case_record& held, const facts& known);

// Whether the request is about the record: personal data, of what it names, and when a consent was
// withdrawn of what rests on consent, alone or beside another ground (article 17(1)(b)).
bool is_asked_for(const case_state& c, const case_record& held, const facts& known);

// The register of a record: the first part of `register/table/key#category`.
std::string register_of(std::string_view record);

// Every part of the request, in order of id.
std::vector<part> parts_of(const case_state& c, const facts& known);

struct part_counts {
    std::size_t open = 0, granted = 0, withheld = 0;
    std::size_t all() const { return open + granted + withheld; }
};
part_counts count_parts(const case_state& c, const facts& known);

}  // namespace pykala::cases
