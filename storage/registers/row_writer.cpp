#include "storage/registers/row_writer.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "storage/registers/judgement.hpp"
#include "storage/registers/own_tables.hpp"

namespace pykala::storage::registers {

namespace {

struct assignment {
    std::string column;
    std::optional<std::string> value;
};

void set_all(const std::vector<allowed_change>& changes, change_status status,
             const std::string& reason) {
    for (const auto& c : changes) {
        c.result->status = status;
        c.result->reason = reason;
    }
}

// The row must still be the person's; otherwise nothing changes and the answer is false.
result<bool> update_row(const write_context& context, const raw_row& row,
                        const std::vector<assignment>& values) {
    if (values.empty()) return true;
    const auto& table = *row.table;
    std::string sets;
    for (std::size_t i = 0; i < values.size(); ++i)
        sets += fmt::format("{}{} = ?{}", i ? ", " : "", sql_name(values[i].column), i + 3);
    PYKALA_TRY(const auto update, context.db.get(fmt::format(
                                      "UPDATE {} SET {} WHERE {} = ?2 AND {}", sql_name(table.name),
                                      sets, sql_name(table.key), belongs(context.map, table))));
    update->bind_all(row.owner, row.key);
    for (std::size_t i = 0; i < values.size(); ++i) update->bind(int(i) + 3, values[i].value);
    PYKALA_TRY(const auto changed, update->run_bound());
    return changed == 1;
}

result<bool> delete_row(const write_context& context, const raw_row& row) {
    const auto& table = *row.table;
    PYKALA_TRY(const auto remove, context.db.get(fmt::format(
                                      "DELETE FROM {} WHERE {} = ?2 AND {}", sql_name(table.name),
                                      sql_name(table.key), belongs(context.map, table))));
    PYKALA_TRY(const auto gone, remove->run(row.owner, row.key));
    // Cascades are not counted by the databases: one is the row itself.
    if (gone != 1) return false;
    PYKALA_CHECK(drop_marks(context.db, table.name, row.key));
    return true;
}

// The columns that name the person of this row, emptied; the other party's stays.
std::vector<assignment> without_person(const raw_row& row) {
    std::vector<assignment> values;
    for (const auto& column : {row.table->person, row.table->also_person})
        if (const auto owner = row.value(column); owner && *owner == row.owner)
            values.push_back({column, std::nullopt});
    return values;
}

bool has(const std::vector<allowed_change>& changes, register_verb verb) {
    return std::ranges::any_of(changes, [&](const auto& c) { return c.change->verb == verb; });
}

bool is_present(const raw_row& row, const std::vector<std::string>& columns) {
    return std::ranges::any_of(columns, [&](const auto& c) { return row.value(c).has_value(); });
}

// Whether records of the row stay that the changes do not speak of.
bool others_stay(const raw_row& row, const std::vector<allowed_change>& changes) {
    for (const auto& [category, columns] : categories_of(row))
        if (is_present(row, columns) &&
            std::ranges::none_of(changes, [&](const auto& c) { return c.id.category == category; }))
            return true;
    return false;
}

std::vector<assignment> emptied(const raw_row& row, const std::vector<allowed_change>& changes) {
    std::vector<assignment> values;
    const auto categories = categories_of(row);
    for (const auto& c : changes) {
        if (c.change->verb == register_verb::unlink) continue;
        const auto found = categories.find(c.id.category);
        if (found == categories.end()) continue;
        for (const auto& column : found->second) values.push_back({column, std::nullopt});
    }
    return values;
}

result<bool> forget_marks(const write_context& context,
                          const std::vector<allowed_change>& changes) {
    for (const auto& c : changes) PYKALA_CHECK(put_mark(context.db, c.id, {}));
    return true;
}

// A ban on marketing that speaks of an address.
bool is_ban(const raw_row& row) {
    const auto& reduction = row.table->reduction;
    return reduction && row.value(reduction->ban) == "1" && row.value(reduction->address);
}

// A ban on marketing leaves a hash of the address that must be left alone, and nothing else.
result<bool> reduce_row(const write_context& context, const raw_row& row,
                        const std::vector<allowed_change>& changes) {
    const auto& reduction = *row.table->reduction;
    auto values = emptied(row, changes);
    std::erase_if(values, [&](const auto& v) { return v.column == reduction.ban; });
    const auto address = row.value(reduction.address);
    if (!std::ranges::any_of(values, [&](const auto& v) { return v.column == reduction.address; }))
        values.push_back({reduction.address, std::nullopt});
    values.push_back({reduction.key, context.suppression_key(*address)});
    std::ranges::move(without_person(row), std::back_inserter(values));
    return update_row(context, row, values);
}

result<bool> unlink_row(const write_context& context, const raw_row& row,
                        const std::vector<allowed_change>& changes) {
    auto values = emptied(row, changes);
    // What speaks of the person speaks of the other party too while there is one.
    if (row.several_parties)
        values.clear();
    else
        for (const auto& column : row.table->cleared_on_unlink)
            values.push_back({column, std::nullopt});
    std::ranges::move(without_person(row), std::back_inserter(values));
    return update_row(context, row, values);
}

// Erase, unlink and reduce of records of one row, all of which the law lets go now.
result<bool> let_go(const write_context& context, const raw_row& row,
                    const std::vector<allowed_change>& changes) {
    const auto& table = *row.table;
    const bool stays = others_stay(row, changes);
    const bool unlinks = has(changes, register_verb::unlink) || row.several_parties;
    const bool leaves_ban = has(changes, register_verb::reduce) && is_ban(row);
    if ((unlinks || leaves_ban) && stays) {
        set_all(changes, change_status::failed, "row_not_separable");
        return true;
    }
    if (unlinks && without_person(row).empty()) {
        set_all(changes, change_status::failed, "not_linked_here");
        return true;
    }
    if (leaves_ban && !context.suppression_key) {
        set_all(changes, change_status::failed, "no_suppression_key");
        return true;
    }
    PYKALA_CHECK(forget_marks(context, changes));
    if (leaves_ban) return reduce_row(context, row, changes);
    if (unlinks) return unlink_row(context, row, changes);
    if (stays || table.erase == row_erasure::columns)
        return update_row(context, row, emptied(row, changes));
    return delete_row(context, row);
}

result<bool> add_correction(const write_context& context, const allowed_change& change) {
    const auto& c = *context.map.corrections;
    PYKALA_TRY(const auto add,
               context.db.get(fmt::format(
                   "INSERT INTO {}({}, {}, {}, {}, {}, {}, {}, {}) VALUES(?1,?2,?3,?4,?5,?6,?7,?8)",
                   sql_name(c.table), sql_name(c.person), sql_name(c.row_table),
                   sql_name(c.row_key), sql_name(c.field), sql_name(c.old_value),
                   sql_name(c.new_value), sql_name(c.kind), sql_name(c.made_on))));
    PYKALA_TRY(const auto added,
               add->run(change.row->owner, change.id.table, change.id.key, change.change->field,
                        change.change->old_value, change.change->new_value,
                        change.change->correction, to_string(context.on)));
    change.result->status = change_status::corrected;
    return added == 1;
}

result<bool> rectify(const write_context& context, const allowed_change& change) {
    const auto& wanted = *change.change;
    const auto categories = categories_of(*change.row);
    const auto columns = categories.find(change.id.category);
    const auto refused = [&](change_status status, const char* reason) {
        set_all({change}, status, reason);
        return true;
    };
    if (columns == categories.end() ||
        std::ranges::find(columns->second, wanted.field) == columns->second.end())
        return refused(change_status::failed, "no_such_field");
    if (change.row->value(wanted.field) != wanted.old_value)
        return refused(change_status::conflict, "changed_meanwhile");
    if (!change.row->table->voucher)
        return update_row(context, *change.row, {{wanted.field, wanted.new_value}});
    if (!context.map.corrections) return refused(change_status::failed, "no_corrections");
    return add_correction(context, change);
}

result<bool> mark(const write_context& context, const allowed_change& change) {
    const auto& table = *change.row->table;
    record_marks marks;
    if (const auto old = change.row->marks.find(change.id.category); old != change.row->marks.end())
        marks = old->second;
    if (change.change->verb == register_verb::restrict_use) marks.restricted = true;
    if (change.change->verb == register_verb::hold_only) marks.hold_only = true;
    if (change.change->verb == register_verb::release) marks = {};
    PYKALA_CHECK(put_mark(context.db, change.id, marks));
    PYKALA_TRY(const auto of_row, marks_of_row(context.db, table.name, change.row->key));
    std::vector<assignment> flags;
    if (!table.restricted.empty())
        flags.push_back({table.restricted, of_row.restricted ? "1" : "0"});
    if (!table.hold_only.empty()) flags.push_back({table.hold_only, of_row.hold_only ? "1" : "0"});
    return update_row(context, *change.row, flags);
}

result<bool> change_row(const write_context& context, const allowed_change& change) {
    if (change.change->verb == register_verb::rectify) return rectify(context, change);
    return mark(context, change);
}

}  // namespace

result<bool> write_row(const write_context& context, const std::vector<allowed_change>& changes) {
    std::vector<allowed_change> going;
    for (const auto& change : changes) {
        if (lets_go(change.change->verb)) {
            going.push_back(change);
            continue;
        }
        PYKALA_TRY(const bool as_read, change_row(context, change));
        if (!as_read) return false;
    }
    if (going.empty()) return true;
    return let_go(context, *changes.front().row, going);
}

result<bool> sweep(const write_context& context, const std::vector<std::string>& people) {
    const auto& map = context.map;
    const auto has_record = [](const raw_row& row) {
        return std::ranges::any_of(categories_of(row),
                                   [&](const auto& c) { return is_present(row, c.second); });
    };
    bool any_record = false;
    std::set<std::string> owners;                          // who has rows beside the own
    std::set<std::pair<std::string, std::string>> led_to;  // rows that others need
    for (const auto& [table, by_key] : context.rows)
        for (const auto& [key, row] : by_key) {
            any_record |= has_record(row);
            if (table != map.person.table && row.table->has_records())
                for (const auto& owner : people)
                    if (row.owner == owner || row.value(row.table->also_person) == owner)
                        owners.insert(owner);
            if (const auto by = row.value(row.table->by)) led_to.emplace(row.table->through, *by);
        }
    const auto ends_here = [&](const std::string& name, const raw_row& row) {
        if (has_record(row) || row.several_parties) return false;
        if (name == map.person.table) return !owners.contains(row.owner);
        if (!row.table->has_records()) return !any_record;
        const bool leads = std::ranges::any_of(
            map.tables, [&](const auto& table) { return table.through == name; });
        return leads && !led_to.contains({name, row.key});
    };
    for (const auto& [table, by_key] : context.rows)
        for (const auto& [key, row] : by_key) {
            const bool shared_help =
                row.several_parties && !row.table->has_records() && !any_record;
            if (!shared_help && !ends_here(table, row)) continue;
            if (is_ban(row)) {
                if (!context.suppression_key) continue;
                PYKALA_TRY(const bool as_read, reduce_row(context, row, {}));
                if (!as_read) return false;
                continue;
            }
            PYKALA_TRY(const bool as_read, shared_help
                                               ? update_row(context, row, without_person(row))
                                               : delete_row(context, row));
            if (!as_read) return false;
        }
    if (any_record || !map.disclosures) return true;
    const auto& d = *map.disclosures;
    PYKALA_TRY(const auto drop, context.db.get(fmt::format("DELETE FROM {} WHERE {} = ?1",
                                                           sql_name(d.table), sql_name(d.person))));
    for (const auto& person : people) PYKALA_CHECK(drop->run(person));
    return true;
}

}  // namespace pykala::storage::registers
