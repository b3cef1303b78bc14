// The port to a register: a system of the controller that holds personal data. A connector (in
// storage/registers) knows its tables; the engine knows records, persons and verbs.
//
// A register is asked `find` with everything that is known of a person, then `read`; what it gives
// (customer numbers) helps to find the person in the next. Changes of one person are one execution:
// all or nothing, and the same intent twice does it once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/assess/record.hpp"
#include "engine/base/result.hpp"
#include "engine/base/text3.hpp"
#include "engine/registers/register_map.hpp"
#include "engine/time/date.hpp"

namespace pykala {

// What leads to a person, by kind: `hetu`, `former_hetu`, `customer_number`, `phone`, `email`.
using person_keys = std::map<std::string, std::set<std::string>, std::less<>>;

// The persons of one register that the keys lead to. More than one: two customers share a code, or
// one is there twice; a person looks before anything is released.
struct found_person {
    std::vector<std::string> people;  // the register's own keys, in order
    std::set<std::string> found_by;   // kinds that led there
    person_keys gives;                // for registers read later
};

// One displayable value. What is media has no text: it is fetched with `media`.
struct register_field {
    std::string column;
    text3 label;
    field_form form = field_form::text;  // cents of euro, an ISO day, 1 or 0
    std::string text;
    bool null = false;
    bool media = false;
    bool concealed = false;  // shown to nobody but the person herself
};

// Readings of a point in a month: one record, however many values.
struct series_facts {
    std::string point;
    std::string month;  // `YYYY-MM`
    std::string step;   // `hour` or `month`; hours are those of Europe/Helsinki, in order
    std::string unit;   // `Wh`
    std::int64_t count = 0;
    std::string digest;  // SHA-256 of the stored bytes, hexadecimal
};

// Two marks that never stand for each other: restricted (GDPR article 18) and kept for the purpose
// of a hold alone.
struct record_marks {
    bool restricted = false;
    bool hold_only = false;
    friend bool operator==(const record_marks&, const record_marks&) = default;
};

struct register_record {
    record facts;  // id is `register/table/key#category`; `person` is empty
    std::vector<register_field> fields;
    std::optional<series_facts> series;
    record_marks marks;
    bool several_parties = false;   // another person is a party of the same row
    bool voucher = false;           // booked: corrected by an entry, never overwritten
    bool outside_contract = false;  // its day lies outside the person's own contract
};

// What decides how an answer is released.
struct person_facts {
    std::string key;  // of found_person::people
    std::string name;
    std::string language;  // `fi` or `sv`; may be empty
    std::string kind;      // `person`, `company`, `death_estate`, `contact_person`
    bool protected_address = false;
    std::optional<date> contact_changed_on;
    std::string email;  // may be empty
};

// To whom data of the person went (GDPR article 19).
struct disclosure {
    std::string recipient;
    std::optional<date> on;
    std::string what;
};

struct register_answer {
    std::vector<person_facts> people;
    std::vector<register_record> records;  // in order of their ids
    std::vector<disclosure> disclosures;
};

enum class register_verb {
    erase,   // the values go; the row too where nothing else needs it
    unlink,  // a network asset stays, the person does not
    reduce,  // a minimal suppression key stays
    restrict_use,
    hold_only,
    release,  // takes both marks away
    // Of the person, `record` is empty: every choice about marketing becomes a ban, and every known
    // address (phone, e-mail) without one gets one (GDPR article 21(3)). With `new_value` only that
    // address, of the kind in `field`, also when nobody is known by it.
    ban,
    rectify,
};

struct record_change {
    std::string record;  // id
    register_verb verb = register_verb::erase;
    // rectify: a column of the record, what it held when it was decided, and what it shall hold.
    std::string field;
    std::optional<std::string> old_value, new_value;
    // rectify, vouchers only: `correcting_entry` or `supplementary_statement`.
    std::string correction = "correcting_entry";
    // erase, unlink, reduce: an officer decided this in spite of a review for this reason.
    review_reason decided = review_reason::none;
};

enum class change_status {
    done,
    corrected,         // a voucher: an entry was added beside it
    kept_by_new_hold,  // the assessment of this moment does not let it go
    gone,              // it was not there any more
    conflict,          // it is not what was decided upon; nothing of this execution was done
    failed,            // the register cannot do this; nothing else was stopped by it
};

// Reasons: `retained`, `review_NAME` (of review_reason), `restricted`; `changed_meanwhile`,
// `rows_differ`; `row_not_separable` (other records of the row stay), `other_action`,
// `others_not_confirmed`, `no_such_register`, `no_suppression_key`, `not_linked_here`,
// `no_such_field`, `no_corrections`, `no_bans_kept`.
struct change_result {
    std::string record;
    register_verb verb = register_verb::erase;
    change_status status = change_status::done;
    std::string reason;         // snake_case; empty where done
    std::optional<date> until;  // kept: the last day known at this moment
    friend bool operator==(const change_result&, const change_result&) = default;
};

struct execution {
    std::string intent;  // unique for what was decided: twice the same does it once
    found_person person;
    date on;  // local day of the execution
    std::vector<record_change> changes;
    // The intent of the try before, which was given up as not answered: a register that works for
    // days may have carried it out since. Empty: this is the first.
    std::string earlier{};
};

// Assesses what the register holds of the person at this moment, inside the transaction: one
// assessment for each record, in order. It may know records of other registers.
using reassess = std::function<result<std::vector<assessment>>(std::span<const record>)>;

// What a trial of a register found; nothing of a person is in it.
struct register_probe {
    bool knows_somebody = false;
    // Of the sample person, by category.
    std::map<std::string, std::size_t, std::less<>> records;
    std::vector<std::string> lacks;  // what it may not do yet, in words: rights, tables
};

// A call either finds the world in order or gives a problem: `unavailable` when the register cannot
// be reached, `corrupt` when it is not what its mapping says. Calls may come from several threads.
class register_port {
public:
    virtual ~register_port() = default;

    virtual const std::string& id() const = 0;
    virtual const text3& title() const = 0;
    virtual const std::vector<std::string>& finds_by() const = 0;  // kinds of keys
    virtual bool keeps_bans() const = 0;  // on marketing: `ban` can be written here

    // Nobody found is an empty list of people.
    virtual result<found_person> find(const person_keys& known) = 0;
    // Every person that the register holds anything of, `limit` at most, in the order of its own
    // keys from the one after `after` (nothing: from the first). Each has one key, and in `gives`
    // whatever identity code or customer number finds her in other registers.
    virtual result<std::vector<found_person>> people_after(const std::optional<std::string>& after,
                                                           std::size_t limit) = 0;
    virtual result<register_answer> read(const found_person& person, date on) = 0;
    // The records as read() gives them, with facts and marks alone: no fields, no digest of series.
    virtual result<std::vector<register_record>> read_facts(const found_person& person,
                                                            date on) = 0;
    // Connects, checks the mapping and reads one sample person. Changes nothing.
    virtual result<register_probe> probe(date on) = 0;
    // The values of a series, in order; `not_found` where there is none.
    virtual result<std::vector<std::int64_t>> series_values(const std::string& record) = 0;
    // Bytes of a field of media; `not_found` where there are none.
    virtual result<std::vector<std::uint8_t>> media(const std::string& record,
                                                    const std::string& column) = 0;
    // `intent_reused` (conflict) when the same intent comes with other changes.
    virtual result<std::vector<change_result>> execute(const execution& what,
                                                       const reassess& assess_now) = 0;
};

template <>
inline constexpr auto names_of<register_verb> =
    std::to_array<name_entry<register_verb>>({{register_verb::erase, "erase"},
                                              {register_verb::unlink, "unlink"},
                                              {register_verb::reduce, "reduce"},
                                              {register_verb::restrict_use, "restrict"},
                                              {register_verb::hold_only, "hold_only"},
                                              {register_verb::release, "release"},
                                              {register_verb::ban, "ban"},
                                              {register_verb::rectify, "rectify"}});
template <>
inline constexpr auto names_of<change_status> =
    std::to_array<name_entry<change_status>>({{change_status::done, "done"},
                                              {change_status::corrected, "corrected"},
                                              {change_status::kept_by_new_hold, "kept_by_new_hold"},
                                              {change_status::gone, "gone"},
                                              {change_status::conflict, "conflict"},
                                              {change_status::failed, "failed"}});

// The parts of `register/table/key#category`; nothing when the text is no such id.
struct record_id {
    std::string reg, table, key, category;
};
std::optional<record_id> parse_record_id(std::string_view text);
std::string to_string(const record_id& id);

}  // namespace pykala
