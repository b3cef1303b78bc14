#include "storage/sealing/key_copy.hpp"

#include <charconv>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

namespace pykala::storage {
namespace {

constexpr std::int64_t application_id = 0x504B4559;  // "PKEY"

// The keys of an owner stand side by side, because they are wanted together. Stores that were made
// earlier have the same columns in the order of ids; every query holds for both.
constexpr const char* schema = R"(
    CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE keys(id BLOB NOT NULL UNIQUE, owner BLOB NOT NULL, class TEXT NOT NULL,
                      made_at TEXT NOT NULL, wrapped BLOB NOT NULL,
                      PRIMARY KEY(owner, class)) STRICT, WITHOUT ROWID;
    PRAGMA application_id = 1347110233;
    PRAGMA user_version = 1;)";

std::unexpected<problem> damaged(const std::filesystem::path& file, std::string_view what) {
    return fail(problem_kind::corrupt, "key_store_damaged",
                fmt::format("`{}` {}", file.string(), what),
                "move the file away: the next start makes it anew from the other copy");
}

template <std::size_t Size>
bool copy_exactly(byte_view from, std::array<std::uint8_t, Size>& to) {
    if (from.size() != Size) return false;
    std::copy(from.begin(), from.end(), to.begin());
    return true;
}

result<std::vector<key_row>> rows_of(statement& query, const std::filesystem::path& file) {
    std::vector<key_row> rows;
    for (;;) {
        PYKALA_TRY(const bool there, query.step());
        if (!there) break;
        key_row row;
        row.key_class = query.text(2);
        row.made_at = query.text(3);
        row.wrapped = as_text(query.blob(4));
        if (!copy_exactly(query.blob(0), row.id) || !copy_exactly(query.blob(1), row.owner))
            return damaged(file, "has a row that is no key");
        rows.push_back(std::move(row));
    }
    query.reset();
    return rows;
}

std::optional<key_row> first_of(std::vector<key_row> rows) {
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
}

result<void> insert_rows(session& db, std::span<const key_row> rows) {
    for (const key_row& row : rows)
        PYKALA_CHECK(
            db.run("INSERT INTO keys(id, owner, class, made_at, wrapped) VALUES(?,?,?,?,?)",
                   byte_view(row.id), byte_view(row.owner), row.key_class, row.made_at,
                   as_bytes(row.wrapped)));
    return {};
}

result<void> write_facts(session& db, const key_facts& facts) {
    const std::pair<const char*, std::string> rows[] = {
        {"tenant", facts.tenant},
        {"master", facts.master},
        {"generation", std::to_string(facts.generation)}};
    for (const auto& [name, text] : rows)
        PYKALA_CHECK(db.run("INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)", name, text));
    return {};
}

}  // namespace

result<key_copy> key_copy::open(const std::filesystem::path& file) {
    PYKALA_TRY(connection db, connection::open(file.string(), {.create = true, .wal = false}));
    // EXTRA also syncs the folder, so that a journal cannot come back after a power cut and with it
    // a key that was destroyed
    PYKALA_CHECK(
        db.run("PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=EXTRA;"
               "PRAGMA secure_delete=ON;"));
    key_copy copy(std::move(db), file);
    PYKALA_CHECK(copy.prepare_schema());
    PYKALA_CHECK(copy.read_facts());
    return copy;
}

result<void> key_copy::prepare_schema() {
    PYKALA_TRY(statement * query, db_.get("SELECT user_version, application_id FROM "
                                          "pragma_user_version, pragma_application_id"));
    query->reset();
    PYKALA_CHECK(query->step());
    const std::int64_t version = query->integer(0);
    const std::int64_t application = query->integer(1);
    query->reset();
    if (version == 0 && application == 0) {
        PYKALA_TRY(transaction making, transaction::begin_immediate(db_.db()));
        PYKALA_CHECK(db_.db().run(schema));
        return making.commit();
    }
    if (application != application_id || version != 1)
        return damaged(file_, "is no key store of version 1");
    return {};
}

result<void> key_copy::read_facts() {
    PYKALA_TRY(statement * query, db_.get("SELECT name, value FROM meta"));
    query->reset();
    key_facts found;
    int named = 0;
    for (;;) {
        PYKALA_TRY(const bool there, query->step());
        if (!there) break;
        const std::string_view name = query->text(0);
        const std::string text(query->text(1));
        named += name == "tenant" || name == "master" || name == "generation";
        if (name == "tenant") found.tenant = text;
        if (name == "master") found.master = text;
        if (name == "generation")
            std::from_chars(text.data(), text.data() + text.size(), found.generation);
    }
    query->reset();
    if (named == 3) facts_ = std::move(found);
    return {};
}

template <class Work>
result<bool> key_copy::change(const key_facts& next, Work&& work) {
    PYKALA_TRY(transaction changing, transaction::begin_immediate(db_.db()));
    PYKALA_CHECK(work());
    PYKALA_CHECK(write_facts(db_, next));
    PYKALA_CHECK(changing.commit());
    facts_ = next;
    return true;
}

result<bool> key_copy::add(std::span<const key_row> rows, const key_facts& next) {
    return change(next, [&] { return insert_rows(db_, rows); });
}

result<bool> key_copy::remove(std::span<const log::key_id> ids, const key_facts& next) {
    return change(next, [&]() -> result<void> {
        for (const log::key_id& id : ids)
            PYKALA_CHECK(db_.run("DELETE FROM keys WHERE id = ?", byte_view(id)));
        return {};
    });
}

result<bool> key_copy::replace_all(std::span<const key_row> rows, const key_facts& next) {
    return change(next, [&]() -> result<void> {
        PYKALA_CHECK(db_.run("DELETE FROM keys"));
        return insert_rows(db_, rows);
    });
}

result<std::optional<key_row>> key_copy::find(const log::key_id& id) const {
    PYKALA_TRY(statement * query,
               db_.get("SELECT id, owner, class, made_at, wrapped FROM keys WHERE id = ?"));
    query->bind_all(byte_view(id));
    PYKALA_TRY(std::vector<key_row> rows, rows_of(*query, file_));
    return first_of(std::move(rows));
}

result<std::optional<key_row>> key_copy::find(const log::stream_tag& owner,
                                              std::string_view key_class) const {
    PYKALA_TRY(statement * query, db_.get("SELECT id, owner, class, made_at, wrapped FROM keys "
                                          "WHERE owner = ? AND class = ?"));
    query->bind_all(byte_view(owner), key_class);
    PYKALA_TRY(std::vector<key_row> rows, rows_of(*query, file_));
    return first_of(std::move(rows));
}

result<std::vector<key_row>> key_copy::beside(const log::key_id& id) const {
    PYKALA_TRY(statement * query, db_.get("SELECT id, owner, class, made_at, wrapped FROM keys "
                                          "WHERE owner = (SELECT owner FROM keys WHERE id = ?)"));
    query->bind_all(byte_view(id));
    return rows_of(*query, file_);
}

result<std::vector<key_row>> key_copy::of_owner(const log::stream_tag& owner) const {
    PYKALA_TRY(statement * query,
               db_.get("SELECT id, owner, class, made_at, wrapped FROM keys WHERE owner = ?"));
    query->bind_all(byte_view(owner));
    return rows_of(*query, file_);
}

result<void> key_copy::hold() {
    if (db_.db().in_transaction()) return {};
    return db_.run("BEGIN");
}

void key_copy::let_go() {
    if (db_.db().in_transaction()) (void)db_.run("ROLLBACK");
}

result<std::vector<key_row>> key_copy::all() const {
    PYKALA_TRY(statement * query,
               db_.get("SELECT id, owner, class, made_at, wrapped FROM keys ORDER BY id"));
    query->reset();
    return rows_of(*query, file_);
}

}  // namespace pykala::storage
