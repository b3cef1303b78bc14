#include "storage/sqlite/connection.hpp"

#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

namespace pykala::storage {

namespace {

// SQLite makes files with the mode of the umask; ours are for their owner alone.
bool make_private_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0) return false;
    ::close(file);
    return true;
}

// Before the first connection. Counting every allocation of all connections takes a lock of the
// whole process; and the pages of a connection come from one piece, because a reader throws its
// pages away with every commit of the writer.
void configure_library() {
    constexpr int pages_at_once = 100;
    static const bool done =
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK &&
        sqlite3_config(SQLITE_CONFIG_PAGECACHE, nullptr, 0, pages_at_once) == SQLITE_OK;
    (void)done;  // in a program that has used the library already it stays as it was
}

std::string pragmas(const sqlite_options& options) {
    std::string sql = "PRAGMA foreign_keys=ON;PRAGMA trusted_schema=OFF;";
    if (options.read_only) return sql;
    sql += options.wal ? "PRAGMA journal_mode=WAL;" : "PRAGMA journal_mode=DELETE;";
    switch (options.sync) {
        case durability::off:
            return sql + "PRAGMA synchronous=OFF;";
        case durability::normal:
            return sql + "PRAGMA synchronous=NORMAL;";
        case durability::full:
            return sql + "PRAGMA synchronous=FULL;";
    }
    return sql;
}

}  // namespace

void connection::closer::operator()(sqlite3* db) const {
    sqlite3_close_v2(db);
}

result<connection> connection::open(const std::string& path, const sqlite_options& options) {
    configure_library();
    const bool memory = path == ":memory:";
    if (options.create && !memory && !make_private_file(path))
        return fail(problem_kind::unavailable, "store_io", "the database file cannot be created",
                    "check that the folder exists and may be written");
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (options.create || memory) flags |= SQLITE_OPEN_CREATE;
    sqlite3* native = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &native, flags,
                                     options.vfs.empty() ? nullptr : options.vfs.c_str());
    connection opened(native);
    if (code != SQLITE_OK) return std::unexpected(sqlite_problem(native, code));
    sqlite3_busy_timeout(native, options.busy_timeout_ms);
    sqlite3_db_config(native, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(native, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    sqlite3_db_config(native, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    PYKALA_CHECK(opened.run(pragmas(options)));
    // Opening reads nothing: a file that is no database must be seen here, not at the first query.
    PYKALA_CHECK(opened.run("PRAGMA schema_version;"));
    return opened;
}

result<void> connection::run(std::string_view sql) {
    const std::string text(sql);
    const int code = sqlite3_exec(db_.get(), text.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return std::unexpected(sqlite_problem(db_.get(), code));
    return {};
}

result<statement> connection::prepare(std::string_view sql) {
    sqlite3_stmt* native = nullptr;
    const int code = sqlite3_prepare_v3(db_.get(), sql.data(), int(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &native, nullptr);
    if (code != SQLITE_OK) return std::unexpected(sqlite_problem(db_.get(), code));
    return statement(native);
}

std::int64_t connection::changes() const {
    return sqlite3_changes64(db_.get());
}
std::int64_t connection::total_changes() const {
    return sqlite3_total_changes64(db_.get());
}
std::int64_t connection::last_insert_id() const {
    return sqlite3_last_insert_rowid(db_.get());
}
bool connection::in_transaction() const {
    return sqlite3_get_autocommit(db_.get()) == 0;
}

result<transaction> transaction::begin_immediate(connection& db) {
    PYKALA_CHECK(db.run("BEGIN IMMEDIATE"));
    return transaction(db);
}

result<transaction> transaction::begin_read(connection& db) {
    PYKALA_CHECK(db.run("BEGIN"));
    return transaction(db);
}

transaction::~transaction() {
    // Some failures of SQLite have already rolled back.
    if (db_ && db_->in_transaction()) (void)db_->run("ROLLBACK");
}

result<void> transaction::commit() {
    PYKALA_CHECK(db_->run("COMMIT"));
    db_ = nullptr;
    return {};
}

std::string quoted_name(std::string_view identifier) {
    std::string out = "\"";
    for (const char c : identifier) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

}  // namespace pykala::storage
