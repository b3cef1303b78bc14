#include "engine/registers/register_map.hpp"

#include <algorithm>

namespace pykala {

const mapped_table* register_map::find_table(std::string_view name) const {
    const auto found = std::ranges::find(tables, name, &mapped_table::name);
    return found == tables.end() ? nullptr : &*found;
}

std::set<std::pair<std::string, std::string>> register_map::columns() const {
    std::set<std::pair<std::string, std::string>> all;
    for (const auto& t : tables) {
        const auto& f = t.facts;
        for (const auto& column :
             {t.key, t.person, t.by, t.also_person, t.restricted, t.hold_only, t.category_column,
              f.event, f.contract_end, f.role_end, f.accounting_period_end, f.in_force, f.commodity,
              f.balance, f.contract_key, f.contract_start})
            all.emplace(t.name, column);
        for (const auto* list : {&t.media, &t.cleared_on_unlink, &t.columns})
            for (const auto& column : *list) all.emplace(t.name, column);
        for (const auto& [category, listed] : t.categories)
            for (const auto& column : listed) all.emplace(t.name, column);
        if (t.series)
            for (const auto& column :
                 {t.series->point, t.series->month, t.series->step, t.series->values})
                all.emplace(t.name, column);
        if (t.reduction)
            for (const auto& column : {t.reduction->key, t.reduction->address, t.reduction->ban})
                all.emplace(t.name, column);
        if (t.new_ban)
            for (const auto& column : {t.new_ban->channel, t.new_ban->on})
                all.emplace(t.name, column);
    }
    for (const auto& key : keys) all.emplace(key.table, key.column);
    const auto& p = person;
    for (const auto& column : p.name) all.emplace(p.table, column);
    for (const auto& column :
         {p.language, p.kind, p.protected_address, p.contact_changed_on, p.email})
        all.emplace(p.table, column);
    if (const auto& d = disclosures)
        for (const auto& column : {d->person, d->recipient, d->on, d->what})
            all.emplace(d->table, column);
    if (const auto& h = holds)
        for (const auto& column : {h->row_table, h->row_key, h->reason, h->until})
            all.emplace(h->table, column);
    if (const auto& c = corrections)
        for (const auto& column : {c->person, c->row_table, c->row_key, c->field, c->old_value,
                                   c->new_value, c->kind, c->made_on})
            all.emplace(c->table, column);
    std::erase_if(all, [](const auto& one) { return one.second.empty(); });
    return all;
}

bool is_identifier(std::string_view name) {
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return !name.empty() && name.size() <= 64 && letter(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace pykala
