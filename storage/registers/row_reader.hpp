// Private to the connector: the rows of one person as they stand, before anybody judges them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/registers/register_map.hpp"
#include "engine/registers/register_port.hpp"

#include "storage/registers/sql_database.hpp"

namespace pykala::storage::registers {

// `everything`: the columns that people read. `facts`: only what the assessment asks for; whether a
// category has values stands under presence_of() its name, and of series there is no digest.
enum class reading { everything, facts };
std::string presence_of(std::string_view category);

struct raw_row {
    const mapped_table* table = nullptr;
    std::string key;
    std::string owner;  // the register's key of the person whose row it is (of several, the first)
    std::map<std::string, std::optional<std::string>, std::less<>> values;  // by column
    std::int64_t series_count = 0;
    std::string series_digest;
    bool several_parties = false;
    reading read = reading::everything;
    std::vector<legal_hold> holds;
    std::map<std::string, record_marks, std::less<>> marks;  // by category

    // The value of a column; nothing for an empty name, a column not read, or NULL.
    std::optional<std::string> value(std::string_view column) const;
};

// By table, then by key.
using person_rows = std::map<std::string, std::map<std::string, raw_row>, std::less<>>;

// Every row of every table of the map that leads to one of the people.
result<person_rows> read_rows(sql_database& db, const register_map& map,
                              const std::vector<std::string>& people,
                              reading what = reading::everything);

// A name in SQL; the loader of mappings has checked that it is one.
std::string sql_name(std::string_view identifier);

// SQL: true of the rows of a table that belong to the person bound as ?1.
std::string belongs(const register_map& map, const mapped_table& table);

// Categories of a row with the columns of each. Of a row read for its facts: the one column under
// which its presence stands.
std::map<std::string, std::vector<std::string>> categories_of(const raw_row& row);

// How many numbers are packed; nothing when the bytes end within one.
std::optional<std::vector<std::int64_t>> unpack_series(std::span<const std::uint8_t> bytes);

}  // namespace pykala::storage::registers
