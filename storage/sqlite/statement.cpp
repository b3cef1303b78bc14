#include "storage/sqlite/statement.hpp"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

namespace pykala::storage {

namespace {

struct failure {
    problem_kind kind;
    const char* code;
    const char* hint;
};

failure failure_of(int native_code) {
    switch (native_code & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {problem_kind::unavailable, "store_busy", "try again in a moment"};
        case SQLITE_FULL:
            return {problem_kind::unavailable, "store_full", "make room on the disk"};
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return {problem_kind::unavailable, "store_io",
                    "check the file, its folder and the disk"};
        case SQLITE_READONLY:
            return {problem_kind::unavailable, "store_read_only",
                    "check the rights of the file and its folder"};
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return {problem_kind::corrupt, "store_corrupt",
                    "stop the program and put a backup of that file in its place"};
        case SQLITE_CONSTRAINT:
            if (native_code == SQLITE_CONSTRAINT_UNIQUE ||
                native_code == SQLITE_CONSTRAINT_PRIMARYKEY)
                return {problem_kind::conflict, "store_unique", ""};
            return {problem_kind::conflict, "store_constraint", ""};
        default:
            return {problem_kind::corrupt, "store_sql",
                    "check that the file was made for this version of the program"};
    }
}

void demand(int code) {
    if (code != SQLITE_OK)
        throw std::logic_error(fmt::format("binding a value failed: {}", sqlite3_errstr(code)));
}

}  // namespace

problem sqlite_problem(sqlite3* db, int native_code) {
    const auto [kind, code, hint] = failure_of(native_code);
    // Its own words only where they speak of SQL; SQL never holds a value.
    const char* words = db && (native_code & 0xFF) == SQLITE_ERROR ? sqlite3_errmsg(db)
                                                                   : sqlite3_errstr(native_code);
    const char* file = db ? sqlite3_db_filename(db, "main") : nullptr;
    return {kind,
            code,
            file && *file
                ? fmt::format("the database `{}` answers `{}` ({})", file, words, native_code)
                : fmt::format("the database answers `{}` ({})", words, native_code),
            hint,
            {}};
}

void statement::finalizer::operator()(sqlite3_stmt* stmt) const {
    sqlite3_finalize(stmt);
}

void statement::bind(int index, std::int64_t value) {
    demand(sqlite3_bind_int64(stmt_.get(), index, value));
}

void statement::bind(int index, std::string_view value) {
    // A null pointer would bind NULL instead of an empty text.
    demand(sqlite3_bind_text64(stmt_.get(), index, value.data() ? value.data() : "", value.size(),
                               SQLITE_TRANSIENT, SQLITE_UTF8));
}

void statement::bind(int index, byte_view value) {
    if (value.empty())
        demand(sqlite3_bind_zeroblob(stmt_.get(), index, 0));
    else
        demand(
            sqlite3_bind_blob64(stmt_.get(), index, value.data(), value.size(), SQLITE_TRANSIENT));
}

void statement::bind(int index, std::nullptr_t) {
    demand(sqlite3_bind_null(stmt_.get(), index));
}

result<bool> statement::step() {
    const int code = sqlite3_step(stmt_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    auto failed = sqlite_problem(sqlite3_db_handle(stmt_.get()), code);
    sqlite3_reset(stmt_.get());
    return std::unexpected(std::move(failed));
}

result<void> statement::execute() {
    sqlite3_reset(stmt_.get());
    PYKALA_TRY(const bool row, step());
    sqlite3_reset(stmt_.get());
    if (row) throw std::logic_error("a statement that should give no row gave one");
    return {};
}

void statement::reset() {
    sqlite3_reset(stmt_.get());
}
void statement::clear_bindings() {
    sqlite3_clear_bindings(stmt_.get());
}

int statement::columns() const {
    return sqlite3_column_count(stmt_.get());
}
std::string_view statement::column_name(int column) const {
    return sqlite3_column_name(stmt_.get(), column);
}
bool statement::is_null(int column) const {
    return sqlite3_column_type(stmt_.get(), column) == SQLITE_NULL;
}
bool statement::is_integer(int column) const {
    return sqlite3_column_type(stmt_.get(), column) == SQLITE_INTEGER;
}
bool statement::is_blob(int column) const {
    return sqlite3_column_type(stmt_.get(), column) == SQLITE_BLOB;
}
std::int64_t statement::integer(int column) const {
    return sqlite3_column_int64(stmt_.get(), column);
}

std::string_view statement::text(int column) const {
    const void* bytes = sqlite3_column_text(stmt_.get(), column);
    if (!bytes) return {};
    return {static_cast<const char*>(bytes),
            std::size_t(sqlite3_column_bytes(stmt_.get(), column))};
}

byte_view statement::blob(int column) const {
    const void* bytes = sqlite3_column_blob(stmt_.get(), column);
    if (!bytes) return {};
    return {static_cast<const std::uint8_t*>(bytes),
            std::size_t(sqlite3_column_bytes(stmt_.get(), column))};
}

std::optional<std::string> statement::text_if(int column) const {
    if (is_null(column)) return std::nullopt;
    return std::string(text(column));
}

std::optional<std::int64_t> statement::integer_if(int column) const {
    if (is_null(column)) return std::nullopt;
    return integer(column);
}

}  // namespace pykala::storage
