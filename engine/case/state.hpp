// A case as it stands: the fold of its events, and nothing else. Days are local days of the tenant.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/value.hpp"
#include "engine/case/event.hpp"
#include "engine/time/date.hpp"
#include "engine/time/deadline.hpp"

namespace pykala::cases {

using name_set = std::set<std::string, std::less<>>;

// Who asks, how surely we know it, and on whose behalf.
struct requester {
    std::string assurance = "none";  // of the contract
    bool is_person = true;           // asks for themselves
    bool mandate_verified = false;   // holds a verified mandate that covers this request
    std::optional<date> mandate_until{};
    bool has_portal = false;        // follows the case in the portal
    std::string answer_in;          // `portal`, `post`, `visit`; empty: portal where there is one
    bool address_known = false;     // postal address in a register, held before the request
    bool address_given = false;     // only an address given in the request
    bool marketing_target = false;  // objection: a number or an address to leave in peace is given
    bool notice_wished = false;     // an e-mail that says that a message waits in the portal
};

// What the registers hold, what the law says about it, and what an officer decided.
struct case_record {
    std::string id;         // `register/table/key#category`
    value_object source{};  // as the contract of `pykala assess` writes a record; may be shredded
    // The assessment, with the names of the contract (`outcome`, `action`, `hold`, `erase_on` …).
    value_object assessed{};
    std::string decision;  // of the vocabulary; empty: none yet
    std::string ground;
    std::string decision_ground;    // `erasure_ground` or `restriction_ground`
    bool suspends_erasure = false;  // restricted on a ground that holds back erasure
    date decided_on{};
    std::string decided_by;
    bool executed = false;  // a register has confirmed what was decided
    bool kept_by_new_hold = false;
};

// A house rule that an officer upheld or lifted for this case.
struct house_decision {
    std::string rule;
    bool upheld = false;
    std::string ground;
    std::optional<date> until{};
    std::string by;
};

struct field_decision {  // rectification: `record/field`
    std::string result;
    std::string ground;
    bool voucher = false;  // the field belongs to a booked voucher
    bool self_service = false;
};

struct register_order {
    std::string id;    // `o1`, `o2` … in the case
    std::string verb;  // `read`, `erase`, `restrict`, `hold_only`, `lift`, `rectify`, `package` …
    std::string at;    // name of the register
    std::vector<std::string> records{};
    std::string result;  // empty while it waits; `done`, `held`, `failed`
    date ordered_on{};
    bool last = false;  // identity: touched after every other register has confirmed
};

struct recipient_state {
    std::string id;
    std::string result;  // empty: to be told
};

struct release_check {
    std::string check;
    std::string finding;
    std::vector<std::string> records{};
};

struct proposed_exception {
    std::string door;  // `reclassify`, `reattribute`, `carry_out_order`
    std::vector<std::string> records{};
    std::string category;
    std::string person;
    std::string order_document;
};

struct case_task {
    std::string id;  // `t1`, `t2` …
    std::string assignee;
    std::optional<date> due_on{};
    bool done = false;
};

struct pending_timer {
    std::string name;
    date fires_on{};

    friend auto operator<=>(const pending_timer&, const pending_timer&) = default;
};

struct letter_sent {
    std::string name;
    std::string way;  // `portal`, `post`, `visit`, `phone`
    date dispatched_on{};
    std::uint64_t seq = 0;  // of the event that sent it
};

// What became of the e-mail that says that a letter waits in the portal.
struct notice_state {
    std::uint64_t letter = 0;  // seq of the event that sent it
    std::string result;        // of `notice_results`
    std::string why;           // of `notice_reasons`; empty where it was sent
    date on{};
};

// Erasure of a record that a hold keeps today, on the day after its hold ends.
struct deferred_erasure {
    std::string record;
    date erase_on{};
    std::string state = "scheduled";  // `scheduled`, `erased`, `cancelled`
};

struct taken {  // who last took a transition
    std::string role, id;
    std::uint64_t seq = 0;
};

struct case_state {
    std::uint64_t version = 0;  // number of events folded
    std::string number;         // `KUO-2026-000123`; given by the store, not by an event
    std::string right;
    std::string kind;    // of the request; empty when the workflow has none
    std::string scope;   // of the vocabulary; empty: the whole
    std::string linked;  // tag that joins cases of one message; empty: alone
    std::string state;
    std::string outcome;  // empty until closed
    std::string channel, language;
    name_set facts;

    date received_on{};  // the day that governs
    std::optional<instant> received_at{};
    instant entered_at{};
    date entered_on{};
    deadlines due{};  // due_on and act_by are those that bind, also after an extension
    std::optional<date> extended_to{};
    std::vector<pause> pauses{};  // ended ones and, with `to` = `from`, the running one
    std::optional<date> paused_since{};
    std::optional<date> question_left_on{};  // about identity or scope
    std::optional<date> order_due_on{};
    std::optional<date> closed_on{};
    std::optional<date> in_force_on{};
    std::optional<date> answered_on{};
    bool overdue_noted = false;
    bool late_refusal = false;

    requester who;
    std::string person;                      // key in the registers; empty until matched
    std::vector<std::string> person_tags{};  // lookup hashes (hex) under which the person is found
    std::string subject_kind;                // `death_estate`, `company`; empty: a person
    value_object subject{};                  // name, HETU and contact as filed; may be shredded
    value_object request{};                  // what was asked, as filed; may be shredded

    std::map<std::string, case_record, std::less<>> records{};
    std::map<std::string, field_decision, std::less<>> contested{};  // `record/field`
    std::map<std::string, std::string, std::less<>> uses{};  // purpose → decision; empty: none yet
    name_set places_searched{};
    name_set flags{};  // what the registers say of the person: `address_protected` …
    std::vector<std::string> release_calls{};  // checks that the found data call for
    std::vector<release_check> release_checks{};
    std::vector<house_decision> house{};
    std::optional<proposed_exception> exception{};
    std::vector<register_order> orders{};
    std::vector<recipient_state> recipients{};
    std::vector<deferred_erasure> deferred{};
    std::vector<letter_sent> letters{};
    std::vector<notice_state> notices{};
    std::string notice_to;  // the e-mail address that a register proved last; may be shredded
    std::vector<case_task> tasks{};
    std::vector<pending_timer> timers{};
    name_set timers_fired{};  // since the state was entered
    std::map<std::string, taken, std::less<>> last_taken{};
    std::string decision_ground;  // of a refusal
    std::string assignee;
    name_set alerts{};  // why the case stands first in the queue
    name_set
        destroyed{};  // classes whose keys were ordered to be destroyed; `proof`: all that is left
    bool evidence_sealed = false;
    bool transmission_asked = false;

    std::optional<log::digest> procedure{};  // pinned when the case opened

    bool closed() const { return !outcome.empty(); }
    bool has(std::string_view fact) const { return facts.contains(fact); }
    // What became of the notice of the letters of that event; null: nothing yet.
    const notice_state* notice_of(std::uint64_t letter) const {
        for (const auto& each : notices)
            if (each.letter == letter) return &each;
        return nullptr;
    }
    // The last day of the law: the extended one where there is one.
    date last_statutory_day() const { return extended_to ? *extended_to : due.statutory_on; }
};

// Folds one event. Total: a field that is missing or shredded changes nothing.
void apply(case_state& c, const event& e);

case_state fold(const std::vector<event>& events);

// Timers whose day has come, earliest first. A day missed while nothing ran is still due.
std::vector<pending_timer> due_timers(const case_state& c, date today);

}  // namespace pykala::cases
