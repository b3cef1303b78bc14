#include "engine/case/assess_case.hpp"

#include <algorithm>

#include "engine/assess/batch.hpp"
#include "engine/case/rules_of_case.hpp"
#include "engine/case/values.hpp"

namespace pykala::cases {
namespace {

std::optional<date> day_of(compact_day day) {
    if (day == no_day) return std::nullopt;
    return date{std::chrono::days{day}};
}

// Consent and objection end only what rests on them; a record that also rests on something else
// stays under its rules.
defeat defeat_of(const record& held, const defeats& found, const facts& known) {
    const auto* kind = find(known.law->own_pack().categories, held.category);
    if (!kind) return defeat::none;
    const auto& basis = kind->facts.basis.value;
    const auto only = [&](legal_basis one) {
        return !basis.empty() && std::ranges::all_of(basis, [&](auto b) { return b == one; });
    };
    if (found.consent_withdrawn && only(legal_basis::consent)) return defeat::consent_withdrawn;
    const auto& uses = kind->facts.purposes.value;
    const bool all_stopped =
        !uses.empty() && std::ranges::all_of(uses, [&](const std::string& use) {
            return std::ranges::find(found.stopped_uses, use) != found.stopped_uses.end();
        });
    if (all_stopped && only(legal_basis::interest)) return defeat::objection_upheld;
    return defeat::none;
}

// On the day that the person was told, a rule that nobody upheld holds no more.
bool is_day_of_erasure(const case_state& c, const std::string& record, date today) {
    const auto found = std::ranges::find(c.deferred, record, &deferred_erasure::record);
    return found != c.deferred.end() && found->state != "cancelled" && found->erase_on <= today;
}

void add_house(record& held, const case_state& c, const assessment_table& table) {
    for (const auto& each : c.house) (each.upheld ? held.upheld : held.lifted).push_back(each.rule);
    if (!is_day_of_erasure(c, held.id, table.on())) return;
    for (const auto& rule : table.rules())
        if (rule.by == authority::house &&
            std::ranges::find(held.upheld, rule.id) == held.upheld.end())
            held.lifted.push_back(rule.id);
}

house_course course_of(const case_state& c, const assessment_table& table) {
    house_course house{.of_case = true};
    for (const auto& each : c.house) {
        const auto index = table.rule(each.rule);
        if (index == no_rule || !each.upheld || !each.until) continue;
        house.until[std::size_t(index - table.first_house_rule())] =
            compact_day(each.until->time_since_epoch().count());
    }
    return house;
}

record_batch batch_of(const case_state& c, const facts& known) {
    const auto& table = *known.law->table;
    const auto found = defeats_of(known.others, c);
    record_batch rows;
    rows.house = course_of(c, table);
    for (const auto& [id, held] : c.records) {
        auto source = record_of(held.source);
        if (source.defeated_by == defeat::none)
            source.defeated_by = defeat_of(source, found, known);
        add_house(source, c, table);
        rows.add(table, source);
    }
    return rows;
}

value_object answer_of(const assessment& a, const assessment_table& table) {
    value_object all{{"outcome", name_of(a.outcome)},
                     {"action", name_of(a.action)},
                     {"hold", name_of(a.hold)},
                     {"statutory_until", date_value(day_of(a.statutory_until))},
                     {"retain_until", date_value(day_of(a.retain_until))},
                     {"erase_on", date_value(day_of(a.erase_on))},
                     {"erase_by", date_value(day_of(a.erase_by))},
                     {"liftable", a.liftable},
                     {"confirm", a.confirm}};
    all.emplace("reason", a.reason == review_reason::none ? value() : value(name_of(a.reason)));
    if (a.governing != no_rule) {
        const auto& rule = table.rules()[a.governing];
        all.emplace("governing", value_object{{"rule", rule.id},
                                              {"authority", name_of(rule.by)},
                                              {"cite", rule.cite},
                                              {"grade", name_of(rule.grade)}});
    }
    return all;
}

}  // namespace

record record_of(const value_object& source) {
    record out;
    out.id = text_of(source, "id");
    out.category = text_of(source, "category");
    out.commodity = from_name<enum commodity>(text_of(source, "commodity"));
    const auto& dates = member(source, "dates");
    out.event = date_of(dates["event"]);
    out.contract_end = date_of(dates["contract_end"]);
    out.role_end = date_of(dates["role_end"]);
    out.accounting_period_end = date_of(dates["accounting_period_end"]);
    out.contract =
        from_name<contract_state>(text_of(source, "contract")).value_or(contract_state::ended);
    out.balance =
        from_name<balance_state>(text_of(source, "balance")).value_or(balance_state::unknown);
    for (const auto& hold : objects_of(member(source, "holds")))
        out.holds.push_back({text_of(hold, "reason"), date_of(hold, "until")});
    out.defeated_by = from_name<defeat>(text_of(source, "defeated_by")).value_or(defeat::none);
    return out;
}

value_object source_of(const record& from) {
    value_object out{{"id", from.id}, {"category", from.category}};
    if (from.commodity) out.emplace("commodity", name_of(*from.commodity));
    value_object dates;
    const auto add_day = [&](std::string_view name, const std::optional<date>& day) {
        if (day) dates.emplace(std::string(name), to_string(*day));
    };
    add_day("event", from.event);
    add_day("contract_end", from.contract_end);
    add_day("role_end", from.role_end);
    add_day("accounting_period_end", from.accounting_period_end);
    if (!dates.empty()) out.emplace("dates", std::move(dates));
    out.emplace("contract", name_of(from.contract));
    if (from.balance != balance_state::unknown) out.emplace("balance", name_of(from.balance));
    value_array holds;
    for (const auto& hold : from.holds)
        holds.emplace_back(
            value_object{{"reason", hold.reason}, {"until", date_value(hold.until)}});
    if (!holds.empty()) out.emplace("holds", std::move(holds));
    if (from.defeated_by != defeat::none) out.emplace("defeated_by", name_of(from.defeated_by));
    return out;
}

value_object assess_case(const case_state& c, const facts& known) {
    value_object all;
    if (!known.law || !known.law->table || c.records.empty()) return all;
    const auto& table = *known.law->table;
    const auto rows = batch_of(c, known);
    std::vector<assessment> answers(rows.size());
    assess_person(table, rows, 0, rows.size(), answers);
    std::size_t row = 0;
    for (const auto& [id, held] : c.records) all.emplace(id, answer_of(answers[row++], table));
    return all;
}

std::map<std::string, std::vector<rule_of_record>> rules_of_case(const case_state& c,
                                                                 const facts& known) {
    std::map<std::string, std::vector<rule_of_record>> all;
    if (!known.law || !known.law->table) return all;
    const auto& table = *known.law->table;
    const auto rows = batch_of(c, known);
    std::vector<assessment> answers(rows.size());
    assess_person(table, rows, 0, rows.size(), answers);
    std::size_t row = 0;
    for (const auto& [id, held] : c.records) {
        auto& mine = all[id];
        for (const auto& each : explain(table, rows, 0, rows.size(), row, answers)) {
            const auto& rule = table.rules()[each.rule];
            mine.push_back({rule.id, rule.by, day_of(each.until)});
        }
        ++row;
    }
    return all;
}

void reassess(const case_state& before, event& e, const facts& known) {
    case_state after = before;
    apply(after, e);
    value_object changed;
    for (auto& [id, answer] : assess_case(after, known))
        if (value(after.records.at(id).assessed) != answer) changed.emplace(id, std::move(answer));
    if (!changed.empty()) put(e, "assessed", std::move(changed));
}

}  // namespace pykala::cases
