#include "storage/registers/sqlite_database.hpp"

#include <unordered_map>

#include "storage/sqlite/connection.hpp"

namespace pykala::storage::registers {

namespace {

class sqlite_query final : public sql_query {
public:
    sqlite_query(statement made, connection& db) : made_(std::move(made)), db_(db) {}

    void bind(int index, std::optional<std::string_view> value) override {
        made_.bind(index, value);
    }
    void reset() override { made_.reset(); }
    result<bool> step() override { return made_.step(); }
    std::optional<std::string> text_if(int column) const override { return made_.text_if(column); }
    std::vector<std::uint8_t> bytes(int column) const override {
        const auto read = made_.blob(column);
        return {read.begin(), read.end()};
    }
    std::int64_t changed() const override { return db_.changes(); }

private:
    statement made_;
    connection& db_;
};

class sqlite_database final : public sql_database {
public:
    explicit sqlite_database(connection db) : db_(std::move(db)) {}

    result<prepared> get(std::string_view sql) override;
    result<void> begin_change() override {
        PYKALA_TRY(auto begun, transaction::begin_immediate(db_));
        work_.emplace(std::move(begun));
        return {};
    }
    result<void> begin_look() override {
        PYKALA_TRY(auto begun, transaction::begin_read(db_));
        work_.emplace(std::move(begun));
        return {};
    }
    result<void> commit() override {
        auto done = work_->commit();
        work_.reset();
        return done;
    }
    void roll_back() override { work_.reset(); }
    result<bool> has_column(const std::string& table, const std::string& column) override;
    result<void> make_own_tables() override;

private:
    connection db_;
    std::unordered_map<std::string, sqlite_query> prepared_;
    std::optional<transaction> work_;
};

result<prepared> sqlite_database::get(std::string_view sql) {
    const auto found = prepared_.find(std::string(sql));
    if (found != prepared_.end()) return prepared(&found->second);
    PYKALA_TRY(auto made, db_.prepare(sql));
    return prepared(&prepared_.try_emplace(std::string(sql), std::move(made), db_).first->second);
}

result<bool> sqlite_database::has_column(const std::string& table, const std::string& column) {
    PYKALA_TRY(const auto query, get("SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2"));
    query->bind_all(table, column);
    return query->step();
}

result<void> sqlite_database::make_own_tables() {
    return db_.run(
        "CREATE TABLE IF NOT EXISTS pykala_mark("
        " row_table TEXT NOT NULL, row_key TEXT NOT NULL, category TEXT NOT NULL,"
        " restricted INTEGER NOT NULL, hold_only INTEGER NOT NULL,"
        " PRIMARY KEY(row_table, row_key, category)) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS pykala_intent("
        " intent TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS pykala_intent_result("
        " intent TEXT NOT NULL, ordinal INTEGER NOT NULL, record TEXT NOT NULL,"
        " verb TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, until TEXT,"
        " PRIMARY KEY(intent, ordinal)) WITHOUT ROWID;");
}

}  // namespace

result<std::unique_ptr<sql_database>> open_sqlite_database(const std::string& path,
                                                           int busy_timeout_ms) {
    PYKALA_TRY(auto db, connection::open(path, {.busy_timeout_ms = busy_timeout_ms}));
    PYKALA_CHECK(db.run("PRAGMA secure_delete=ON"));
    return std::make_unique<sqlite_database>(std::move(db));
}

}  // namespace pykala::storage::registers
