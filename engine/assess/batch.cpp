#include "engine/assess/batch.hpp"

namespace pykala {
namespace {

compact_day compact(const std::optional<date>& day) {
    return day ? static_cast<compact_day>(day->time_since_epoch().count()) : no_day;
}

std::uint32_t bits_of(const assessment_table& table, const std::vector<std::string>& ids) {
    std::uint32_t bits = 0;
    for (const auto& id : ids) {
        const auto index = table.rule(id);
        if (index == no_rule || table.rules()[index].by != authority::house) continue;
        bits |= std::uint32_t{1} << (index - table.first_house_rule());
    }
    return bits;
}

}  // namespace

void record_batch::clear() {
    category.clear();
    commodity.clear();
    facts.clear();
    event.clear();
    contract_end.clear();
    role_end.clear();
    accounting_period_end.clear();
    hold_until.clear();
    holds_first.clear();
    holds_last.clear();
    hold_ends.clear();
    lifted.clear();
    upheld.clear();
    house = {};
}

void record_batch::add(const assessment_table& table, const record& source) {
    const auto index = table.category(source.category);
    category.push_back(index);
    std::uint8_t known = 0;
    if (source.commodity)
        known = static_cast<std::uint8_t>(1U << unsigned(*source.commodity));
    else if (index != no_rule)
        known = table.categories()[index].commodity;
    commodity.push_back(known);
    std::uint8_t seen = 0;
    if (source.contract == contract_state::in_force) seen |= fact_in_force;
    if (source.balance == balance_state::open) seen |= fact_balance_open;
    if (source.balance == balance_state::settled) seen |= fact_balance_settled;
    if (source.defeated_by != defeat::none) seen |= fact_defeated;
    compact_day until = no_day;
    holds_first.push_back(static_cast<std::uint32_t>(hold_ends.size()));
    for (const auto& hold : source.holds) {
        if (!hold.until) seen |= fact_hold_open;
        until = std::max(until, compact(hold.until));
        hold_ends.push_back(compact(hold.until));
    }
    holds_last.push_back(static_cast<std::uint32_t>(hold_ends.size()));
    facts.push_back(seen);
    event.push_back(compact(source.event));
    contract_end.push_back(compact(source.contract_end));
    role_end.push_back(compact(source.role_end));
    accounting_period_end.push_back(compact(source.accounting_period_end));
    hold_until.push_back(until);
    lifted.push_back(bits_of(table, source.lifted));
    upheld.push_back(bits_of(table, source.upheld));
}

}  // namespace pykala
