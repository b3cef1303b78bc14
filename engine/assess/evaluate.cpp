// One record against the table. The order of questions is that of the contract of `pykala assess`.
#include "engine/assess/tally.hpp"

namespace pykala {
namespace {

using namespace assess_detail;

std::chrono::year_month_day civil(compact_day day) {
    return std::chrono::year_month_day{date{std::chrono::days{day}}};
}

compact_day compact(date day) {
    return static_cast<compact_day>(day.time_since_epoch().count());
}

// The same as end_of(), without leaving the loop for the periods that laws use.
compact_day end_day(const table_rule& rule, compact_day start) {
    if (rule.length.unit != time_unit::years)
        return compact(end_of(rule.end, date{std::chrono::days{start}}, rule.length));
    auto ymd = civil(start) + std::chrono::years{rule.length.count};
    if (rule.end == end_function::calendar_year_end)
        return compact(date{ymd.year() / std::chrono::December / 31});
    if (!ymd.ok()) ymd = ymd.year() / ymd.month() / std::chrono::last;
    return compact(date{ymd});
}

compact_day end_of_year_of(compact_day day) {
    return compact(date{civil(day).year() / std::chrono::December / 31});
}

// Collects nothing: the fast path.
struct no_sink {
    void operator()(std::uint16_t, compact_day, compact_day, grade) const {}
};

template <class Sink>
class evaluation {
public:
    evaluation(const assessment_table& table, const record_batch& rows, std::size_t row, Sink& sink)
        : table_(table),
          rows_(rows),
          row_(row),
          facts_(rows.facts[row]),
          today_(compact(table.on())),
          sink_(sink) {}

    tally run(const table_category& category) {
        for (const auto& part : category.parts) look_at(part);
        look_at_case();
        if (category.needs_balance && !(facts_ & (fact_balance_open | fact_balance_settled))) {
            t_.missing |= missing_balance_key;
            t_.lacks_balance = true;
        }
        return t_;
    }

private:
    bool in_force() const { return facts_ & fact_in_force; }

    void look_at(const table_part& part) {
        bool stated = part.no_retention || part.follows != follows::none;
        const auto commodity = rows_.commodity[row_];
        assumed_class_ = part.assumed;
        for (const auto index : part.rules) {
            const auto& rule = table_.rules()[index];
            const bool while_held = in_force() && (rule.starts == start_function::contract_end ||
                                                   rule.starts == start_function::role_end);
            if (rule.commodities != 0 && !(rule.commodities & commodity)) {
                if (commodity == 0 && !while_held) {
                    t_.missing |= missing_commodity_key;
                    t_.lacks_commodity = t_.statute_unknown = stated = true;
                }
                continue;
            }
            if (rule.only_in_force && !in_force()) continue;
            stated = true;
            if (while_held) {
                if (rule.by == authority::house && rule.floor) hold_open_ended(index, rule);
            } else {
                compute(index, rule);
            }
        }
        if (part.held_in_force && in_force()) {
            t_.contract = t_.case_holds = stated = true;
            hold(table_.contract_rule(), forever, authority::case_fact);
            sink_(table_.contract_rule(), no_day, no_day, grade::confirmed);
        }
        t_.unstated = t_.unstated || !stated;
    }

    // What a house rule still says in this case.
    bool set_aside(std::uint16_t index) const {
        return (facts_ & fact_defeated) || (rows_.lifted[row_] & house_bit(index));
    }
    bool upheld(std::uint16_t index) const { return rows_.upheld[row_] & house_bit(index); }
    std::uint32_t house_bit(std::uint16_t index) const {
        return std::uint32_t{1} << (index - table_.first_house_rule());
    }

    // A house rule that counts from the end of a contract still in force.
    void hold_open_ended(std::uint16_t index, const table_rule& rule) {
        if (set_aside(index)) return;
        sink_(index, no_day, no_day, rule.grade);
        if (rule.unconfirmed && !upheld(index)) {
            t_.unconfirmed = true;
            return;
        }
        hold_by_house(index, end_in_case(index, forever));
    }

    // A house rule ends on its own day, or before it on the officer's.
    compact_day end_in_case(std::uint16_t index, compact_day own) const {
        if (!rows_.house.of_case || !upheld(index)) return own;
        const auto day = rows_.house.until[std::size_t(index - table_.first_house_rule())];
        return day == no_day ? own : std::min(own, day);
    }

    // `until` is forever while the contract runs from whose end the rule counts.
    void hold_by_house(std::uint16_t index, compact_day until) {
        const bool ended = until < today_;
        if (!ended && rows_.house.of_case && !upheld(index)) {
            t_.undecided.offer(index, until, rank_of(authority::house));
            return;
        }
        if (until != forever) t_.retain_until = std::max(t_.retain_until, until);
        if (ended) return;
        (until == forever ? t_.contract : t_.dated) = true;
        t_.house_holds = true;
        t_.needs_confirming = t_.needs_confirming || !upheld(index);
        hold(index, until, authority::house);
    }

    void hold(std::uint16_t index, compact_day until, authority by) {
        t_.governing.offer(index, until, rank_of(by));
    }

    compact_day start_of(const table_rule& rule) const {
        switch (rule.starts) {
            case start_function::event:
                return rows_.event[row_];
            case start_function::contract_end:
                return rows_.contract_end[row_];
            case start_function::role_end:
                return rows_.role_end[row_];
            case start_function::accounting_period_end:
                return rows_.accounting_period_end[row_];
        }
        return no_day;
    }

    static std::uint8_t key_of(start_function starts) {
        return static_cast<std::uint8_t>(1U << unsigned(starts));
    }

    void compute(std::uint16_t index, const table_rule& rule) {
        auto start = start_of(rule);
        auto sure = rule.grade;
        compact_day window_until = no_day;
        if (start == no_day && rule.starts == start_function::accounting_period_end &&
            rows_.event[row_] != no_day) {
            // the accounting period of the pack is the calendar year; it may have been longer
            const auto event = rows_.event[row_];
            const date latest = date{std::chrono::days{event}} + rule.longest_start;
            start = end_of_year_of(event);
            window_until = end_day(rule, compact(latest));
            sure = grade::assumed;
        }
        if (start == no_day) {
            lack_date(index, rule);
            return;
        }
        const auto until = end_day(rule, start);
        const bool doubtful = rule.unconfirmed && !(rule.by == authority::house && upheld(index));
        sink_(index, start, until, assumed_class_ ? grade::assumed : sure);
        if (rule.ceiling && !doubtful) t_.erase_by = std::min(t_.erase_by, until);
        if (!rule.floor) return;
        if (rule.by == authority::statute) {
            t_.statutory_until = std::max(t_.statutory_until, until);
            t_.retain_until = std::max(t_.retain_until, until);
            if (until >= today_) {
                t_.dated = true;
                hold(index, until, rule.by);
            } else if (today_ <= window_until) {
                t_.in_window = true;
            }
            return;
        }
        if (set_aside(index)) return;
        if (doubtful) {
            t_.unconfirmed = t_.unconfirmed || until >= today_;
            return;
        }
        hold_by_house(index, end_in_case(index, until));
    }

    void lack_date(std::uint16_t index, const table_rule& rule) {
        if (!rule.floor) return;  // a ceiling alone holds nothing
        if (rule.by == authority::house && set_aside(index)) return;
        t_.missing |= key_of(rule.starts);
        t_.lacks_date = true;
        if (rule.by == authority::statute) t_.statute_unknown = true;
    }

    // Each legal hold that is open or still runs; only where somebody asks why.
    void list_holds() {
        for (auto i = rows_.holds_first[row_]; i < rows_.holds_last[row_]; ++i)
            if (const auto until = rows_.hold_ends[i]; until == no_day || until >= today_)
                sink_(table_.legal_hold_rule(), no_day, until, grade::confirmed);
    }

    void look_at_case() {
        if constexpr (!std::is_same_v<Sink, no_sink>) list_holds();
        if (facts_ & fact_hold_open) {
            t_.open = t_.case_holds = true;
            hold(table_.legal_hold_rule(), forever, authority::case_fact);
        } else if (const auto until = rows_.hold_until[row_]; until != no_day && until >= today_) {
            t_.dated = t_.case_holds = true;
            t_.retain_until = std::max(t_.retain_until, until);
            hold(table_.legal_hold_rule(), until, authority::case_fact);
        }
        if (facts_ & fact_balance_open) {
            t_.open = t_.case_holds = true;
            hold(table_.open_balance_rule(), forever, authority::case_fact);
            sink_(table_.open_balance_rule(), no_day, no_day, grade::confirmed);
        }
    }

    const assessment_table& table_;
    const record_batch& rows_;
    const std::size_t row_;
    const std::uint8_t facts_;
    const compact_day today_;
    Sink& sink_;
    bool assumed_class_ = false;  // of the part being looked at
    tally t_;
};

static_assert((1U << unsigned(start_function::event)) == missing_event);
static_assert((1U << unsigned(start_function::contract_end)) == missing_contract_end);
static_assert((1U << unsigned(start_function::role_end)) == missing_role_end);
static_assert((1U << unsigned(start_function::accounting_period_end)) ==
              missing_accounting_period_end);

}  // namespace

namespace assess_detail {

tally look(const assessment_table& table, const record_batch& rows, std::size_t row) {
    no_sink nothing;
    return evaluation<no_sink>(table, rows, row, nothing)
        .run(table.categories()[rows.category[row]]);
}

std::vector<applied_rule> rules_of(const assessment_table& table, const record_batch& rows,
                                   std::size_t row) {
    std::vector<applied_rule> found;
    const auto collect = [&](std::uint16_t rule, compact_day start, compact_day until, grade sure) {
        const applied_rule added{rule, start, until, sure};
        // a house rule may stand under several classes of one category
        if (std::ranges::find(found, added) == found.end()) found.push_back(added);
    };
    evaluation<decltype(collect)>(table, rows, row, collect)
        .run(table.categories()[rows.category[row]]);
    return found;
}

}  // namespace assess_detail
}  // namespace pykala
