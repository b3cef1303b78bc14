// A PostgreSQL server of its own for the tests of a run, on a Unix socket, with Debian's programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/registers/sql_register.hpp"
#include "tests/support/folder.hpp"

namespace pykala::tests {

using sql_rows = std::vector<std::vector<std::optional<std::string>>>;

class postgres_server {
public:
    // Started at the first use, stopped at the end of the run.
    static postgres_server& shared();
    ~postgres_server();

    void make_database(const std::string& name);
    storage::postgres_settings settings(const std::string& database) const;
    // Plain SQL beside the connector, as the owner of everything. Throws what PostgreSQL says.
    sql_rows ask(const std::string& database, const std::string& sql) const;
    // Stops it as a power cut would, and starts it again.
    void crash();

private:
    postgres_server();
    void start(const std::string& how) const;
    std::string run_as_owner(const std::string& command) const;

    folder dir_;
    std::string programs_;
};

// Makes a database with what a SQLite file holds, with the types that a PostgreSQL schema would
// have: DATE for days, BOOLEAN for flags, BIGINT, BYTEA.
void copy_into_postgres(const std::string& sqlite_file, const std::string& database);

// Every table with its rows, as text that is the same for both kinds of databases.
using table_contents = std::vector<std::string>;
table_contents contents_of_sqlite(const std::string& file);
table_contents contents_of_postgres(const std::string& database);

}  // namespace pykala::tests
