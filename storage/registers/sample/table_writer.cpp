#include "storage/registers/sample/table_writer.hpp"

#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pykala::storage::sample {

namespace {

struct column {
    std::string name, type;
};

std::vector<column> parsed(std::string_view text) {
    std::vector<column> columns;
    while (!text.empty()) {
        const auto end = text.find(' ');
        std::string name(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        if (name.empty()) continue;
        const char last = name.back();
        if (last == '#' || last == '*') name.pop_back();
        columns.push_back({name, last == '#' ? "INTEGER" : last == '*' ? "BLOB" : "TEXT"});
    }
    return columns;
}

// Whatever a person is looked up by has an index.
std::set<std::string> indexed(const register_map& map, const std::string& table) {
    std::set<std::string> columns;
    if (const auto* mapped = map.find_table(table)) {
        for (const auto& name : {mapped->person, mapped->also_person, mapped->by})
            if (!name.empty() && name != mapped->key) columns.insert(name);
    }
    for (const auto& key : map.keys)
        if (key.table == table) columns.insert(key.column);
    if (map.disclosures && map.disclosures->table == table) columns.insert(map.disclosures->person);
    if (map.holds && map.holds->table == table) columns.insert(map.holds->row_key);
    return columns;
}

}  // namespace

result<table_writer> table_writer::make(connection& db, const register_map& map,
                                        const std::string& table, std::string_view columns) {
    table_writer writer;
    const auto named = map.columns();
    std::vector<std::string> made, values, names;
    for (const auto& [name, type] : parsed(columns)) {
        if (!named.contains({table, name})) {
            writer.position_.push_back(0);
            continue;
        }
        made.push_back(
            fmt::format("{} {}{}", quoted_name(name), type, name == "id" ? " PRIMARY KEY" : ""));
        names.push_back(quoted_name(name));
        values.push_back(fmt::format("?{}", made.size()));
        writer.position_.push_back(int(made.size()));
    }
    if (made.empty()) return writer;
    PYKALA_CHECK(
        db.run(fmt::format("CREATE TABLE {}({})", quoted_name(table), fmt::join(made, ", "))));
    for (const auto& name : indexed(map, table))
        PYKALA_CHECK(db.run(fmt::format("CREATE INDEX {} ON {}({})",
                                        quoted_name(fmt::format("{}_by_{}", table, name)),
                                        quoted_name(table), quoted_name(name))));
    PYKALA_TRY(writer.insert_,
               db.prepare(fmt::format("INSERT INTO {}({}) VALUES({})", quoted_name(table),
                                      fmt::join(names, ", "), fmt::join(values, ", "))));
    return writer;
}

void table_writer::throw_wrong_count() {
    throw std::logic_error("a row of a sample register has the wrong number of values");
}

}  // namespace pykala::storage::sample
