#include "storage/registers/row_reader.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/base/encoding.hpp"

#include "storage/hash/sha256.hpp"

namespace pykala::storage::registers {

namespace {

bool is_media(const mapped_table& table, const std::string& column) {
    return std::ranges::find(table.media, column) != table.media.end();
}

// A column of a SELECT and the name under which its value stands.
struct asked {
    std::string name, sql;
};

// SQL that gives 1 where one of the columns has a value.
std::string any_of(const std::vector<std::string>& columns) {
    std::vector<std::string> none;
    for (const auto& column : columns) none.push_back(sql_name(column) + " IS NULL");
    return fmt::format("CASE WHEN {} THEN NULL ELSE '1' END", fmt::join(none, " AND "));
}

// Columns whose text is read.
std::vector<asked> text_columns(const mapped_table& table, reading what) {
    std::set<std::string> all{table.person, table.by, table.also_person, table.category_column};
    const auto& f = table.facts;
    for (const auto* column :
         {&f.event, &f.contract_end, &f.role_end, &f.accounting_period_end, &f.in_force,
          &f.commodity, &f.balance, &f.contract_key, &f.contract_start})
        all.insert(*column);
    if (table.series) all.insert({table.series->point, table.series->month, table.series->step});
    if (what == reading::everything) {
        if (table.reduction) all.insert({table.reduction->address, table.reduction->ban});
        all.insert(table.columns.begin(), table.columns.end());
        for (const auto& [id, columns] : table.categories)
            all.insert(columns.begin(), columns.end());
    }
    all.erase("");
    if (table.series) all.erase(table.series->values);
    std::vector<asked> parts;
    // Media may be large and is fetched apart: here only whether there is any.
    for (const auto& column : all)
        parts.push_back({column, is_media(table, column) ? any_of({column}) : sql_name(column)});
    if (what == reading::everything) return parts;
    for (const auto& [id, columns] : table.categories)
        parts.push_back({presence_of(id), any_of(columns)});
    if (!table.columns.empty()) parts.push_back({presence_of(""), any_of(table.columns)});
    return parts;
}

std::string select_of(const register_map& map, const mapped_table& table,
                      const std::vector<asked>& columns, bool with_series) {
    std::vector<std::string> parts{sql_name(table.key)};
    for (const auto& column : columns) parts.push_back(column.sql);
    if (with_series) parts.push_back(sql_name(table.series->values));
    return fmt::format("SELECT {} FROM {} WHERE {}", fmt::join(parts, ", "), sql_name(table.name),
                       belongs(map, table));
}

result<void> add_rows(sql_database& db, const register_map& map, const mapped_table& table,
                      const std::vector<std::string>& people, reading what, person_rows& rows) {
    const auto columns = text_columns(table, what);
    const bool with_series = table.series && what == reading::everything;
    PYKALA_TRY(const auto query, db.get(select_of(map, table, columns, with_series)));
    for (const auto& person : people) {
        query->bind_all(person);
        while (true) {
            PYKALA_TRY(const bool more, query->step());
            if (!more) break;
            const auto [at, added] = rows[table.name].try_emplace(query->text(0), raw_row{});
            if (!added) continue;
            raw_row& row = at->second;
            row.table = &table;
            row.key = at->first;
            row.owner = person;
            row.read = what;
            for (std::size_t i = 0; i < columns.size(); ++i)
                row.values.emplace(columns[i].name, query->text_if(int(i) + 1));
            const auto second = row.value(table.also_person), first = row.value(table.person);
            row.several_parties = first && second && *first != *second;
            if (!with_series) continue;
            const auto packed = query->bytes(int(columns.size()) + 1);
            row.values.emplace(table.series->values,
                               packed.empty() ? std::nullopt : std::optional<std::string>("1"));
            const auto values = unpack_series(packed);
            if (!values)
                return fail(problem_kind::corrupt, "register_series",
                            fmt::format("a series of `{}` ends within a number", table.name));
            row.series_count = std::int64_t(values->size());
            row.series_digest = to_hex(sha256({}, as_text(packed)));
        }
    }
    return {};
}

result<void> add_holds(sql_database& db, const register_map& map, person_rows& rows) {
    if (!map.holds) return {};
    const auto& h = *map.holds;
    PYKALA_TRY(const auto query,
               db.get(fmt::format("SELECT {}, {} FROM {} WHERE {} = ?1 AND {} = ?2 ORDER BY 1",
                                  sql_name(h.reason), sql_name(h.until), sql_name(h.table),
                                  sql_name(h.row_table), sql_name(h.row_key))));
    for (auto& [table, by_key] : rows)
        for (auto& [key, row] : by_key) {
            query->bind_all(table, key);
            while (true) {
                PYKALA_TRY(const bool more, query->step());
                if (!more) break;
                legal_hold hold{.reason = query->text(0), .until = std::nullopt};
                // An end that nobody can read is no end.
                if (const auto until = query->text_if(1))
                    hold.until = parse_date(std::string_view(*until).substr(0, 10));
                row.holds.push_back(std::move(hold));
            }
        }
    return {};
}

result<void> add_marks(sql_database& db, person_rows& rows) {
    PYKALA_TRY(const auto query, db.get("SELECT category, restricted, hold_only FROM pykala_mark "
                                        "WHERE row_table = ?1 AND row_key = ?2"));
    for (auto& [table, by_key] : rows)
        for (auto& [key, row] : by_key) {
            query->bind_all(table, key);
            while (true) {
                PYKALA_TRY(const bool more, query->step());
                if (!more) break;
                row.marks[query->text(0)] = {.restricted = query->flag(1),
                                             .hold_only = query->flag(2)};
            }
        }
    return {};
}

// Rows that reach the person through a shared row are shared too.
void spread_parties(const register_map& map, person_rows& rows) {
    for (std::size_t round = 0; round < map.tables.size(); ++round)
        for (auto& [name, by_key] : rows)
            for (auto& [key, row] : by_key) {
                const auto by = row.value(row.table->by);
                if (!by) continue;
                const auto& parents = rows[row.table->through];
                if (const auto parent = parents.find(*by); parent != parents.end())
                    row.several_parties |= parent->second.several_parties;
            }
}

}  // namespace

std::optional<std::string> raw_row::value(std::string_view column) const {
    const auto found = values.find(column);
    return found == values.end() ? std::nullopt : found->second;
}

std::string sql_name(std::string_view identifier) {
    return fmt::format("\"{}\"", identifier);
}

// No column is called so: a name has no `#`.
std::string presence_of(std::string_view category) {
    return fmt::format("#{}", category);
}

std::string belongs(const register_map& map, const mapped_table& table) {
    if (!table.through.empty()) {
        const auto& parent = *map.find_table(table.through);
        return fmt::format("{} IN (SELECT {} FROM {} WHERE {})", sql_name(table.by),
                           sql_name(parent.key), sql_name(parent.name), belongs(map, parent));
    }
    if (table.also_person.empty()) return fmt::format("{} = ?1", sql_name(table.person));
    return fmt::format("({} = ?1 OR {} = ?1)", sql_name(table.person), sql_name(table.also_person));
}

std::map<std::string, std::vector<std::string>> categories_of(const raw_row& row) {
    const auto& table = *row.table;
    const bool facts = row.read == reading::facts;
    if (table.category_column.empty()) {
        if (!facts) return {table.categories.begin(), table.categories.end()};
        std::map<std::string, std::vector<std::string>> present;
        for (const auto& [id, columns] : table.categories) present[id] = {presence_of(id)};
        return present;
    }
    const auto value = row.value(table.category_column);
    const auto known = table.category_of.find(value.value_or(""));
    // A value that the mapping does not know makes a category that no pack has: a person looks.
    return {{known != table.category_of.end() ? known->second : "unmapped",
             facts ? std::vector{presence_of("")} : table.columns}};
}

std::optional<std::vector<std::int64_t>> unpack_series(std::span<const std::uint8_t> bytes) {
    std::vector<std::int64_t> values;
    std::int64_t value = 0;
    int shift = 0;
    for (const auto byte : bytes) {
        if (shift > 56) return std::nullopt;
        value |= std::int64_t(byte & 0x7F) << shift;
        shift += 7;
        if (byte & 0x80) continue;
        values.push_back(value);
        value = 0;
        shift = 0;
    }
    if (shift != 0) return std::nullopt;
    return values;
}

result<person_rows> read_rows(sql_database& db, const register_map& map,
                              const std::vector<std::string>& people, reading what) {
    person_rows rows;
    for (const auto& table : map.tables) PYKALA_CHECK(add_rows(db, map, table, people, what, rows));
    PYKALA_CHECK(add_holds(db, map, rows));
    PYKALA_CHECK(add_marks(db, rows));
    spread_parties(map, rows);
    return rows;
}

}  // namespace pykala::storage::registers
