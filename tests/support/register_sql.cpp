#include "tests/support/register_sql.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "storage/sqlite/connection.hpp"

namespace pykala::tests {
namespace {

using texts = std::vector<std::string>;

class reader {
public:
    reader(const flow_world& w, const std::string& reg)
        : db(storage::connection::open(w.registers.file(reg), {.read_only = true}).value()) {}

    // Every column of every row, as text; what is empty is left out where asked.
    std::vector<std::vector<std::optional<std::string>>> rows(const std::string& sql) {
        auto query = db.prepare(sql).value();
        std::vector<std::vector<std::optional<std::string>>> all;
        while (query.step().value()) {
            all.emplace_back();
            for (int i = 0; i < query.columns(); ++i) all.back().push_back(query.text_if(i));
        }
        return all;
    }
    texts column(const std::string& sql) {
        texts all;
        for (const auto& row : rows(sql))
            if (row.front()) all.push_back(*row.front());
        return all;
    }

private:
    storage::connection db;
};

std::string listed(const texts& all) {
    texts quoted;
    for (const auto& each : all) quoted.push_back("'" + each + "'");
    return fmt::format("({})", fmt::join(quoted, ", "));
}

// The person's keys in one register: by identity code where it has one, else by customer number.
texts people_in(reader& at, const register_map& map, const std::string& hetu,
                const texts& numbers) {
    for (const auto& key : map.keys) {
        const auto* table = map.find_table(key.table);
        if (key.kind == "hetu" && key.finds)
            return at.column(fmt::format("SELECT {} FROM {} WHERE {} = '{}'", table->person,
                                         key.table, key.column, hetu));
    }
    for (const auto& key : map.keys)
        if (key.kind == "customer_number" && key.finds)
            return at.column(fmt::format("SELECT {} FROM {} WHERE {} IN {}",
                                         map.find_table(key.table)->person, key.table, key.column,
                                         listed(numbers)));
    throw std::runtime_error("no key in " + map.id);
}

std::string owned(const register_map& map, const mapped_table& table, const texts& people) {
    if (!table.through.empty()) {
        const auto& parent = *map.find_table(table.through);
        return fmt::format("{} IN (SELECT {} FROM {} WHERE {})", table.by, parent.key, parent.name,
                           owned(map, parent, people));
    }
    auto mine = fmt::format("{} IN {}", table.person, listed(people));
    if (!table.also_person.empty())
        mine += fmt::format(" OR {} IN {}", table.also_person, listed(people));
    return "(" + mine + ")";
}

texts numbers_of(const flow_world& w, const std::string& hetu) {
    reader crm(w, "crm");
    return crm.column("SELECT customer_number FROM customer WHERE hetu = '" + hetu + "'");
}

bool is_media(const mapped_table& table, const std::string& column) {
    return std::ranges::find(table.media, column) != table.media.end();
}

void add(std::map<std::string, held_rows>& all, reader& at, const mapped_table& table,
         const std::string& category, const texts& columns, const std::string& where) {
    texts shown;
    for (const auto& column : columns)
        shown.push_back(is_media(table, column) || (table.series && column == table.series->values)
                            ? fmt::format("CASE WHEN \"{}\" IS NULL THEN NULL ELSE '' END", column)
                            : '"' + column + '"');
    for (const auto& row : at.rows(fmt::format("SELECT {} FROM \"{}\" WHERE {}",
                                               fmt::join(shown, ", "), table.name, where))) {
        bool any = false;
        for (const auto& each : row) {
            any |= each.has_value();
            if (each && !each->empty()) all[category].values.insert(*each);
        }
        all[category].rows += any;
    }
}

}  // namespace

std::map<std::string, held_rows> rows_of_person(const flow_world& w, const std::string& hetu) {
    std::map<std::string, held_rows> all;
    const auto numbers = numbers_of(w, hetu);
    for (const auto& id : sample_order) {
        const auto map = sample_map(w.registers.tenant, id);
        reader at(w, id);
        const auto people = people_in(at, map, hetu, numbers);
        for (const auto& table : map.tables) {
            const auto mine = owned(map, table, people);
            for (const auto& [category, columns] : table.categories)
                add(all, at, table, category, columns, mine);
            for (const auto& [value, category] : table.category_of)
                add(all, at, table, category, table.columns,
                    fmt::format("{} AND {} = '{}'", mine, table.category_column, value));
        }
    }
    std::erase_if(all, [](const auto& each) { return each.second.rows == 0; });
    return all;
}

std::set<std::string> values_of_others(const flow_world& w, const std::string& hetu) {
    reader crm(w, "crm");
    std::set<std::string> others;
    for (const auto* column : {"hetu", "phone", "email", "customer_number"})
        for (auto& each : crm.column(fmt::format("SELECT {0} FROM customer WHERE hetu IS NOT '{1}' "
                                                 "AND {0} NOT IN (SELECT {0} FROM customer WHERE "
                                                 "hetu = '{1}' AND {0} IS NOT NULL)",
                                                 column, hetu)))
            others.insert(std::move(each));
    const auto map = sample_map(w.registers.tenant, "crm");
    if (!map.columns().contains({"contract", "contract_number"})) return others;
    const auto own = fmt::format("(SELECT id FROM customer WHERE hetu = '{}')", hetu);
    for (auto& each : crm.column(
             fmt::format("SELECT contract_number FROM contract WHERE customer_id NOT IN {0} AND "
                         "(second_customer_id IS NULL OR second_customer_id NOT IN {0})",
                         own)))
        others.insert(std::move(each));
    return others;
}

std::size_t readings_of(const flow_world& w, const std::string& hetu) {
    const auto map = sample_map(w.registers.tenant, "metering");
    reader at(w, "metering");
    const auto people = people_in(at, map, hetu, numbers_of(w, hetu));
    std::size_t count = 0;
    for (const auto& table : map.tables) {
        if (!table.series) continue;
        for (const auto& hex :
             at.column(fmt::format("SELECT hex({}) FROM {} WHERE {}", table.series->values,
                                   table.name, owned(map, table, people))))
            // a number ends with a byte below 0x80 (LEB128)
            for (std::size_t i = 0; i + 1 < hex.size(); i += 2) count += hex[i] < '8';
    }
    return count;
}

}  // namespace pykala::tests
