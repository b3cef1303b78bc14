// Private to the connector: bans on marketing, written for persons and for bare addresses.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/registers/register_port.hpp"

#include "storage/registers/sql_database.hpp"

namespace pykala::storage::registers {

struct ban_context {
    sql_database& db;
    const register_map& map;
    const std::vector<std::string>& people;  // whom the register knows
    date on;
    const std::function<std::string(std::string_view)>& suppression_key;
};

// Carries out one `ban` inside the caller's transaction. Written twice it leaves what it left once.
// Fails with `no_bans_kept` where the map says of no table how a ban is written, with
// `no_suppression_key` for an address of nobody without a key.
result<bool> write_bans(const ban_context& context, const record_change& change,
                        change_result& into);

}  // namespace pykala::storage::registers
