// A prepared statement. Values are bound from 1, columns are read from 0, as SQLite counts them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace pykala::storage {

using byte_view = std::span<const std::uint8_t>;

class statement {
public:
    // Takes over a statement of SQLite; who needs one asks connection::prepare.
    explicit statement(sqlite3_stmt* native) : stmt_(native) {}

    // Bound text and bytes are copied. A wrong index is a broken invariant and throws.
    void bind(int index, std::int64_t value);
    void bind(int index, int value) { bind(index, std::int64_t{value}); }
    void bind(int index, std::string_view value);
    void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
    void bind(int index, const char* value) { bind(index, std::string_view(value)); }
    void bind(int index, byte_view value);
    void bind(int index, std::nullptr_t);
    template <class T>
    void bind(int index, const std::optional<T>& value) {
        if (value)
            bind(index, *value);
        else
            bind(index, nullptr);
    }

    // Forgets the last run, then binds from 1.
    template <class... Values>
    void bind_all(const Values&... values) {
        reset();
        int index = 0;
        (bind(++index, values), ...);
    }

    // True while there is a row.
    result<bool> step();
    // Runs a statement from its start that gives no row, and resets it.
    result<void> execute();
    template <class... Values>
    result<void> execute_with(const Values&... values) {
        bind_all(values...);
        return execute();
    }
    // Ends the run; bound values stay until bound again.
    void reset();
    void clear_bindings();

    int columns() const;
    std::string_view column_name(int column) const;
    bool is_null(int column) const;
    bool is_integer(int column) const;
    bool is_blob(int column) const;
    std::int64_t integer(int column) const;  // 0 for NULL
    // Valid until the next step, reset or bind.
    std::string_view text(int column) const;
    byte_view blob(int column) const;
    std::optional<std::string> text_if(int column) const;
    std::optional<std::int64_t> integer_if(int column) const;

    sqlite3_stmt* native() const { return stmt_.get(); }

private:
    struct finalizer {
        void operator()(sqlite3_stmt* stmt) const;
    };
    std::unique_ptr<sqlite3_stmt, finalizer> stmt_;
};

// The problem for the last failure on a connection; `db` may be null where opening failed.
problem sqlite_problem(sqlite3* db, int native_code);

}  // namespace pykala::storage
