// Private to engine/assess: what is known of one record while its rules are looked at, one after
// the other.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/assess/batch.hpp"

namespace pykala::assess_detail {

inline constexpr compact_day forever = std::numeric_limits<compact_day>::max();

// The rule that holds longest; in a tie what the case brought goes before a statute, a statute
// before a house rule.
struct leader {
    std::uint16_t rule = no_rule;
    compact_day until = no_day;
    std::uint8_t rank = 0;

    void offer(std::uint16_t candidate, compact_day end, std::uint8_t strength) {
        if (end < until || (end == until && strength < rank)) return;
        if (end == until && strength == rank && rule != no_rule && candidate > rule) return;
        rule = candidate;
        until = end;
        rank = strength;
    }
    void offer(const leader& other) {
        if (other.rule != no_rule) offer(other.rule, other.until, other.rank);
    }
};

inline std::uint8_t rank_of(authority by) {
    switch (by) {
        case authority::case_fact:
            return 3;
        case authority::statute:
            return 2;
        case authority::house:
            return 1;
    }
    return 0;
}

struct tally {
    compact_day statutory_until = no_day;
    compact_day retain_until = no_day;
    compact_day erase_by = forever;
    leader governing;
    leader undecided;  // a house rule of a case that nobody has upheld; forever: a contract runs
    std::uint8_t missing = 0;
    // what holds
    bool open = false, contract = false, dated = false;
    bool case_holds = false;  // a legal hold, an open balance, or a contract in force
    bool house_holds = false;
    bool needs_confirming = false;  // a house rule holds that no officer has confirmed for the case
    bool waits = false;             // held by nothing but an undecided house rule of a case
    // what is in doubt
    bool statute_unknown =
        false;  // a statutory rule lacks its date, or the commodity that chooses it
    bool lacks_date = false, lacks_commodity = false, lacks_balance = false;
    bool in_window = false, unconfirmed = false, unstated = false;

    bool holds() const { return open || contract || dated; }

    // Where nothing else holds, what nobody has decided holds until an officer decides.
    void take_undecided() {
        if (undecided.rule == no_rule) return;
        house_holds = needs_confirming = waits = true;
        (undecided.until == forever ? contract : dated) = true;
        if (undecided.until != forever) retain_until = std::max(retain_until, undecided.until);
        governing.offer(undecided);
    }

    review_reason doubt() const {
        if (lacks_commodity) return review_reason::missing_commodity;
        if (lacks_date) return review_reason::missing_date;
        if (in_window || unconfirmed) return review_reason::unconfirmed_rule;
        if (unstated) return review_reason::retention_unstated;
        if (lacks_balance) return review_reason::missing_balance;
        return review_reason::none;
    }
};

// The records of a person that keep her identity: what they answer, taken together.
struct holders {
    compact_day statutory_until = no_day;
    compact_day retain_until = no_day;
    leader governing;
    bool any = false, any_review = false;
    bool open = false, contract = false, dated = false;
    bool all_liftable = true, any_confirm = false;
    bool erase_day_unknown = false;

    void add(const assessment& answer, const leader& strongest) {
        any = true;
        statutory_until = std::max(statutory_until, answer.statutory_until);
        retain_until = std::max(retain_until, answer.retain_until);
        open = open || answer.hold == hold_kind::open;
        contract =
            contract || answer.hold == hold_kind::contract || answer.action == record_action::keep;
        dated = dated || answer.hold == hold_kind::dated;
        all_liftable = all_liftable && answer.liftable;
        any_confirm = any_confirm || answer.confirm;
        erase_day_unknown =
            erase_day_unknown || (answer.hold == hold_kind::dated && answer.erase_on == no_day);
        governing.offer(strongest);
    }
};

// The record's own rules and holds. Its category must be known and personal.
tally look(const assessment_table& table, const record_batch& rows, std::size_t row);
// The same, with every rule that applied.
std::vector<applied_rule> rules_of(const assessment_table& table, const record_batch& rows,
                                   std::size_t row);

}  // namespace pykala::assess_detail
