// What a letter may say, as plain values, before any language of dates is chosen. Texts are already
// in the language of the letter. Empty texts, absent days and empty lists are simply not mentioned.
//
// There is no place here for an identity code or for a postal address of the person: no letter
// prints them (Data Protection Act 1050/2018 s 29(4); protected addresses).
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/text3.hpp"
#include "engine/base/value.hpp"
#include "engine/time/date.hpp"

#include "api/letters/definitions.hpp"

namespace pykala::api::letters {

using day = std::optional<date>;

// Records of one kind that share one fate.
struct erased_line {
    std::string name;
    int count = 1;
    bool unlinked = false;  // the network asset stays, the person does not
    bool reduced = false;   // a minimal suppression key stays
};

// Of one or more categories. One of `until`, `while_contract` and `open`. `because` completes
// "koska …", `cite` is the provision as a letter writes it.
struct kept_line {
    std::string name;
    int count = 1;
    day until;        // last day of keeping
    day first_until;  // that of the oldest, where the days differ
    bool while_contract = false;
    bool open = false;  // no last day is known yet
    std::string because, cite;
    std::string reason;  // the officer's own words, for a rule of the controller's own
    // The statute that holds it first, where a rule of the controller's own holds it longer.
    day law_until, law_first_until;
    std::string law_because, law_cite;
};

// What was not done. The name is empty when it is the whole request.
struct refused_line {
    std::string name, because, cite, reason;
};

struct field_line {
    std::string name;
    bool corrected = false, completed = false, statement = false, entry = false;
    std::string value;  // empty where it may not be printed
};

struct restricted_line {
    std::string name, says, cite;
};

// How long, under one rule: up to a day, or what the rule counts from (article 15(1)(d)).
struct period_line {
    std::string because;  // completes "koska …"
    day until;            // of the newest record; absent: it counts from what has not happened yet
    day first_until;      // of the oldest, where the days differ
    bool later = false;   // our own period, after the law's
};

// Article 15(1), for one category. Lists are joined texts.
struct category_line {
    std::string id{};  // of the pack; no letter writes it
    std::string name, says, purposes, basis, sources, recipients, transfers;
    std::vector<period_line> periods;  // statutes, our own periods, then holds of this case
    bool while_contract = false;
    bool no_period = false;
};

struct told_line {
    std::string name;
    day on;
};

struct changed_line {
    std::string name, value;
};

struct controller_line {
    std::string name, business_id, address, phone, email, dpo, answers_for;
};

struct authority_contact {
    std::string name, address, email, phone, web;
};

struct letter_facts {
    std::string case_number, service, person_name, portal_address;
    day letter_on, received_on, due_on;
    std::vector<controller_line> controllers;
    authority_contact authority;
    std::string right;  // of the contract
    std::string kind;   // of an objection: `direct_marketing`, `consent_withdrawal`, else empty
    bool contract_goes_on = false;  // at least one contract is in force
    bool late = false;
    bool was_restricted = false;  // some data were restricted (while the case was open, or at all)

    // on the way
    std::string doubt, question, reason, places;
    std::set<std::string, std::less<>> identity_methods;  // assurance levels that are enough
    day extended_on;
    std::string circumstance;  // `complexity`, `number_of_requests`
    std::vector<std::string> done;
    std::vector<std::string> pending;
    day pending_by;

    // answers
    std::vector<erased_line> erased;
    std::vector<kept_line> kept;
    std::vector<refused_line> refused;
    bool unidentified = false;
    std::string subject_kind;  // `death_estate`, `company`
    std::string own_data_cite, limits_cite;
    std::vector<field_line> fields;
    std::vector<restricted_line> restricted;
    day in_force_on, lift_on, lifted_on;
    std::string lift_reason;  // of the vocabulary's `lift_reason`
    std::vector<category_line> categories;
    std::vector<told_line> told;
    day package_until;
    std::vector<std::string> covered;  // portability
    std::string receiver;
    day sent_on;
    bool not_feasible = false;
    std::vector<std::string> stopped;                    // uses
    std::set<std::string, std::less<>> marketing_scope;  // of the pack

    // to a recipient
    std::string recipient_name, reference;
    std::string change;  // right that changed the data; objection: the use was forbidden
    std::vector<changed_line> changed;
};

// The values under the names of letters.toml, days written out. Every name is there in every
// object: false, or an empty list, where there is nothing.
value_object fields_of(const letter_facts& facts, const date_words& words, language in);

// Every name that `fields_of` gives: `due_on`, `kept`, `kept.name` …
const std::set<std::string, std::less<>>& provided_keys();

}  // namespace pykala::api::letters
