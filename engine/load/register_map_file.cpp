#include "engine/load/register_map_file.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "engine/load/table_reader.hpp"

namespace pykala {

namespace {

// A column or table, required or not; what is no name is a fault.
std::string checked(const table_reader& from, std::string_view key, std::string name) {
    if (!name.empty() && !is_identifier(name))
        from.fault(key, "R01", fmt::format("`{}` is no name of a table or column", name),
                   "letters, digits and `_`, no digit first, at most 64");
    return name;
}
std::string name_in(const table_reader& from, std::string_view key) {
    return checked(from, key, from.text(key));
}
std::string name_if(const table_reader& from, std::string_view key) {
    return checked(from, key, from.text_if(key));
}
std::vector<std::string> names_if(const table_reader& from, std::string_view key) {
    auto names = from.texts_if(key);
    for (const auto& name : names) checked(from, key, name);
    return names;
}

mapped_facts read_facts(const table_reader& from) {
    return {.event = name_if(from, "event"),
            .contract_end = name_if(from, "contract_end"),
            .role_end = name_if(from, "role_end"),
            .accounting_period_end = name_if(from, "accounting_period_end"),
            .in_force = name_if(from, "in_force"),
            .commodity = name_if(from, "commodity"),
            .balance = name_if(from, "balance"),
            .commodity_is = from.choice_if<commodity>("commodity_is"),
            .contract_table = name_if(from, "contract_table"),
            .contract_key = name_if(from, "contract_key"),
            .contract_start = name_if(from, "contract_start")};
}

mapped_series read_series(const table_reader& from) {
    return {.point = name_in(from, "point"),
            .month = name_in(from, "month"),
            .step = name_in(from, "step"),
            .values = name_in(from, "values"),
            .unit = from.text("unit")};
}

void read_categories(const table_reader& from, const pack& tenant, mapped_table& table) {
    const auto known = [&](const table_reader& at, const std::string& key, const std::string& id) {
        const auto* category = find(tenant.categories, id);
        if (!category)
            at.fault(key, "R04", fmt::format("the pack has no category `{}`", id));
        else if (!category->parts.empty())
            at.fault(key, "R04",
                     fmt::format("the pack splits `{}`; records belong to its parts", id),
                     "write " + category->parts.front());
    };
    std::set<std::string> seen;
    for (const auto& [id, part] : from.tables("category", id_form::any)) {
        known(part, "columns", id);
        for (const auto& column : table.categories[id] = names_if(part, "columns"))
            if (!seen.insert(column).second)
                part.fault("columns", "R02",
                           fmt::format("column `{}` belongs to another category too", column),
                           "a column is erased with one category only");
    }
    table.category_column = name_if(from, "category_column");
    table.columns = names_if(from, "columns");
    for (const auto& [value, part] : from.tables("category_of", id_form::any))
        known(part, "id", table.category_of[value] = part.text("id"));
    const bool by_row = !table.category_column.empty();
    if ((by_row && !table.categories.empty()) || by_row == table.category_of.empty() ||
        by_row == table.columns.empty())
        from.fault("category_column", "R05",
                   "a table has either `category` or all of "
                   "`category_column`, `category_of` and `columns`");
}

mapped_table read_table(const std::string& name, const table_reader& from, const pack& tenant) {
    mapped_table table{.name = name,
                       .key = name_in(from, "key"),
                       .person = name_if(from, "person"),
                       .through = name_if(from, "through"),
                       .by = name_if(from, "by"),
                       .also_person = name_if(from, "also_person"),
                       .erase = from.choice_or("erase", row_erasure::row),
                       .restricted = name_if(from, "restricted"),
                       .hold_only = name_if(from, "hold_only"),
                       .voucher = from.flag_if("voucher", false),
                       .concealed = from.flag_if("concealed", false),
                       .media = names_if(from, "media"),
                       .cleared_on_unlink = names_if(from, "cleared_on_unlink")};
    checked(from, "key", name);
    if (table.person.empty() == table.through.empty() || table.through.empty() != table.by.empty())
        from.fault("person", "R05", "a table has either `person` or both `through` and `by`");
    if (const auto facts = from.table_if("facts")) table.facts = read_facts(*facts);
    if (const auto series = from.table_if("series")) table.series = read_series(*series);
    if (const auto part = from.table_if("reduction"))
        table.reduction = mapped_reduction{.key = name_in(*part, "key"),
                                           .address = name_in(*part, "address"),
                                           .ban = name_in(*part, "ban")};
    if (const auto part = from.table_if("new_ban")) {
        table.new_ban = mapped_ban{.channel = name_in(*part, "channel"),
                                   .on = name_in(*part, "on"),
                                   .kind = part->text_if("kind")};
        if (!table.reduction || table.person.empty())
            part->fault("channel", "R05", "bans stand in a table with `person` and `reduction`",
                        "add [table.NAME.reduction], which says where bans stand");
    }
    read_categories(from, tenant, table);
    if (table.new_ban &&
        (table.category_column.empty() ? !table.new_ban->kind.empty()
                                       : !table.category_of.contains(table.new_ban->kind)))
        from.fault("new_ban", "R04", "`kind` is a value of `category_of`, and only beside it");
    return table;
}

void read_shared_parts(const table_reader& root, register_map& map) {
    if (const auto part = root.table("person")) {
        map.person = {.table = name_in(*part, "table"),
                      .name = names_if(*part, "name"),
                      .language = name_if(*part, "language"),
                      .kind = name_if(*part, "kind"),
                      .protected_address = name_if(*part, "protected_address"),
                      .contact_changed_on = name_if(*part, "contact_changed_on"),
                      .email = name_if(*part, "email")};
    }
    if (const auto part = root.table_if("disclosures"))
        map.disclosures = {.table = name_in(*part, "table"),
                           .person = name_in(*part, "person"),
                           .recipient = name_in(*part, "recipient"),
                           .on = name_in(*part, "on"),
                           .what = name_in(*part, "what")};
    if (const auto part = root.table_if("holds"))
        map.holds = {.table = name_in(*part, "table"),
                     .row_table = name_in(*part, "row_table"),
                     .row_key = name_in(*part, "row_key"),
                     .reason = name_in(*part, "reason"),
                     .until = name_in(*part, "until")};
    if (const auto part = root.table_if("corrections"))
        map.corrections = {.table = name_in(*part, "table"),
                           .person = name_in(*part, "person"),
                           .row_table = name_in(*part, "row_table"),
                           .row_key = name_in(*part, "row_key"),
                           .field = name_in(*part, "field"),
                           .old_value = name_in(*part, "old_value"),
                           .new_value = name_in(*part, "new_value"),
                           .kind = name_in(*part, "kind"),
                           .made_on = name_in(*part, "made_on")};
}

void check_ways(const table_reader& root, const register_map& map) {
    const auto known = [&](std::string_view key, const std::string& table) {
        if (!table.empty() && !map.find_table(table))
            root.fault(key, "R03", fmt::format("there is no [table.{}]", table));
    };
    const auto names_person = [&](std::string_view key, const std::string& name) {
        known(key, name);
        if (const auto* table = map.find_table(name); table && table->person.empty())
            root.fault(key, "R05", fmt::format("`{}` names no person itself", name),
                       "choose a table that has `person`");
    };
    names_person("person", map.person.table);
    if (const auto* table = map.find_table(map.person.table);
        table && table->erase == row_erasure::row)
        root.fault(
            "person", "R05",
            fmt::format("rows of `{}` are the persons and go last, by themselves", table->name),
            "write erase = \"columns\" there");
    for (const auto& key : map.keys) names_person("key", key.table);
    for (const auto& table : map.tables) {
        known("table", table.through);
        known("table", table.facts.contract_table);
        const mapped_table* at = &table;
        for (std::size_t steps = 0; at && !at->through.empty(); ++steps) {
            if (steps > map.tables.size()) {
                root.fault("table", "R03",
                           fmt::format("from `{}` no way leads to a person", table.name));
                break;
            }
            at = map.find_table(at->through);
        }
        // Rows that others reach the person through may not go before them.
        if (const auto* target = map.find_table(table.through);
            target && target->erase == row_erasure::row)
            root.fault("table", "R05",
                       fmt::format("rows of `{}` lead `{}` to the person and may not go",
                                   target->name, table.name),
                       "write erase = \"columns\" there");
    }
    const auto labelled = [&](const std::vector<std::string>& columns) {
        for (const auto& column : columns)
            if (!find(map.labels, column))
                root.fault("table", "R06", fmt::format("column `{}` has no label", column),
                           fmt::format("add [label.{}] with fi, sv, en", column));
    };
    for (const auto& table : map.tables) {
        labelled(table.columns);
        for (const auto& [id, columns] : table.categories) labelled(columns);
    }
}

void read_labels(const table_reader& root, by_id<mapped_label>& labels) {
    for (const auto& [column, table] : root.tables("label", id_form::any))
        labels.insert_or_assign(column,
                                mapped_label{.name = table.in_three_languages(),
                                             .form = table.choice_or("as", field_form::text)});
}

}  // namespace

register_map load_register_map(const source_text& mapping, const source_text* labels,
                               const pack& tenant, diagnostics& findings) {
    register_map map;
    place_book places;
    if (labels) {
        toml_document shared(*labels, places, findings);
        shared.root().number("schema", 1, 1);
        read_labels(shared.root(), map.labels);
        shared.report_unknown_keys();
    }
    toml_document file(mapping, places, findings);
    if (!file.readable()) return map;
    const auto root = file.root();
    root.number("schema", 1, 1);
    map.id = name_in(root, "id");
    if (const auto title = root.table("title")) map.title = title->in_three_languages();
    for (const auto& [kind, key] : root.tables("key"))
        map.keys.push_back({.kind = kind,
                            .table = name_in(key, "table"),
                            .column = name_in(key, "column"),
                            .finds = key.flag_if("finds", false),
                            .gives = key.flag_if("gives", false)});
    if (std::ranges::none_of(map.keys, &mapped_key::finds))
        root.fault("key", "R05", "no key finds a person", "set finds = true at one [key.KIND]");
    read_shared_parts(root, map);
    for (const auto& [name, table] : root.tables("table", id_form::any))
        map.tables.push_back(read_table(name, table, tenant));
    std::ranges::sort(map.tables, {}, &mapped_table::name);
    read_labels(root, map.labels);
    check_ways(root, map);
    file.report_unknown_keys();
    return map;
}

}  // namespace pykala
