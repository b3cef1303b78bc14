// What policies/ holds, as plain values: acts and their rules, classes of records, calendars, our
// own practice and the packs of the controllers. Nothing here computes an outcome;
// engine/assessment does. The grammar of the files, key by key, is policies/README.md; a member has
// the name of its key unless said otherwise.
//
// A policy set is loaded once and never changed. Absent texts are empty. `at` is where the table
// stands in its file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/place.hpp"
#include "engine/base/text3.hpp"
#include "engine/policy/vocabulary.hpp"
#include "engine/time/calendar.hpp"
#include "engine/time/date.hpp"
#include "engine/time/period.hpp"

namespace pykala {

template <class T>
using by_id = std::map<std::string, T, std::less<>>;

// The value under an id; nothing when there is none.
template <class T>
const T* find(const by_id<T>& all, std::string_view id) {
    const auto found = all.find(id);
    return found == all.end() ? nullptr : &found->second;
}

// A value and who says so: the notice, we (with a reason), or nobody (then the value is empty).
template <class T>
struct marked {
    T value{};
    mark how = mark::stated;
    std::string why;
};

// A period and the first day on which it counts; it counts until the next version begins.
struct rule_version {
    date effective_from;
    period length;
    std::vector<period> steps;  // deadlines only: the cautious reading; the earlier counts
    std::string counting;       // deadlines only: an id of policy_set::countings
    std::string reference;      // the amending act
    place at;
};

// The version in force on a day; nothing before the first. Versions stand in order of
// `effective_from`.
const rule_version* version_on(const std::vector<rule_version>& versions, date day);

// A dated case that the build computes.
struct rule_example {
    date start;        // of a deadline: the day of receipt (`received`)
    std::string from;  // the key that holds `start`: that of the rule's start function
    date until;        // last day, inclusive; of a deadline: `due`
    std::optional<date>
        on;  // the day of assessment, which chooses the version; without it the version of `until`
    std::string because;
    place at;
};

// A statutory rule or a controller's own: how long which records are kept, or when they must go.
struct rule {
    std::string
        id;  // `act.name` or `pack.name`, e.g. `accounting.voucher`, `kuopio.billing_and_metering`
    authority by = authority::statute;
    std::string row;    // of our table of law; empty for house rules
    std::string cite;   // e.g. `1336/1997 2:10(2)`; for house rules the place in the notice
    text3 cite_text;    // `cite_*`: as a letter writes it; empty for house rules
    text3 says;         // completes "we keep this because …"
    std::string quote;  // house rules: the notice verbatim
    rule_use use = rule_use::assessment;
    std::string use_why;
    std::vector<std::string> classes;     // ids of policy_set::classes
    std::vector<std::string> id_parts;    // ids of policy_set::id_parts
    std::vector<std::string> categories;  // house rules: beyond classes and id_parts
    std::vector<std::string> except;      // house rules: categories left out
    std::vector<commodity> commodities;   // empty: every one, and none needs to be known
    bool floor = false;                   // not before
    bool ceiling = false;                 // not after
    start_function starts = start_function::event;
    end_function end = end_function::anniversary;
    std::optional<rule_condition> condition;
    std::string
        ground;  // of GDPR article 17(3), e.g. `17_3_b`; empty for house rules: an officer names it
    enum grade grade = grade::confirmed;
    bool unconfirmed = false;  // where only this rule would hold, a person must look
    // Where `accounting_period_end` had to be derived from `event`: until the end counted from
    // event + this the rule is unconfirmed, because an accounting period may last so long.
    std::optional<period> unconfirmed_for;
    std::string rationale;
    std::vector<rule_version> versions;
    std::vector<rule_example> examples;
    place at;
};

// `verified_as_of`: the day up to which the source of a file was read.
struct verified_day {
    date day;
    place at;  // of the day itself
};

// A time limit for us, e.g. GDPR article 12(3).
struct deadline {
    std::string id;  // `act.name`
    text3 title;
    std::string cite;
    text3 cite_text;
    text3 says;
    std::string rationale;
    std::vector<rule_version> versions;
    std::vector<rule_example> examples;
    place at;
};

// How days and months are counted (Regulation 1182/71). The three methods have one value each
// today.
struct counting {
    std::string id;
    std::vector<std::string> cite;
    std::string calendar;  // an id of policy_set::calendars
    std::string rationale;
    place at;
};

// A provision that holds nothing but is cited by letters, workflows or packs.
struct provision {
    std::string id;  // `act.name`
    std::string cite;
    text3 cite_text;
    text3 says;
    std::string rationale;
    provision_effect effect = provision_effect::none;
    place at;
};

struct statute {
    std::string id;
    std::string number;  // what citations begin with, e.g. `1336/1997`
    std::optional<date> verified_as_of;
    std::string source;
    text3 title;
    // ids of the rules, deadlines and provisions it holds, `act.name`
    std::vector<std::string> rules, deadlines, provisions;
    place at;
};

struct record_class {
    std::string id;
    text3 name;
    std::string meaning;
    bool held_in_force =
        false;  // `in_force = "held"`: while the contract (REP: the role) is in force
    erase_action erase = erase_action::delete_record;
    bool needs_balance = false;
    place at;
};

struct id_part {
    std::string id;
    text3 name;
    enum follows follows = follows::none;
    std::vector<std::string> follows_classes;  // for `regulated`
    std::string rationale;
    place at;
};

// What a fact of the case holds: `legal_hold`, `open_balance`, `contract_in_force`.
struct case_rule {
    std::string id;
    std::string cite;
    text3 cite_text;
    text3 says;
    std::string ground;
    std::string rationale;
    place at;
};

// What a category is processed for and by whom.
struct processing_facts {
    std::string controller;  // an id of pack::controllers
    marked<std::vector<std::string>> purposes;
    marked<std::vector<legal_basis>> basis;
    marked<std::vector<std::string>> sources;
    marked<std::vector<std::string>> recipients;
    marked<std::vector<std::string>> transfers;
    marked<enum portability> portability;
    place at;  // of the shared block `[facts.*]`
};

struct category {
    std::string id;     // `KUO-A01`, `VAL-03.address`, `LEDGER`
    std::string group;  // an id of pack::groups
    text3 name;         // `fi` is the notice's own wording
    text3 says;         // one plain sentence for the customer: what this is
    std::vector<std::string> classes;
    std::vector<std::string> id_parts;
    std::vector<std::string> assumed_classes;  // of `classes`: those that we assumed, see `why`
    std::string facts_id;                      // `facts`
    processing_facts facts;   // resolved: shared facts, then the keys of the category itself
    mark how = mark::stated;  // `mark`
    std::string why;
    std::optional<enum commodity> commodity;
    bool personal = true;
    std::string parent;              // of a part: the category that was split
    std::vector<std::string> parts;  // of a split category: full ids; records belong to the parts
    bool protected_address = false;  // `protected`: hidden where the address is protected
    bool listen_first = false;       // a person listens or reads before release
    bool self_service = false;       // the person may correct it without an officer
    place at;
};

// A party of a pack. Each contact detail carries its mark.
struct controller {
    std::string id;
    std::string name;
    marked<std::string> business_id, address, visiting_address, email, phone, web, dpo;
    marked<text3> answers_for;
    place at;
};

struct supervisory_authority {
    text3 name;
    std::string address, email, phone, web;
    std::optional<date> verified_as_of;
    place at;
};

// What a notice lacks, for the officer.
struct notice_gap {
    std::string id, says, law, effect;
    place at;
};

struct notice {
    std::string title;
    std::optional<date> dated;  // nothing: the notice bears no date
    std::string kind, file, remarks;
    place at;
};

// A purpose, a source or a heading of the notice: a name in three languages.
struct named_text {
    std::string id;
    text3 name;
    mark how = mark::stated;  // `mark`
    std::string why;
    place at;
};

struct recipient {
    std::string id;
    std::string
        name;       // of the company or authority; may be empty where the notice names only a group
    text3 purpose;  // `fi sv en`: what for
    recipient_kind kind = recipient_kind::processor;
    mark how = mark::stated;  // `mark`
    std::string why;
    place at;
};

struct transfer {
    std::string id;
    std::string country;    // may be empty likewise
    std::string recipient;  // an id of pack::recipients; empty where the notice names none
    std::string safeguard;  // or `unstated`
    text3 text;
    mark how = mark::stated;  // `mark`
    std::string why;
    place at;
};

// Records that are kept for no time of their own, on purpose (`retention = "none"` with a
// rationale).
struct no_retention {
    std::string id;
    std::vector<std::string> classes, id_parts;
    std::string rationale;
    place at;
};

// Everything that one controller (or several under one notice) says and decides: a tenant.
struct pack {
    std::string id;           // also the tenant id
    std::string case_prefix;  // e.g. `KUO`
    std::optional<date> verified_as_of;
    pack_status status = pack_status::draft;
    std::string reviewed_by;
    std::optional<date> reviewed_on;
    std::vector<commodity> commodities;
    std::optional<commodity> default_commodity;
    std::vector<language> languages;
    std::string calendar;
    enum tolling tolling = tolling::none;
    text3 title;
    struct notice notice;
    supervisory_authority authority;
    marked<period> promise;
    marked<accounting_period> accounting;

    std::vector<channel> channels_declared, channels_accepted;
    std::string channels_text, channels_why;
    std::string identity_declared, identity_why;
    std::vector<assurance> identity_methods;
    marked<std::vector<marketing_scope>> direct_marketing;
    marked<std::vector<right>> restrict_on;

    by_id<notice_gap> gaps;
    by_id<controller> controllers;
    by_id<no_retention> no_retentions;
    by_id<named_text> purposes, sources, groups;
    by_id<recipient> recipients;
    by_id<transfer> transfers;
    by_id<rule> house;  // by the short name; rule::id is `pack.name`
    by_id<processing_facts> facts;
    by_id<category> categories;
    place at;
    std::vector<std::string> files;  // every file of the pack, in order
};

// practice.toml: one of our own working rules, e.g. how long before the end an officer is warned.
struct practice_rule {
    std::string id;
    period length;              // `value`
    bool working_days = false;  // `length` counts working days of the controller's calendar
    std::string says;
    std::string cite;  // what it serves; may be empty
    std::string row;   // of our table of law; may be empty
    enum grade grade = grade::assumed;
    std::string rationale;
    place at;
};

struct policy_set {
    by_id<practice_rule> practice;  // every name of practice_names, once loaded without error
    by_id<record_class> classes;
    by_id<id_part> id_parts;
    by_id<case_rule> case_rules;
    by_id<statute> statutes;
    by_id<rule> rules;  // statutory ones, by full id `act.name`
    by_id<deadline> deadlines;
    by_id<counting> countings;
    by_id<provision> provisions;
    by_id<calendar_data> calendars;
    by_id<pack> packs;
    place_book places;                   // of every key that was read
    std::vector<verified_day> verified;  // of every file that says it, and of the authorities
    std::vector<std::string> files;      // those that were read
    std::vector<std::string> unread;     // those with a fault of syntax: what they say is not known

    // Whether no file of the pack is among `unread`.
    bool is_whole(const pack& owner) const;
    // A rule by its full id, statutory or house; nothing when there is none.
    const rule* find_rule(std::string_view id) const;
    // The provision of a ground G: `ground_G` where it is one of refusal, else `art_G`, in
    // whichever file of an act it stands; nothing when there is none.
    const provision* find_ground(std::string_view ground) const;
};

// The last day of a period that a rule counts (inclusive), before any calendar: retention ends are
// never rolled.
date end_of(end_function how, date start, period length);

}  // namespace pykala
