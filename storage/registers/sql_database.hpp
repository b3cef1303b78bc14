// Private to the connector: the database that a register lies in, as far as the connector needs it.
// SQL is written once, in words that SQLite and PostgreSQL both understand: values are `?1`, `?2` …
// and always bound, as text; columns are read as text or bytes.
//
// Problems of every database:
//     register_unreachable  unavailable  no connection, or it broke; what was begun is undone
//     register_busy         unavailable  somebody else holds the rows, or changed them meanwhile
//     register_full         unavailable  no room
//     register_value        invalid      a value does not fit its column
//     register_constraint   conflict     the schema refuses the row
//     register_sql          corrupt      the schema does not fit the mapping
//     register_forbidden    refused      the user of the connector may not do this
// SQLite tells its own (storage/sqlite/connection.hpp). None holds a value of a row.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.hpp"

namespace pykala::storage::registers {

// A statement that was compiled. Values are bound from 1, columns are read from 0.
class sql_query {
public:
    virtual ~sql_query() = default;

    virtual void bind(int index, std::optional<std::string_view> value) = 0;
    // Forgets the last run; bound values stay.
    virtual void reset() = 0;
    // True while there is a row.
    virtual result<bool> step() = 0;
    // Nothing for NULL. A truth value is `1` or `0`, a day or an instant begins with `YYYY-MM-DD`
    // in Europe/Helsinki.
    virtual std::optional<std::string> text_if(int column) const = 0;
    virtual std::vector<std::uint8_t> bytes(int column) const = 0;  // none for NULL
    virtual std::int64_t changed() const = 0;                       // rows, by the last run

    std::string text(int column) const { return text_if(column).value_or(""); }
    bool flag(int column) const { return text(column) == "1"; }

    template <class... Values>
    void bind_all(const Values&... values) {
        reset();
        int index = 0;
        (bind_one(++index, values), ...);
    }
    // Runs what gives no row; the number of rows that it changed.
    template <class... Values>
    result<std::int64_t> run(const Values&... values) {
        bind_all(values...);
        return run_bound();
    }
    result<std::int64_t> run_bound() {
        PYKALA_CHECK(step());
        const auto rows = changed();
        reset();
        return rows;
    }

private:
    template <class Value>
    void bind_one(int index, const Value& value) {
        if constexpr (std::integral<Value>)
            bind(index, std::to_string(value));
        else
            bind(index, std::optional<std::string_view>(value));
    }
};

// A compiled statement in use; at the end of its use the run ends too.
struct end_of_run {
    void operator()(sql_query* query) const { query->reset(); }
};
using prepared = std::unique_ptr<sql_query, end_of_run>;

class sql_database {
public:
    virtual ~sql_database() = default;

    // The statement for this SQL, compiled once and ready to be bound; the same one each time, so
    // it may not be used within its own use.
    virtual result<prepared> get(std::string_view sql) = 0;

    // From here to commit() or roll_back() the connection sees one state; nobody changes under it
    // what it changes.
    virtual result<void> begin_change() = 0;
    virtual result<void> begin_look() = 0;
    virtual result<void> commit() = 0;
    virtual void roll_back() = 0;

    virtual result<bool> has_column(const std::string& table, const std::string& column) = 0;
    // Makes the connector's own tables where they are not there yet.
    virtual result<void> make_own_tables() = 0;
};

// A transaction: rolled back unless committed.
class sql_work {
public:
    static result<sql_work> begin_change(sql_database& db) {
        PYKALA_CHECK(db.begin_change());
        return sql_work(db);
    }
    static result<sql_work> begin_look(sql_database& db) {
        PYKALA_CHECK(db.begin_look());
        return sql_work(db);
    }
    sql_work(sql_work&& other) noexcept : db_(other.db_) { other.db_ = nullptr; }
    sql_work& operator=(sql_work&&) = delete;
    ~sql_work() {
        if (db_) db_->roll_back();
    }
    result<void> commit() { return std::exchange(db_, nullptr)->commit(); }

private:
    explicit sql_work(sql_database& db) : db_(&db) {}
    sql_database* db_;
};

}  // namespace pykala::storage::registers
