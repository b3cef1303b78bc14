// A record of a register as the assessment sees it, and what the law says about it on one day.
//
// The meaning of each field is fixed by the contract of `pykala assess`; the terms are those of its
// input and output.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "engine/policy/vocabulary.hpp"
#include "engine/time/date.hpp"

namespace pykala {

// A legal hold that a person placed; open while `until` is absent. Inclusive.
struct legal_hold {
    std::string reason;
    std::optional<date> until;
};

enum class contract_state { ended, in_force };
enum class balance_state { unknown, open, settled };

// Why a house rule does not hold in this case (engine: no house rule holds against these).
enum class defeat { none, direct_marketing, consent_withdrawn, objection_upheld };

// A record is a category of a row: `register/table/key#category`.
struct record {
    std::string id;
    std::string person;  // groups the records of one person; may be empty
    std::string category;
    std::optional<enum commodity> commodity;
    std::optional<date> event, contract_end, role_end, accounting_period_end;
    contract_state contract = contract_state::ended;
    balance_state balance = balance_state::unknown;
    std::vector<legal_hold> holds;
    defeat defeated_by = defeat::none;
    std::vector<std::string> lifted;  // ids of house rules that an officer lifted for this case
    std::vector<std::string> upheld;  // ids of house rules that an officer confirmed for this case
};

enum class record_outcome : std::uint8_t { erase, review, retain };  // the stronger is the greater
enum class record_action : std::uint8_t { none, delete_record, unlink, reduce, restrict_use, keep };
enum class hold_kind : std::uint8_t { none, dated, contract, open };  // undated is greater

// In order of precedence.
enum class review_reason : std::uint8_t {
    none,
    unknown_category,
    missing_commodity,
    missing_date,
    unconfirmed_rule,
    retention_unstated,
    missing_balance,
    follows_review,
};

// What a record lacks, as bits of `assessment::missing`.
enum missing_key : std::uint8_t {
    missing_event = 1,
    missing_contract_end = 2,
    missing_role_end = 4,
    missing_accounting_period_end = 8,
    missing_commodity_key = 16,
    missing_balance_key = 32,
};

// A day, or nothing, in four bytes: days since 1970.
using compact_day = std::int32_t;
inline constexpr compact_day no_day = std::numeric_limits<compact_day>::min();

inline constexpr std::uint16_t no_rule = 0xFFFF;

// The answer for one record in a form that a million of them can have.
struct assessment {
    compact_day statutory_until = no_day;
    compact_day retain_until = no_day;
    compact_day erase_on = no_day;
    compact_day erase_by = no_day;
    std::uint16_t governing = no_rule;  // index in assessment_table::rules()
    record_outcome outcome = record_outcome::erase;
    record_action action = record_action::none;
    hold_kind hold = hold_kind::none;
    review_reason reason = review_reason::none;
    std::uint8_t missing = 0;
    bool liftable = false;
    bool confirm = false;

    friend bool operator==(const assessment&, const assessment&) = default;
};

// A rule that applied to a record, ended or not.
struct applied_rule {
    std::uint16_t rule = no_rule;
    compact_day start_on = no_day;
    compact_day until = no_day;  // no_day: open-ended
    enum grade grade = grade::confirmed;

    friend bool operator==(const applied_rule&, const applied_rule&) = default;
};

template <>
inline constexpr auto names_of<contract_state> = std::to_array<name_entry<contract_state>>(
    {{contract_state::ended, "ended"}, {contract_state::in_force, "in_force"}});
template <>
inline constexpr auto names_of<balance_state> = std::to_array<name_entry<balance_state>>(
    {{balance_state::open, "open"}, {balance_state::settled, "settled"}});
template <>
inline constexpr auto names_of<defeat> =
    std::to_array<name_entry<defeat>>({{defeat::direct_marketing, "direct_marketing"},
                                       {defeat::consent_withdrawn, "consent_withdrawn"},
                                       {defeat::objection_upheld, "objection_upheld"}});
template <>
inline constexpr auto names_of<record_outcome> =
    std::to_array<name_entry<record_outcome>>({{record_outcome::erase, "erase"},
                                               {record_outcome::review, "review"},
                                               {record_outcome::retain, "retain"}});
template <>
inline constexpr auto names_of<record_action> =
    std::to_array<name_entry<record_action>>({{record_action::none, "none"},
                                              {record_action::delete_record, "delete"},
                                              {record_action::unlink, "unlink"},
                                              {record_action::reduce, "reduce"},
                                              {record_action::restrict_use, "restrict"},
                                              {record_action::keep, "keep"}});
template <>
inline constexpr auto names_of<hold_kind> =
    std::to_array<name_entry<hold_kind>>({{hold_kind::none, "none"},
                                          {hold_kind::dated, "dated"},
                                          {hold_kind::contract, "contract"},
                                          {hold_kind::open, "open"}});
template <>
inline constexpr auto names_of<review_reason> = std::to_array<name_entry<review_reason>>(
    {{review_reason::unknown_category, "unknown_category"},
     {review_reason::missing_commodity, "missing_commodity"},
     {review_reason::missing_date, "missing_date"},
     {review_reason::unconfirmed_rule, "unconfirmed_rule"},
     {review_reason::retention_unstated, "retention_unstated"},
     {review_reason::missing_balance, "missing_balance"},
     {review_reason::follows_review, "follows_review"}});
template <>
inline constexpr auto names_of<missing_key> = std::to_array<name_entry<missing_key>>(
    {{missing_event, "date:event"},
     {missing_contract_end, "date:contract_end"},
     {missing_role_end, "date:role_end"},
     {missing_accounting_period_end, "date:accounting_period_end"},
     {missing_commodity_key, "commodity"},
     {missing_balance_key, "balance"}});

}  // namespace pykala
