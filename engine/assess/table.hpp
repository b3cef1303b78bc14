// The law of one tenant on one day, compiled: categories become rows, rules become table entries,
// so that a record is assessed by looking up and adding, without a string or an allocation.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/assess/record.hpp"
#include "engine/base/result.hpp"
#include "engine/policy/model.hpp"

namespace pykala {

// A rule as the assessment uses it: the version in force on the day of assessment.
struct table_rule {
    std::string id;  // `accounting.voucher`, `kuopio.recordings`, `case.legal_hold`
    authority by = authority::statute;
    std::string cite;
    enum grade grade = grade::confirmed;
    bool floor = false;
    bool ceiling = false;
    bool unconfirmed = false;
    bool only_in_force = false;    // applies only while the contract is in force
    std::uint8_t commodities = 0;  // bits by `commodity`; 0: every one, none needs to be known
    start_function starts = start_function::event;
    end_function end = end_function::anniversary;
    period length;
    // Where the start was derived from `event`: an accounting period may last so long, and until
    // the end counted from event + this the rule is unconfirmed (accounting act 1:4). Empty for
    // rules that start elsewhere.
    period longest_start;
};

// A class or a part of identity that a category belongs to.
struct table_part {
    std::vector<std::uint16_t> rules;  // indices, statutes before house rules
    bool held_in_force = false;
    bool needs_commodity = false;  // some rule asks for the commodity
    bool no_retention = false;     // kept for no time, on purpose
    enum follows follows = follows::none;
    bool is_identity = false;
    bool assumed = false;  // that the category is of this class was assumed by the pack
};

struct table_category {
    std::string id;
    std::vector<table_part> parts;
    bool personal = true;
    bool identity = false;  // of the kind ID, or HETU: counts for others only by its own holds
    bool follows_others = false;
    bool follows_regulated = false;
    bool regulated = false;  // counts for parts that follow the regulated classes
    bool needs_balance = false;
    record_action when_erased = record_action::delete_record;
    std::uint8_t commodity = 0;  // bit of the default; 0: none
};

class assessment_table {
public:
    // Rules of which no version is in force on the day are left out. Fails with `unknown_tenant`.
    static result<assessment_table> compile(const policy_set& law, std::string_view tenant,
                                            date on);

    date on() const { return on_; }
    const std::vector<table_rule>& rules() const { return rules_; }
    const std::vector<table_category>& categories() const { return categories_; }
    // The index of a category; no_rule when the pack has none of that name.
    std::uint16_t category(std::string_view id) const;
    // The index of a rule by its id; no_rule when there is none.
    std::uint16_t rule(std::string_view id) const;

    // House rules stand together, from this index on. LIMIT: 32 of them.
    std::uint16_t first_house_rule() const { return first_house_; }
    // Indices of what a case brings with it.
    std::uint16_t legal_hold_rule() const { return legal_hold_; }
    std::uint16_t open_balance_rule() const { return open_balance_; }
    std::uint16_t contract_rule() const { return contract_; }

private:
    friend class table_builder;
    date on_{};
    std::vector<table_rule> rules_;
    std::vector<table_category> categories_;
    std::map<std::string, std::uint16_t, std::less<>> category_index_, rule_index_;
    std::uint16_t first_house_ = 0, legal_hold_ = no_rule, open_balance_ = no_rule,
                  contract_ = no_rule;
};

}  // namespace pykala
