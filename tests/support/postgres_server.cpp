#include "tests/support/postgres_server.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <libpq-fe.h>
#include <unistd.h>

#include "engine/base/encoding.hpp"

#include "storage/sqlite/connection.hpp"

namespace pykala::tests {

namespace {

namespace fs = std::filesystem;

// Debian keeps them by version.
std::string find_programs() {
    std::string newest;
    std::error_code none;
    for (const auto& each : fs::directory_iterator("/usr/lib/postgresql", none))
        if (const auto bin = each.path() / "bin"; fs::exists(bin / "pg_ctl"))
            newest = std::max(newest, bin.string());
    if (newest.empty()) throw std::runtime_error("no PostgreSQL: scripts/install test");
    return newest;
}

struct finisher {
    void operator()(PGconn* c) const { PQfinish(c); }
    void operator()(PGresult* r) const { PQclear(r); }
};

struct column {
    std::string name, type;
    bool key = false;
};

const std::set<std::string> flags = {"banned", "restricted", "hold_only", "protected_address"};

std::string quoted(const std::string& name) {
    return '"' + name + '"';
}

std::vector<std::string> tables_of(storage::connection& db) {
    auto query = db.prepare(
                       "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE "
                       "'sqlite_%' ORDER BY 1")
                     .value();
    std::vector<std::string> names;
    while (query.step().value()) names.emplace_back(query.text(0));
    return names;
}

bool holds_only_days(storage::connection& db, const std::string& table, const std::string& name) {
    auto query =
        db.prepare(fmt::format("SELECT count({0}), coalesce(sum({0} NOT GLOB "
                               "'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'), 0) FROM {1}",
                               quoted(name), quoted(table)))
            .value();
    return query.step().value() && query.integer(0) > 0 && query.integer(1) == 0;
}

std::vector<column> columns_of(storage::connection& db, const std::string& table) {
    auto query = db.prepare("SELECT name, type, pk FROM pragma_table_info(?1)").value();
    query.bind_all(table);
    std::vector<column> all;
    while (query.step().value()) {
        column one{std::string(query.text(0)), std::string(query.text(1)), query.integer(2) > 0};
        if (flags.contains(one.name))
            one.type = "BOOLEAN";
        else if (one.type == "INTEGER")
            one.type = "BIGINT";
        else if (one.type == "BLOB")
            one.type = "BYTEA";
        else if (!one.key && !one.name.ends_with("_value") && holds_only_days(db, table, one.name))
            one.type = "DATE";
        else
            one.type = "TEXT";
        all.push_back(std::move(one));
    }
    return all;
}

// A value in the text format of COPY.
std::string copied(const storage::statement& from, int at, const std::string& type) {
    if (from.is_null(at)) return "\\N";
    if (type == "BYTEA") return "\\\\x" + to_hex(from.blob(at));
    std::string out;
    for (const char c : from.text(at)) {
        if (c == '\\' || c == '\t' || c == '\n' || c == '\r') out += '\\';
        out += c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c;
    }
    return out;
}

// Numbers of new rows are counted in each kind of database in its own way.
std::size_t counts_apart(const std::string& table) {
    return table == "correction" || table == "marketing_choice" ? 1 : 0;
}

std::unique_ptr<PGconn, finisher> connect(const postgres_server& server,
                                          const std::string& database) {
    std::unique_ptr<PGconn, finisher> made(
        PQconnectdb(server.settings(database).connection.c_str()));
    if (PQstatus(made.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(made.get()));
    // notices are of no interest
    PQsetNoticeProcessor(made.get(), [](void*, const char*) {}, nullptr);
    return made;
}

}  // namespace

postgres_server& postgres_server::shared() {
    static postgres_server only;
    return only;
}

// PostgreSQL refuses to run as root.
std::string postgres_server::run_as_owner(const std::string& command) const {
    const auto log = dir_.file("command.log");
    const auto whole =
        fmt::format("{} {}/{} >>{} 2>&1", ::geteuid() == 0 ? "runuser -u postgres --" : "",
                    programs_, command, log);
    if (std::system(whole.c_str()) != 0) throw std::runtime_error("failed: " + whole);
    return log;
}

postgres_server::postgres_server() : programs_(find_programs()) {
    fs::create_directory(dir_.path / "data");
    if (::geteuid() == 0) {
        const auto give = "chown -R postgres: " + dir_.path.string();
        if (std::system(give.c_str()) != 0) throw std::runtime_error("failed: " + give);
    }
    run_as_owner(
        fmt::format("initdb -D {}/data -A trust -U pykala --no-sync -E UTF8 "
                    "--locale=C.UTF-8",
                    dir_.path.string()));
    start("start");
}

void postgres_server::start(const std::string& how) const {
    run_as_owner(
        fmt::format("pg_ctl -D {0}/data -w -l {0}/server.log -o \"-k {0} -c "
                    "listen_addresses='' -c fsync=off\" {1}",
                    dir_.path.string(), how));
}

void postgres_server::crash() {
    run_as_owner(fmt::format("pg_ctl -D {}/data -m immediate stop", dir_.path.string()));
    start("start");
}

postgres_server::~postgres_server() {
    try {
        run_as_owner(fmt::format("pg_ctl -D {}/data -m immediate stop", dir_.path.string()));
    } catch (const std::exception&) {
        // the run ends anyway
    }
}

storage::postgres_settings postgres_server::settings(const std::string& database) const {
    return {
        .connection = fmt::format("host={} dbname={} user=pykala", dir_.path.string(), database),
        .password = "",
        .schema = ""};
}

void postgres_server::make_database(const std::string& name) {
    (void)ask("postgres", fmt::format("DROP DATABASE IF EXISTS {}", name));
    (void)ask("postgres", fmt::format("CREATE DATABASE {}", name));
}

sql_rows postgres_server::ask(const std::string& database, const std::string& sql) const {
    const auto db = connect(*this, database);
    const std::unique_ptr<PGresult, finisher> got(PQexec(db.get(), sql.c_str()));
    const auto status = PQresultStatus(got.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        throw std::runtime_error(PQresultErrorMessage(got.get()));
    sql_rows rows;
    for (int row = 0; row < PQntuples(got.get()); ++row) {
        auto& into = rows.emplace_back();
        for (int at = 0; at < PQnfields(got.get()); ++at)
            into.push_back(PQgetisnull(got.get(), row, at)
                               ? std::nullopt
                               : std::optional<std::string>(PQgetvalue(got.get(), row, at)));
    }
    return rows;
}

void copy_into_postgres(const std::string& sqlite_file, const std::string& database) {
    auto& server = postgres_server::shared();
    server.make_database(database);
    auto from = storage::connection::open(sqlite_file, {.read_only = true}).value();
    const auto into = connect(server, database);
    const auto run = [&](const std::string& sql) {
        const std::unique_ptr<PGresult, finisher> done(PQexec(into.get(), sql.c_str()));
        if (PQresultStatus(done.get()) != PGRES_COMMAND_OK &&
            PQresultStatus(done.get()) != PGRES_TUPLES_OK &&
            PQresultStatus(done.get()) != PGRES_COPY_IN)
            throw std::runtime_error(PQresultErrorMessage(done.get()));
    };
    for (const auto& table : tables_of(from)) {
        if (table.starts_with("pykala_")) continue;
        const auto columns = columns_of(from, table);
        std::vector<std::string> made, names, keys;
        for (const auto& c : columns) {
            const bool counted = c.key && c.type == "BIGINT";
            made.push_back(fmt::format("{} {}{}", quoted(c.name), c.type,
                                       counted ? " GENERATED BY DEFAULT AS IDENTITY" : ""));
            names.push_back(quoted(c.name));
            if (c.key) keys.push_back(quoted(c.name));
        }
        if (!keys.empty()) made.push_back(fmt::format("PRIMARY KEY({})", fmt::join(keys, ", ")));
        run(fmt::format("CREATE TABLE {}({})", quoted(table), fmt::join(made, ", ")));
        run(fmt::format("COPY {} FROM STDIN", quoted(table)));
        auto query =
            from.prepare(fmt::format("SELECT {} FROM {}", fmt::join(names, ", "), quoted(table)))
                .value();
        while (query.step().value()) {
            std::string line;
            for (std::size_t i = 0; i < columns.size(); ++i)
                line += (i ? "\t" : "") + copied(query, int(i), columns[i].type);
            line += '\n';
            PQputCopyData(into.get(), line.data(), int(line.size()));
        }
        PQputCopyEnd(into.get(), nullptr);
        while (PGresult* end = PQgetResult(into.get())) {
            const std::unique_ptr<PGresult, finisher> held(end);
            if (PQresultStatus(end) != PGRES_COMMAND_OK)
                throw std::runtime_error(PQresultErrorMessage(end));
        }
        for (const auto& c : columns)
            if (c.key && c.type == "BIGINT")
                run(fmt::format(
                    "SELECT setval(pg_get_serial_sequence('{0}', '{1}'), coalesce(max({2}), "
                    "1), max({2}) IS NOT NULL) FROM {0}",
                    quoted(table), c.name, quoted(c.name)));
    }
    auto indexes = from.prepare(
                           "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT "
                           "NULL AND tbl_name NOT LIKE 'pykala%'")
                       .value();
    while (indexes.step().value()) run(std::string(indexes.text(0)));
}

table_contents contents_of_sqlite(const std::string& file) {
    auto db = storage::connection::open(file, {}).value();
    table_contents all;
    for (const auto& table : tables_of(db)) {
        const auto columns = columns_of(db, table);
        auto query = db.prepare(fmt::format("SELECT * FROM {}", quoted(table))).value();
        while (query.step().value()) {
            std::string row = table;
            for (std::size_t i = counts_apart(table); i < columns.size(); ++i)
                row += "|" + (query.is_null(int(i))        ? std::string("NULL")
                              : columns[i].type == "BYTEA" ? to_hex(query.blob(int(i)))
                                                           : std::string(query.text(int(i))));
            all.push_back(std::move(row));
        }
    }
    std::ranges::sort(all);
    return all;
}

table_contents contents_of_postgres(const std::string& database) {
    const auto& server = postgres_server::shared();
    table_contents all;
    for (const auto& name :
         server.ask(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for (const auto& values : server.ask(database, "SELECT * FROM " + quoted(*name[0]))) {
            std::string row = *name[0];
            for (std::size_t i = counts_apart(*name[0]); i < values.size(); ++i) {
                const auto& value = values[i];
                row += "|" + (!value                      ? std::string("NULL")
                              : value->starts_with("\\x") ? value->substr(2)
                              : *value == "t"             ? "1"
                              : *value == "f"             ? "0"
                                                          : *value);
            }
            all.push_back(std::move(row));
        }
    std::ranges::sort(all);
    return all;
}

}  // namespace pykala::tests
