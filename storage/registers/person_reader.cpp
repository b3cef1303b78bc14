#include "storage/registers/person_reader.hpp"

#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "storage/registers/row_facts.hpp"
#include "storage/registers/row_reader.hpp"

namespace pykala::storage::registers {

namespace {

result<std::vector<std::string>> column_where(const mapped_database& in, const std::string& table,
                                              const std::string& wanted,
                                              const std::string& condition,
                                              const std::string& value) {
    PYKALA_TRY(
        const auto query,
        in.db.get(fmt::format("SELECT DISTINCT {0} FROM {1} WHERE {2} = ?1 AND {0} IS NOT NULL "
                              "ORDER BY 1",
                              sql_name(wanted), sql_name(table), sql_name(condition))));
    query->bind_all(value);
    std::vector<std::string> found;
    while (true) {
        const auto more = query->step();
        // what can stand in no row of the column (letters where numbers are) leads to nobody
        if (!more && more.error().code == "register_value") return found;
        if (!more) return std::unexpected(more.error());
        if (!*more) return found;
        found.push_back(query->text(0));
    }
}

result<void> add_given(const mapped_database& in, found_person& found) {
    for (const auto& key : in.map.keys) {
        if (!key.gives) continue;
        const auto& owner = in.map.find_table(key.table)->person;
        for (const auto& person : found.people) {
            PYKALA_TRY(const auto values, column_where(in, key.table, key.column, owner, person));
            found.gives[key.kind].insert(values.begin(), values.end());
        }
    }
    return {};
}

// A page of the keys that stand in one column of a table; with an index on it nothing is sorted.
std::string page_of(const mapped_table& table, const std::string& column, bool from_start,
                    std::size_t limit) {
    return fmt::format(
        "SELECT person FROM (SELECT DISTINCT {0} AS person FROM {1} WHERE {0} IS NOT "
        "NULL{2} ORDER BY {0} LIMIT {3}) AS page",
        sql_name(column), sql_name(table.name),
        from_start ? "" : fmt::format(" AND {} > ?1", sql_name(column)), limit);
}

result<std::vector<std::string>> keys_after(const mapped_database& in,
                                            const std::optional<std::string>& after,
                                            std::size_t limit) {
    std::vector<std::string> pages;
    for (const auto& table : in.map.tables)
        for (const auto& column : {table.person, table.also_person})
            if (!column.empty()) pages.push_back(page_of(table, column, !after, limit));
    PYKALA_TRY(const auto query, in.db.get(fmt::format("{} ORDER BY 1 LIMIT {}",
                                                       fmt::join(pages, " UNION "), limit)));
    query->reset();
    if (after) query->bind(1, *after);
    std::vector<std::string> keys;
    while (true) {
        PYKALA_TRY(const bool more, query->step());
        if (!more) return keys;
        keys.push_back(query->text(0));
    }
}

// Whatever finds a person in other registers, also where this one need not give it to them.
result<void> add_finding(const mapped_database& in, found_person& found) {
    for (const auto& key : in.map.keys) {
        if (key.kind != "hetu" && key.kind != "former_hetu" && key.kind != "customer_number")
            continue;
        PYKALA_TRY(const auto values,
                   column_where(in, key.table, key.column, in.map.find_table(key.table)->person,
                                found.people.front()));
        if (!values.empty()) found.gives[key.kind].insert(values.begin(), values.end());
    }
    return {};
}

}  // namespace

result<found_person> find_person(const mapped_database& in, const person_keys& known) {
    found_person found;
    std::set<std::string> people;
    for (const auto& key : in.map.keys) {
        const auto values = known.find(key.kind);
        if (!key.finds || values == known.end()) continue;
        const auto& owner = in.map.find_table(key.table)->person;
        for (const auto& value : values->second) {
            PYKALA_TRY(const auto keys, column_where(in, key.table, owner, key.column, value));
            if (!keys.empty()) found.found_by.insert(key.kind);
            people.insert(keys.begin(), keys.end());
        }
    }
    found.people.assign(people.begin(), people.end());
    PYKALA_CHECK(add_given(in, found));
    return found;
}

result<std::vector<found_person>> persons_after(const mapped_database& in,
                                                const std::optional<std::string>& after,
                                                std::size_t limit) {
    PYKALA_TRY(auto keys, keys_after(in, after, limit));
    std::vector<found_person> people;
    for (auto& key : keys) {
        PYKALA_CHECK(
            add_finding(in, people.emplace_back(found_person{.people = {std::move(key)}})));
    }
    return people;
}

result<person_facts> facts_of(const mapped_database& in, const std::string& person) {
    const auto& p = in.map.person;
    const auto& table = *in.map.find_table(p.table);
    std::string columns;
    for (const auto& column : p.name) columns += sql_name(column) + ", ";
    for (const auto& column :
         {p.language, p.kind, p.protected_address, p.contact_changed_on, p.email})
        columns += column.empty() ? "NULL, " : sql_name(column) + ", ";
    columns.resize(columns.size() - 2);
    PYKALA_TRY(const auto query,
               in.db.get(fmt::format("SELECT {} FROM {} WHERE {} = ?1", columns,
                                     sql_name(table.name), sql_name(table.person))));
    query->bind_all(person);
    person_facts facts{.key = person};
    PYKALA_TRY(const bool row, query->step());
    if (!row) return facts;
    int at = 0;
    for (; at < int(p.name.size()); ++at)
        if (const auto part = query->text_if(at))
            facts.name += (facts.name.empty() ? "" : " ") + *part;
    facts.language = query->text(at);
    facts.kind = query->text(at + 1);
    facts.protected_address = query->flag(at + 2);
    facts.contact_changed_on = parse_date(query->text(at + 3).substr(0, 10));
    facts.email = query->text(at + 4);
    return facts;
}

result<void> read_disclosures(const mapped_database& in, const std::string& person,
                              register_answer& answer) {
    if (!in.map.disclosures) return {};
    const auto& d = *in.map.disclosures;
    PYKALA_TRY(const auto query,
               in.db.get(fmt::format("SELECT {}, {}, {} FROM {} WHERE {} = ?1 ORDER BY 2, 1",
                                     sql_name(d.recipient), sql_name(d.on), sql_name(d.what),
                                     sql_name(d.table), sql_name(d.person))));
    query->bind_all(person);
    while (true) {
        PYKALA_TRY(const bool more, query->step());
        if (!more) return {};
        answer.disclosures.push_back({.recipient = query->text(0),
                                      .on = parse_date(query->text(1).substr(0, 10)),
                                      .what = query->text(2)});
    }
}

result<void> check_columns(sql_database& db, const register_map& map) {
    for (const auto& [table, column] : map.columns()) {
        PYKALA_TRY(const bool there, db.has_column(table, column));
        if (!there)
            return fail(problem_kind::invalid, "register_mapping",
                        fmt::format("the register has no column `{}.{}`", table, column),
                        "compare the mapping with the database");
    }
    return {};
}

namespace {

// Changes of no row, which a database refuses all the same to who may not make them.
result<void> try_rights(const mapped_database& in) {
    for (const auto& table : in.map.tables) {
        PYKALA_TRY(const auto change,
                   in.db.get(fmt::format("UPDATE {0} SET {1} = {1} WHERE 1 = 0",
                                         sql_name(table.name), sql_name(table.key))));
        PYKALA_CHECK(change->run());
        PYKALA_TRY(const auto drop,
                   in.db.get(fmt::format("DELETE FROM {} WHERE 1 = 0", sql_name(table.name))));
        PYKALA_CHECK(drop->run());
    }
    return {};
}

}  // namespace

// Inside a transaction that is never committed: what the connector would make is made, tried and
// undone.
result<register_probe> probe_register(const mapped_database& in, date on) {
    PYKALA_TRY(const auto undone, sql_work::begin_change(in.db));
    PYKALA_CHECK(check_columns(in.db, in.map));
    PYKALA_CHECK(in.db.make_own_tables());
    PYKALA_CHECK(try_rights(in));
    register_probe seen;
    PYKALA_TRY(const auto keys, keys_after(in, std::nullopt, 1));
    seen.knows_somebody = !keys.empty();
    PYKALA_TRY(const auto rows, read_rows(in.db, in.map, keys));
    for (const auto& one : records_of(in.map, rows, on)) ++seen.records[one.facts.category];
    return seen;
}

}  // namespace pykala::storage::registers
