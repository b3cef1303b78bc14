#include "storage/sealing/key_copy.hpp"

#include <charconv>

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "engine/base/encoding.hpp"

namespace pykala::storage {
namespace {

constexpr int application_id = 0x504B4559;  // "PKEY"

constexpr const char* schema = R"(
    CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE keys(id BLOB PRIMARY KEY, owner BLOB NOT NULL, class TEXT NOT NULL,
                      made_at TEXT NOT NULL, wrapped BLOB NOT NULL,
                      UNIQUE(owner, class)) STRICT, WITHOUT ROWID;
    PRAGMA application_id = 1347110233;
    PRAGMA user_version = 1;)";

constexpr const char* columns = "SELECT id, owner, class, made_at, wrapped FROM keys ";

std::unexpected<problem> fault_of(sqlite3* db) {
    const int code = db ? sqlite3_errcode(db) : SQLITE_CANTOPEN;
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_SCHEMA)
        return fail(problem_kind::corrupt, "key_store_damaged", "a copy of the key store is broken",
                    "start from its other copy");
    return fail(problem_kind::unavailable, "key_store_io",
                fmt::format("the key store cannot be used: {}", sqlite3_errstr(code)),
                "see that its disk is there, writable and not full, and that no other process has "
                "it open");
}

class statement {
public:
    statement(sqlite3* db, std::string_view sql) {
        sqlite3_prepare_v2(db, sql.data(), static_cast<int>(sql.size()), &raw_, nullptr);
    }
    statement(const statement&) = delete;
    statement& operator=(const statement&) = delete;
    ~statement() { sqlite3_finalize(raw_); }

    statement& text(int at, std::string_view value) {
        sqlite3_bind_text(raw_, at, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
        return *this;
    }
    statement& blob(int at, std::string_view value) {
        sqlite3_bind_blob(raw_, at, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
        return *this;
    }
    int step() { return raw_ ? sqlite3_step(raw_) : SQLITE_ERROR; }
    bool run() {
        const bool done = step() == SQLITE_DONE;
        sqlite3_reset(raw_);
        return done;
    }
    std::string bytes(int at) {
        const void* data = sqlite3_column_blob(raw_, at);
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(raw_, at));
        return data ? std::string(static_cast<const char*>(data), size) : std::string();
    }

private:
    sqlite3_stmt* raw_ = nullptr;
};

template <std::size_t Size>
bool copy_exactly(std::string_view from, std::array<std::uint8_t, Size>& to) {
    if (from.size() != Size) return false;
    from.copy(reinterpret_cast<char*>(to.data()), Size);
    return true;
}

bool read_row(statement& query, key_row& row) {
    row.key_class = query.bytes(2);
    row.made_at = query.bytes(3);
    row.wrapped = query.bytes(4);
    return copy_exactly(query.bytes(0), row.id) && copy_exactly(query.bytes(1), row.owner);
}

result<std::vector<key_row>> rows_of(sqlite3* db, statement& query) {
    std::vector<key_row> rows;
    int code = query.step();
    for (; code == SQLITE_ROW; code = query.step()) {
        key_row row;
        if (!read_row(query, row))
            return fail(problem_kind::corrupt, "key_store_damaged",
                        "a row of the key store is broken", "start from its other copy");
        rows.push_back(std::move(row));
    }
    if (code != SQLITE_DONE) return fault_of(db);
    return rows;
}

result<std::optional<key_row>> first_of(sqlite3* db, statement& query) {
    PYKALA_TRY(std::vector<key_row> rows, rows_of(db, query));
    if (rows.empty()) return std::optional<key_row>();
    return std::optional<key_row>(std::move(rows.front()));
}

bool insert_rows(sqlite3* db, std::span<const key_row> rows) {
    statement insert(db, "INSERT INTO keys(id, owner, class, made_at, wrapped) VALUES(?,?,?,?,?)");
    for (const key_row& row : rows)
        if (!insert.blob(1, as_text(row.id))
                 .blob(2, as_text(row.owner))
                 .text(3, row.key_class)
                 .text(4, row.made_at)
                 .blob(5, row.wrapped)
                 .run())
            return false;
    return true;
}

bool write_facts(sqlite3* db, const key_facts& facts) {
    statement put(db, "INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)");
    const std::string generation = std::to_string(facts.generation);
    return put.text(1, "tenant").text(2, facts.tenant).run() &&
           put.text(1, "master").text(2, facts.master).run() &&
           put.text(1, "generation").text(2, generation).run();
}

bool execute(sqlite3* db, const char* sql) {
    return sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

}  // namespace

void key_copy::close::operator()(sqlite3* db) const {
    sqlite3_close_v2(db);
}

result<key_copy> key_copy::open(const std::filesystem::path& file) {
    // SQLite would make the file readable to the group
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0) ::close(fd);
    key_copy copy;
    sqlite3* raw = nullptr;
    const int opened = sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
    copy.db_.reset(raw);
    if (opened != SQLITE_OK) return fault_of(raw);
    sqlite3_busy_timeout(raw, 5'000);
    if (!execute(raw,
                 "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = EXTRA;"
                 "PRAGMA secure_delete = ON; PRAGMA locking_mode = NORMAL;"))
        return fault_of(raw);
    PYKALA_CHECK(copy.prepare_schema());
    PYKALA_CHECK(copy.read_facts());
    return copy;
}

result<bool> key_copy::prepare_schema() {
    int version = 0;
    int application = 0;
    {
        statement query(db_.get(),
                        "SELECT user_version, application_id FROM "
                        "pragma_user_version, pragma_application_id");
        if (query.step() != SQLITE_ROW) return fault_of(db_.get());
        std::from_chars_result unused{};
        const std::string a = query.bytes(0);
        const std::string b = query.bytes(1);
        unused = std::from_chars(a.data(), a.data() + a.size(), version);
        unused = std::from_chars(b.data(), b.data() + b.size(), application);
    }
    if (version == 0 && application == 0) {
        if (!execute(db_.get(), "BEGIN IMMEDIATE") || !execute(db_.get(), schema) ||
            !execute(db_.get(), "COMMIT"))
            return fault_of(db_.get());
        return true;
    }
    if (application != application_id || version != 1)
        return fail(problem_kind::corrupt, "key_store_damaged",
                    "the file is no key store of version 1",
                    "name the right file, or use the version of this program that wrote it");
    return true;
}

result<bool> key_copy::read_facts() {
    statement query(db_.get(), "SELECT name, value FROM meta");
    key_facts found;
    int named = 0;
    int code = query.step();
    for (; code == SQLITE_ROW; code = query.step()) {
        const std::string name = query.bytes(0);
        const std::string value = query.bytes(1);
        named += name == "tenant" || name == "master" || name == "generation";
        if (name == "tenant") found.tenant = value;
        if (name == "master") found.master = value;
        if (name == "generation")
            std::from_chars(value.data(), value.data() + value.size(), found.generation);
    }
    if (code != SQLITE_DONE) return fault_of(db_.get());
    if (named == 3) facts_ = std::move(found);
    return true;
}

template <class Work>
result<bool> key_copy::change(const key_facts& next, Work&& work) {
    if (!execute(db_.get(), "BEGIN IMMEDIATE")) return fault_of(db_.get());
    if (!work() || !write_facts(db_.get(), next) || !execute(db_.get(), "COMMIT")) {
        auto fault = fault_of(db_.get());
        execute(db_.get(), "ROLLBACK");
        return fault;
    }
    facts_ = next;
    return true;
}

result<bool> key_copy::add(std::span<const key_row> rows, const key_facts& next) {
    return change(next, [&] { return insert_rows(db_.get(), rows); });
}

result<bool> key_copy::remove(std::span<const log::key_id> ids, const key_facts& next) {
    return change(next, [&] {
        statement erase(db_.get(), "DELETE FROM keys WHERE id = ?");
        for (const log::key_id& id : ids)
            if (!erase.blob(1, as_text(id)).run()) return false;
        return true;
    });
}

result<bool> key_copy::replace_all(std::span<const key_row> rows, const key_facts& next) {
    return change(next, [&] {
        return execute(db_.get(), "DELETE FROM keys") && insert_rows(db_.get(), rows);
    });
}

result<std::optional<key_row>> key_copy::find(const log::key_id& id) const {
    statement query(db_.get(), std::string(columns) + "WHERE id = ?");
    query.blob(1, as_text(id));
    return first_of(db_.get(), query);
}

result<std::optional<key_row>> key_copy::find(const log::stream_tag& owner,
                                              std::string_view key_class) const {
    statement query(db_.get(), std::string(columns) + "WHERE owner = ? AND class = ?");
    query.blob(1, as_text(owner)).text(2, key_class);
    return first_of(db_.get(), query);
}

result<std::vector<key_row>> key_copy::all() const {
    statement query(db_.get(), std::string(columns) + "ORDER BY id");
    return rows_of(db_.get(), query);
}

}  // namespace pykala::storage
