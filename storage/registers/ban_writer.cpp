#include "storage/registers/ban_writer.hpp"

#include <fmt/format.h>

#include "storage/registers/row_reader.hpp"

namespace pykala::storage::registers {

namespace {

constexpr std::string_view every_channel = "all";

// What the person has said before becomes a ban; a ban keeps its day.
result<bool> turn_choices(const ban_context& context, const mapped_table& table,
                          const std::string& person) {
    const auto ban = sql_name(table.reduction->ban);
    PYKALA_TRY(
        const auto update,
        context.db.get(fmt::format(
            "UPDATE {0} SET {1} = '1', {2} = ?2 WHERE {3} = ?1 AND ({1} IS NULL OR {1} <> '1')",
            sql_name(table.name), ban, sql_name(table.new_ban->on), sql_name(table.person))));
    PYKALA_CHECK(update->run(person, to_string(context.on)));
    return true;
}

struct new_row {
    std::optional<std::string> person, address, suppression_key;
    std::string channel;
};

// `unless`: SQL about rows of the table, with the values of the row as ?1 (person), ?2 (address)
// and ?3 (suppression key).
result<bool> add_row(const ban_context& context, const mapped_table& table, const new_row& row,
                     std::string_view unless) {
    const auto& reduction = *table.reduction;
    const auto& way = *table.new_ban;
    std::string columns = fmt::format(
        "{}, {}, {}, {}, {}, {}", sql_name(table.person), sql_name(reduction.address),
        sql_name(reduction.key), sql_name(way.channel), sql_name(way.on), sql_name(reduction.ban));
    std::string values = "?1, ?2, ?3, ?4, ?5, '1'";
    if (!way.kind.empty()) {
        columns += ", " + sql_name(table.category_column);
        values += ", ?6";
    }
    PYKALA_TRY(const auto add,
               context.db.get(fmt::format(
                   "INSERT INTO {}({}) SELECT {} WHERE NOT EXISTS(SELECT 1 FROM {} WHERE {})",
                   sql_name(table.name), columns, values, sql_name(table.name), unless)));
    add->bind_all(row.person, row.address, row.suppression_key, row.channel, to_string(context.on));
    if (!way.kind.empty()) add->bind(6, way.kind);
    PYKALA_CHECK(add->run_bound());
    return true;
}

// The phone numbers or e-mail addresses under which the register knows the person.
result<std::vector<std::string>> addresses(const ban_context& context, const mapped_key& key,
                                           const std::string& person) {
    const auto& owner = context.map.find_table(key.table)->person;
    PYKALA_TRY(const auto query,
               context.db.get(
                   fmt::format("SELECT DISTINCT {0} FROM {1} WHERE {2} = ?1 AND {0} IS NOT NULL",
                               sql_name(key.column), sql_name(key.table), sql_name(owner))));
    query->bind_all(person);
    std::vector<std::string> found;
    while (true) {
        PYKALA_TRY(const bool more, query->step());
        if (!more) return found;
        found.push_back(query->text(0));
    }
}

result<bool> ban_person(const ban_context& context, const mapped_table& table,
                        const std::string& person) {
    PYKALA_CHECK(turn_choices(context, table, person));
    const auto of_person = fmt::format("{} = ?1", sql_name(table.person));
    for (const auto& key : context.map.keys) {
        if (key.kind != "phone" && key.kind != "email") continue;
        PYKALA_TRY(const auto known, addresses(context, key, person));
        for (const auto& address : known)
            PYKALA_CHECK(add_row(
                context, table,
                {.person = person, .address = address, .suppression_key = {}, .channel = key.kind},
                fmt::format("{} AND {} = ?2", of_person, sql_name(table.reduction->address))));
    }
    // whom only letters reach is left in peace too
    return add_row(context, table,
                   {.person = person,
                    .address = {},
                    .suppression_key = {},
                    .channel = std::string(every_channel)},
                   of_person);
}

}  // namespace

result<bool> write_bans(const ban_context& context, const record_change& change,
                        change_result& into) {
    const auto refused = [&](const char* reason) {
        into.status = change_status::failed;
        into.reason = reason;
        return true;
    };
    bool written = false;
    for (const auto& table : context.map.tables) {
        if (!table.new_ban) continue;
        written = true;
        for (const auto& person : context.people) PYKALA_CHECK(ban_person(context, table, person));
        if (!change.new_value) continue;
        if (!context.suppression_key) return refused("no_suppression_key");
        PYKALA_CHECK(add_row(context, table,
                             {.person = {},
                              .address = {},
                              .suppression_key = context.suppression_key(*change.new_value),
                              .channel = change.field},
                             fmt::format("{} = ?3", sql_name(table.reduction->key))));
    }
    if (!written) return refused("no_bans_kept");
    return true;
}

}  // namespace pykala::storage::registers
