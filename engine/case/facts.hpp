// Everything that a decision may see and that is not in the case itself: definitions, the law of
// the day, the person's other cases, what a register has just answered.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/case/interlocks.hpp"
#include "engine/case/state.hpp"
#include "engine/log/hash.hpp"
#include "engine/policy/model.hpp"
#include "engine/time/calendar.hpp"
#include "engine/workflow/model.hpp"

namespace pykala {
class assessment_table;
}

namespace pykala::cases {

// The workflow that governs a case from its first event to its last, with its vocabulary and the
// rules of its deadlines. Content-addressed by `hash`.
struct procedure {
    log::digest hash{};
    workflow::definition flow;
    std::shared_ptr<const workflow::vocabulary> words;
    std::shared_ptr<const policy_set> rules;  // time limits, working rules, calendar of the tenant
};

// The law of one tenant on one day: statutes, pack, calendar. Content-addressed by `hash`.
struct tenant_law {
    log::digest hash{};
    std::shared_ptr<const policy_set> rules;
    std::string tenant;                             // id of the pack
    std::shared_ptr<const calendar> days;           // working days of the tenant
    std::shared_ptr<const assessment_table> table;  // compiled for the day

    const pack& own_pack() const { return rules->packs.at(tenant); }
};

// What came with an answer of a register; brought by the connector, not by a person.
struct register_findings {
    std::vector<value_object> records;    // as the contract of `pykala assess` writes them
    std::vector<std::string> searched;    // places that were searched, of `places_searched_names`
    std::vector<std::string> recipients;  // to whom this person's records went
    std::vector<std::string> flags;       // `address_protected` …, of `register_flag_names`
    std::vector<std::string> calls;       // release checks that the data call for
    std::vector<std::string> kept;        // records kept because a hold began after the decision
    std::string person;                   // the person that was found; empty: none
    // What was sealed: `records` (how many) and `sha256` of the copy or package; never its content.
    std::optional<value_object> copy{};
};

struct facts {
    date today{};
    const tenant_law* law = nullptr;
    std::vector<std::string> registers;           // names of the registers of this tenant
    interlocks others{};                          // what the person's other cases mean
    std::optional<register_findings> findings{};  // with `record_register_answer`
    std::vector<std::string> person_tags{};       // lookup hashes found with the command
    bool related_to_requester = false;            // the actor is barred from this case
    const procedure* leaves = nullptr;            // migration: what the case was pinned to
};

}  // namespace pykala::cases
