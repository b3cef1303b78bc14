// One open SQLite database, and transactions on it. A connection belongs to one thread at a time.
//
// Failures of SQLite are problems with these codes; the detail ends with the native extended code:
//     store_busy        unavailable  another process or connection holds the lock
//     store_full        unavailable  disk or quota is full
//     store_io          unavailable  reading or writing failed, or the file cannot be opened
//     store_read_only   unavailable  the file or its folder may not be written
//     store_corrupt     corrupt      not a database, truncated, or its pages do not hold together
//     store_unique      conflict     a key that must be unique is already there
//     store_constraint  conflict     another constraint of the schema refuses the row
//     store_sql         corrupt      the schema does not fit the program (a table or column lacks)
// No message holds a bound value, so none holds personal data.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

#include "storage/sqlite/statement.hpp"

struct sqlite3;

namespace pykala::storage {

// How much survives a power cut: `normal` may lose the last commits (never half of one), `full`
// loses nothing that was acknowledged, `off` is for databases that can be made again.
enum class durability { off, normal, full };

struct sqlite_options {
    bool create = false;     // make the file when it is not there (mode 0600)
    bool read_only = false;  // then neither journal nor durability is set
    bool wal = true;         // write-ahead log; otherwise the rollback journal
    durability sync = durability::full;
    int busy_timeout_ms = 5000;
    std::string vfs;  // name of a registered VFS; empty: the default one
};

class connection {
public:
    // `path` may be `:memory:`. Foreign keys are enforced, double-quoted strings are off.
    static result<connection> open(const std::string& path, const sqlite_options& options);

    // Runs one or several statements that give no rows and take no values.
    result<void> run(std::string_view sql);
    result<statement> prepare(std::string_view sql);

    // Rows changed by the last INSERT, UPDATE or DELETE.
    std::int64_t changes() const;
    // Rows changed since the connection was opened.
    std::int64_t total_changes() const;
    std::int64_t last_insert_id() const;
    bool in_transaction() const;
    sqlite3* native() const { return db_.get(); }

private:
    struct closer {
        void operator()(sqlite3* db) const;
    };
    explicit connection(sqlite3* db) : db_(db) {}
    std::unique_ptr<sqlite3, closer> db_;
};

// A transaction that takes the write lock at once; rolled back unless committed.
class transaction {
public:
    static result<transaction> begin_immediate(connection& db);
    // A consistent view for several reads.
    static result<transaction> begin_read(connection& db);
    transaction(transaction&& other) noexcept : db_(other.db_) { other.db_ = nullptr; }
    transaction& operator=(transaction&&) = delete;
    ~transaction();

    result<void> commit();

private:
    explicit transaction(connection& db) : db_(&db) {}
    connection* db_;  // null once committed
};

// `"name"`, quoted for SQL; the caller has checked that it is a name.
std::string quoted_name(std::string_view identifier);

}  // namespace pykala::storage
