// Private to the connector: who the register knows, and what it says of a person beside records.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/registers/register_map.hpp"
#include "engine/registers/register_port.hpp"

#include "storage/registers/sql_database.hpp"

namespace pykala::storage::registers {

struct mapped_database {
    sql_database& db;
    const register_map& map;
};

// These are the calls of register_port, inside whatever transaction there is.
result<found_person> find_person(const mapped_database& in, const person_keys& known);
result<std::vector<found_person>> persons_after(const mapped_database& in,
                                                const std::optional<std::string>& after,
                                                std::size_t limit);
result<register_probe> probe_register(const mapped_database& in, date on);

result<person_facts> facts_of(const mapped_database& in, const std::string& person);
// Adds to whom data of the person went.
result<void> read_disclosures(const mapped_database& in, const std::string& person,
                              register_answer& answer);

// Problem `register_mapping` (invalid) names the first column that is not there.
result<void> check_columns(sql_database& db, const register_map& map);

}  // namespace pykala::storage::registers
