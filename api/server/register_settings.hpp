// A register of a tenant as the configuration names it, and the connector that reaches it. The
// grammar is api/server/README.md.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/load/table_reader.hpp"
#include "engine/policy/model.hpp"
#include "engine/registers/register_port.hpp"

#include "api/server/http_register_file.hpp"
#include "storage/registers/sql_register.hpp"

namespace pykala::api {

enum class register_kind { sqlite, postgres, http };

struct register_settings {
    register_kind kind = register_kind::sqlite;
    std::filesystem::path database;         // sqlite: the file
    storage::postgres_settings server{};    // postgres, without its password
    std::string password_file{};            // postgres: a file, or `credential:NAME`; may be empty
    std::filesystem::path mapping, labels;  // storage/registers/README.md; labels may be empty
    std::optional<http_register_settings> http{};  // of this kind; it has no mapping
};

// The first part of its record ids; nothing where the mapping cannot be read.
std::optional<std::string> id_of(const register_settings& of, const pack& own);

// Faults become findings of the reader.
register_settings read_register(const table_reader& from, const std::filesystem::path& folder);

// The mapping; faults become findings. Problem `unreadable_file` (not_found).
result<register_map> load_mapping(const register_settings& of, const pack& own,
                                  diagnostics& findings);

// The sample registers of a demo, in the order in which they are read: the first gives the customer
// number that finds the person in the others.
std::vector<register_settings> sample_registers(const std::filesystem::path& folder,
                                                const std::filesystem::path& definitions,
                                                const std::string& tenant);

// What can be seen to be wrong without asking the register: files, connection, mapping.
std::vector<problem> check_register(const register_settings& of, const pack& own);

// Opens the connector. Problems: `register_missing` (not_found), `register_mapping`, those of the
// connector and of secrets.
result<std::unique_ptr<register_port>> open_register(const register_settings& of, const pack& own,
                                                     storage::register_options options);

}  // namespace pykala::api

namespace pykala {

template <>
inline constexpr auto names_of<api::register_kind> =
    std::to_array<name_entry<api::register_kind>>({{api::register_kind::sqlite, "sqlite"},
                                                   {api::register_kind::postgres, "postgres"},
                                                   {api::register_kind::http, "http"}});

}  // namespace pykala
