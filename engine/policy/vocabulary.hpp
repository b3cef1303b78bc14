// The closed vocabulary of policies/: every name that a law file may choose from, once. The names
// are frozen: files, logs and bundles hold them. Adding one means code that gives it a meaning, and
// a line in policies/README.md.
#pragma once

#include <array>
#include <string_view>

#include "engine/base/names.hpp"
#include "engine/time/deadline.hpp"

namespace pykala {

enum class commodity { electricity, gas, heat, cooling, water };

// Who speaks in a rule: the law (binds everybody), the controller's own published period, or a fact
// of the case.
enum class authority { statute, house, case_fact };
// confirmed: stands in the text; derived: follows from it; assumed: we chose, and the rationale
// says why.
enum class grade { confirmed, derived, assumed };
// stated: the notice says so; assumed: we chose, with a reason; unstated: the notice is silent.
enum class mark { stated, assumed, unstated };
// What a statutory rule is for: the table of `assess`, a hold that an officer places, our own case
// files, or citing.
enum class rule_use { assessment, hold, case_file, reference };
// floor: not before its end; ceiling: not after it.
enum class rule_kind { floor, ceiling };
// The date of a record that a rule counts from.
enum class start_function { event, contract_end, role_end, accounting_period_end };
// anniversary: start + period; calendar_year_end: 31 December of the year of (start) + period.
enum class end_function { anniversary, calendar_year_end };
enum class rule_condition { contract_in_force };
// What a provision means for other requests and for letters, besides being cited.
enum class provision_effect {
    none,
    suspends_erasure,   // a restriction on this ground holds back the erasure of the record
    unidentified,       // a refusal on this ground leaves open who asked
    through_authority,  // what is withheld on this ground may be given to the authority instead
};
// What erasing a record of the class means: SITE loses the person, DMC shrinks to a suppression
// key.
enum class erase_action { delete_record, unlink, reduce };
// Which other records of the person keep a part of the identity: none, all others, or only some
// classes.
enum class follows { none, others, regulated };

// GDPR article 6(1).
enum class legal_basis { consent, contract, obligation, vital_interest, public_task, interest };
// Article 20: what the person provided, what was observed of her, what was inferred, what it does
// not cover.
enum class portability { provided, observed, inferred, none };
enum class recipient_kind { processor, controller, authority };
enum class pack_status { draft, reviewed };
enum class right { access, rectification, erasure, restriction, portability, objection };
enum class channel { portal, letter, email, phone, visit, authority, other };
enum class assurance { none, matched, call_back, code_letter, visit_id, eid_substantial, eid_high };
enum class accounting_period { calendar_year };
// Uses of a person's data that the absolute objection of article 21(2) ends in this pack.
enum class marketing_scope {
    direct_marketing,
    distance_selling,
    market_research,
    opinion_research,
    satisfaction_survey,
    newsletter
};

template <>
inline constexpr auto names_of<commodity> =
    std::to_array<name_entry<commodity>>({{commodity::electricity, "electricity"},
                                          {commodity::gas, "gas"},
                                          {commodity::heat, "heat"},
                                          {commodity::cooling, "cooling"},
                                          {commodity::water, "water"}});
template <>
inline constexpr auto names_of<authority> = std::to_array<name_entry<authority>>(
    {{authority::statute, "statute"}, {authority::house, "house"}, {authority::case_fact, "case"}});
template <>
inline constexpr auto names_of<grade> = std::to_array<name_entry<grade>>(
    {{grade::confirmed, "confirmed"}, {grade::derived, "derived"}, {grade::assumed, "assumed"}});
template <>
inline constexpr auto names_of<mark> = std::to_array<name_entry<mark>>(
    {{mark::stated, "stated"}, {mark::assumed, "assumed"}, {mark::unstated, "unstated"}});
template <>
inline constexpr auto names_of<rule_use> =
    std::to_array<name_entry<rule_use>>({{rule_use::assessment, "assessment"},
                                         {rule_use::hold, "hold"},
                                         {rule_use::case_file, "case_file"},
                                         {rule_use::reference, "reference"}});
template <>
inline constexpr auto names_of<rule_kind> = std::to_array<name_entry<rule_kind>>(
    {{rule_kind::floor, "floor"}, {rule_kind::ceiling, "ceiling"}});
template <>
inline constexpr auto names_of<start_function> = std::to_array<name_entry<start_function>>(
    {{start_function::event, "event"},
     {start_function::contract_end, "contract_end"},
     {start_function::role_end, "role_end"},
     {start_function::accounting_period_end, "accounting_period_end"}});
template <>
inline constexpr auto names_of<end_function> = std::to_array<name_entry<end_function>>(
    {{end_function::anniversary, "anniversary"},
     {end_function::calendar_year_end, "calendar_year_end"}});
template <>
inline constexpr auto names_of<rule_condition> = std::to_array<name_entry<rule_condition>>(
    {{rule_condition::contract_in_force, "contract_in_force"}});
template <>
inline constexpr auto names_of<provision_effect> = std::to_array<name_entry<provision_effect>>(
    {{provision_effect::suspends_erasure, "suspends_erasure"},
     {provision_effect::unidentified, "unidentified"},
     {provision_effect::through_authority, "through_authority"}});
template <>
inline constexpr auto names_of<erase_action> =
    std::to_array<name_entry<erase_action>>({{erase_action::delete_record, "delete"},
                                             {erase_action::unlink, "unlink"},
                                             {erase_action::reduce, "reduce"}});
template <>
inline constexpr auto names_of<follows> = std::to_array<name_entry<follows>>(
    {{follows::none, "none"}, {follows::others, "others"}, {follows::regulated, "regulated"}});
template <>
inline constexpr auto names_of<legal_basis> =
    std::to_array<name_entry<legal_basis>>({{legal_basis::consent, "6_1_a"},
                                            {legal_basis::contract, "6_1_b"},
                                            {legal_basis::obligation, "6_1_c"},
                                            {legal_basis::vital_interest, "6_1_d"},
                                            {legal_basis::public_task, "6_1_e"},
                                            {legal_basis::interest, "6_1_f"}});
template <>
inline constexpr auto names_of<portability> =
    std::to_array<name_entry<portability>>({{portability::provided, "provided"},
                                            {portability::observed, "observed"},
                                            {portability::inferred, "inferred"},
                                            {portability::none, "none"}});
template <>
inline constexpr auto names_of<recipient_kind> =
    std::to_array<name_entry<recipient_kind>>({{recipient_kind::processor, "processor"},
                                               {recipient_kind::controller, "controller"},
                                               {recipient_kind::authority, "authority"}});
template <>
inline constexpr auto names_of<pack_status> = std::to_array<name_entry<pack_status>>(
    {{pack_status::draft, "draft"}, {pack_status::reviewed, "reviewed"}});
template <>
inline constexpr auto names_of<right> =
    std::to_array<name_entry<right>>({{right::access, "access"},
                                      {right::rectification, "rectification"},
                                      {right::erasure, "erasure"},
                                      {right::restriction, "restriction"},
                                      {right::portability, "portability"},
                                      {right::objection, "objection"}});
template <>
inline constexpr auto names_of<channel> =
    std::to_array<name_entry<channel>>({{channel::portal, "portal"},
                                        {channel::letter, "letter"},
                                        {channel::email, "email"},
                                        {channel::phone, "phone"},
                                        {channel::visit, "visit"},
                                        {channel::authority, "authority"},
                                        {channel::other, "other"}});
template <>
inline constexpr auto names_of<assurance> =
    std::to_array<name_entry<assurance>>({{assurance::none, "none"},
                                          {assurance::matched, "matched"},
                                          {assurance::call_back, "call_back"},
                                          {assurance::code_letter, "code_letter"},
                                          {assurance::visit_id, "visit_id"},
                                          {assurance::eid_substantial, "eid_substantial"},
                                          {assurance::eid_high, "eid_high"}});
template <>
inline constexpr auto names_of<accounting_period> = std::to_array<name_entry<accounting_period>>(
    {{accounting_period::calendar_year, "calendar_year"}});
template <>
inline constexpr auto names_of<marketing_scope> = std::to_array<name_entry<marketing_scope>>(
    {{marketing_scope::direct_marketing, "direct_marketing"},
     {marketing_scope::distance_selling, "distance_selling"},
     {marketing_scope::market_research, "market_research"},
     {marketing_scope::opinion_research, "opinion_research"},
     {marketing_scope::satisfaction_survey, "satisfaction_survey"},
     {marketing_scope::newsletter, "newsletter"}});
template <>
inline constexpr auto names_of<tolling> =
    std::to_array<name_entry<tolling>>({{tolling::none, "none"}, {tolling::edpb, "edpb"}});

// Grounds that a rule or a refusal may rest on, in the order of the contract: GDPR articles, and
// section 34 of the Data Protection Act.
inline constexpr auto grounds_of_refusal = std::to_array<std::string_view>(
    {"11_2", "12_5_unfounded", "12_5_excessive", "12_6", "15_4", "16_accurate", "17_1_not_met",
     "17_3_a", "17_3_b", "17_3_c", "17_3_d", "17_3_e", "18_1_not_met", "20_scope",
     "21_1_overriding", "dpa_34", "not_a_data_subject"});

// The rules of practice.toml: the program asks for each of them.
inline constexpr auto practice_names = std::to_array<std::string_view>(
    {"promise", "question_within", "warn_before_due", "paper_margin", "escalate_review",
     "access_before_erasure", "address_stable", "contact_stable", "code_letter_life",
     "identity_wait", "restriction_warning", "hold_review", "package_life", "letters_life",
     "proof_life", "identification_life", "consent_proof", "freeze_look"});

}  // namespace pykala
