#include "storage/registers/row_facts.hpp"

#include <algorithm>

#include "engine/base/names.hpp"

namespace pykala::storage::registers {

namespace {

std::optional<date> day_of(const std::optional<std::string>& text) {
    return text ? parse_date(std::string_view(*text).substr(0, 10)) : std::nullopt;
}

struct contract_facts {
    contract_state state = contract_state::ended;
    std::optional<date> start, end;
    bool known = false;
};

// What a row says of its own contract (or, where it has only a role, of the role).
contract_facts own_contract(const raw_row& row, date on) {
    const auto& f = row.table->facts;
    contract_facts facts;
    const auto& end_column = f.contract_end.empty() ? f.role_end : f.contract_end;
    if (f.in_force.empty() && end_column.empty()) return facts;
    facts.known = true;
    facts.start = day_of(row.value(f.contract_start));
    const auto end_text = row.value(end_column);
    facts.end = day_of(end_text);
    bool in_force = !end_column.empty() && (!end_text || (facts.end && *facts.end >= on));
    if (const auto said = row.value(f.in_force)) in_force = *said == "1" || *said == "in_force";
    facts.state = in_force ? contract_state::in_force : contract_state::ended;
    return facts;
}

// All of a person's contracts together: in force while one is, else ended with the last.
contract_facts all_contracts(const std::map<std::string, raw_row>& contracts, date on) {
    contract_facts all;
    for (const auto& [key, row] : contracts) {
        const auto one = own_contract(row, on);
        all.known = true;
        if (one.state == contract_state::in_force) all.state = one.state;
        if (one.end && (!all.end || *all.end < *one.end)) all.end = one.end;
    }
    if (all.state == contract_state::in_force) all.end = std::nullopt;
    return all;
}

contract_facts contract_of(const person_rows& rows, const raw_row& row, date on) {
    const auto& f = row.table->facts;
    if (f.contract_table.empty()) return own_contract(row, on);
    const auto table = rows.find(f.contract_table);
    if (table == rows.end()) return {};
    if (f.contract_key.empty()) return all_contracts(table->second, on);
    const auto key = row.value(f.contract_key);
    const auto found = key ? table->second.find(*key) : table->second.end();
    return found == table->second.end() ? contract_facts{} : own_contract(found->second, on);
}

balance_state balance_of(const raw_row& row) {
    const auto text = row.value(row.table->facts.balance);
    if (!text || text->empty()) return balance_state::unknown;
    if (const auto named = from_name<balance_state>(*text)) return *named;
    // An amount; what is neither a name nor a number is money that somebody has to look at.
    const bool zero = std::ranges::all_of(*text, [](char c) { return c == '0' || c == '.'; });
    return zero ? balance_state::settled : balance_state::open;
}

bool is_outside(const raw_row& row, const contract_facts& contract, std::optional<date> event) {
    if (!event || !contract.known || row.table->facts.contract_key.empty()) return false;
    date first = *event;
    if (row.table->series)
        if (const auto month = row.value(row.table->series->month))
            first = parse_date(*month + "-01").value_or(first);
    return (contract.start && *event < *contract.start) || (contract.end && first > *contract.end);
}

std::vector<register_field> fields_of(const register_map& map, const raw_row& row,
                                      const std::vector<std::string>& columns) {
    std::vector<register_field> fields;
    const auto& table = *row.table;
    for (const auto& column : columns) {
        if (table.series && column == table.series->values) continue;
        const auto value = row.value(column);
        register_field field{.column = column,
                             .text = value.value_or(""),
                             .null = !value,
                             .media = std::ranges::find(table.media, column) != table.media.end(),
                             .concealed = table.concealed};
        if (field.media) field.text.clear();
        if (const auto* label = find(map.labels, column)) {
            field.label = label->name;
            field.form = label->form;
        }
        fields.push_back(std::move(field));
    }
    return fields;
}

register_record record_of(const person_rows& rows, const raw_row& row, date on) {
    const auto& f = row.table->facts;
    register_record made;
    record& facts = made.facts;
    facts.event = day_of(row.value(f.event));
    facts.accounting_period_end = day_of(row.value(f.accounting_period_end));
    const auto contract = contract_of(rows, row, on);
    facts.contract = contract.state;
    // Where a row has only a role, own_contract read the role.
    if (f.role_end.empty() || !f.contract_end.empty() || !f.contract_table.empty())
        facts.contract_end = contract.end;
    if (!f.role_end.empty()) facts.role_end = day_of(row.value(f.role_end));
    facts.commodity = f.commodity_is;
    if (const auto named = row.value(f.commodity)) facts.commodity = from_name<commodity>(*named);
    facts.balance = balance_of(row);
    facts.holds = row.holds;
    made.several_parties = row.several_parties;
    made.voucher = row.table->voucher;
    made.outside_contract = is_outside(row, contract, facts.event);
    if (const auto& s = row.table->series)
        made.series = series_facts{.point = row.value(s->point).value_or(""),
                                   .month = row.value(s->month).value_or(""),
                                   .step = row.value(s->step).value_or(""),
                                   .unit = s->unit,
                                   .count = row.series_count,
                                   .digest = row.series_digest};
    return made;
}

}  // namespace

std::vector<register_record> records_of(const register_map& map, const person_rows& rows, date on) {
    std::vector<register_record> records;
    for (const auto& [table, by_key] : rows)
        for (const auto& [key, row] : by_key) {
            const auto whole = record_of(rows, row, on);
            for (const auto& [category, columns] : categories_of(row)) {
                if (std::ranges::none_of(
                        columns, [&](const auto& column) { return row.value(column).has_value(); }))
                    continue;
                auto one = whole;
                one.facts.id = to_string({map.id, table, key, category});
                one.facts.category = category;
                if (row.read == reading::everything) one.fields = fields_of(map, row, columns);
                if (const auto mark = row.marks.find(category); mark != row.marks.end())
                    one.marks = mark->second;
                records.push_back(std::move(one));
            }
        }
    std::ranges::sort(records, {}, [](const auto& r) -> const auto& { return r.facts.id; });
    return records;
}

}  // namespace pykala::storage::registers
