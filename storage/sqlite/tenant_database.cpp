#include "storage/sqlite/tenant_database.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "storage/sqlite/schema/schema.hpp"

namespace pykala::storage {
namespace {

// Pages kept in memory by the writer and by each reader, and how long the WAL grows before it is
// brought back into the file: fewer, larger checkpoints cost the commits less.
constexpr std::string_view tuning =
    "PRAGMA cache_size=-32768;PRAGMA wal_autocheckpoint=4000;PRAGMA temp_store=MEMORY;";

std::string_view name_of(purpose use) {
    return use == purpose::demo ? "demo" : "production";
}

result<std::int64_t> pragma_number(connection& db, std::string_view name) {
    PYKALA_TRY(statement ask, db.prepare(fmt::format("PRAGMA {}", name)));
    PYKALA_TRY(const bool there, ask.step());
    return there ? ask.integer(0) : 0;
}

std::unexpected<problem> foreign() {
    return fail(problem_kind::corrupt, "store_foreign", "the file is not the database of a tenant",
                "check the data directory, or make one with `pykala init`");
}

// Opening a database may change it; so a file of somebody else is told by its first bytes, as
// SQLite's file format has them: magic, and the application id at 68.
result<void> look_at_header(const std::string& path) {
    std::array<char, 72> head{};
    std::ifstream file(path, std::ios::binary);
    file.read(head.data(), head.size());
    if (file.gcount() == 0) return foreign();
    if (file.gcount() != std::streamsize(head.size()) ||
        !std::string_view(head.data(), head.size()).starts_with("SQLite format 3"))
        return fail(problem_kind::corrupt, "store_corrupt",
                    fmt::format("the file `{}` is no database", path),
                    "stop the program and put a backup of that file in its place");
    std::int64_t application = 0;
    for (std::size_t i = 68; i < 72; ++i)
        application = application << 8 | static_cast<unsigned char>(head[i]);
    if (application != tenant_application_id) return foreign();
    return {};
}

result<void> check_ours(connection& db) {
    PYKALA_TRY(const std::int64_t application, pragma_number(db, "application_id"));
    if (application != tenant_application_id) return foreign();
    PYKALA_TRY(const std::int64_t version, pragma_number(db, "user_version"));
    if (version > schema_version())
        return fail(problem_kind::unavailable, "store_newer",
                    fmt::format("the database has schema {}, this program knows {}", version,
                                schema_version()),
                    "run the newer program that wrote it");
    return {};
}

// Every step is a transaction of its own: interrupted, the next start goes on from there.
result<void> migrate(connection& db) {
    PYKALA_TRY(const std::int64_t from, pragma_number(db, "user_version"));
    for (const migration& step : migrations()) {
        if (step.version <= from) continue;
        PYKALA_TRY(transaction whole, transaction::begin_immediate(db));
        for (const std::string_view part : step.sql) PYKALA_CHECK(db.run(part));
        PYKALA_CHECK(db.run(fmt::format("PRAGMA user_version={}", step.version)));
        PYKALA_CHECK(whole.commit());
    }
    return {};
}

result<void> put_meta(connection& db, std::string_view name, std::string_view value) {
    PYKALA_TRY(statement put, db.prepare("INSERT INTO meta(name, value) VALUES(?, ?)"));
    return put.execute_with(name, value);
}

// The application id comes last and makes the file ours: one that was cut short before is refused
// as foreign and can be made again.
result<void> fill_new(connection& db, const tenant_identity& identity, const std::string& origin,
                      instant now) {
    PYKALA_CHECK(migrate(db));
    PYKALA_TRY(transaction whole, transaction::begin_immediate(db));
    PYKALA_CHECK(put_meta(db, "tenant", identity.tenant));
    PYKALA_CHECK(put_meta(db, "prefix", identity.prefix));
    PYKALA_CHECK(put_meta(db, "purpose", name_of(identity.use)));
    PYKALA_CHECK(put_meta(db, "made_at", to_string(now)));
    PYKALA_TRY(statement begin,
               db.prepare("INSERT INTO log_origins(id, name, begun_at) VALUES(1, ?, ?)"));
    PYKALA_CHECK(begin.execute_with(origin, to_string(now)));
    PYKALA_CHECK(db.run(fmt::format("PRAGMA application_id={}", tenant_application_id)));
    return whole.commit();
}

}  // namespace

result<void> look_at_tenant_database(const std::string& path) {
    if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT)
        return fail(problem_kind::not_found, "store_missing", "there is no database of the tenant",
                    "make one with `pykala init`, or check the data directory");
    return look_at_header(path);
}

result<void> check_tenant_identity(const tenant_identity& found, const tenant_identity& wanted) {
    if (found.tenant != wanted.tenant)
        return fail(
            problem_kind::refused, "store_wrong_tenant",
            fmt::format("the database belongs to `{}`, not `{}`", found.tenant, wanted.tenant),
            "check the paths of the configuration");
    if (found.use != wanted.use)
        return fail(problem_kind::refused, "store_wrong_purpose",
                    fmt::format("the database is marked `{}`, not `{}`", name_of(found.use),
                                name_of(wanted.use)),
                    "`pykala demo` opens demo databases only, `pykala serve` never does");
    return {};
}

result<write_lock> write_lock::take(const std::string& database_path) {
    const std::string path = database_path + ".lock";
    const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0)
        return fail(problem_kind::unavailable, "store_io", "the lock file cannot be opened",
                    "check that the data directory exists and may be written");
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
        ::close(file);
        return fail(problem_kind::unavailable, "store_in_use",
                    "another process has the database open for writing",
                    "stop it, or send the command to it");
    }
    return write_lock(file);
}

write_lock::~write_lock() {
    if (file_ >= 0) ::close(file_);
}

result<tenant_identity> read_tenant_identity(connection& db) {
    PYKALA_CHECK(check_ours(db));
    PYKALA_TRY(statement all, db.prepare("SELECT name, value FROM meta"));
    tenant_identity found;
    for (;;) {
        PYKALA_TRY(const bool there, all.step());
        if (!there) return found;
        if (all.text(0) == "tenant") found.tenant = all.text(1);
        if (all.text(0) == "prefix") found.prefix = all.text(1);
        if (all.text(0) == "purpose" && all.text(1) == "demo") found.use = purpose::demo;
    }
}

result<void> create_tenant_database(const std::string& path, const tenant_identity& identity,
                                    const std::string& origin, instant now,
                                    const std::string& vfs) {
    if (::access(path.c_str(), F_OK) == 0)
        return fail(problem_kind::conflict, "store_exists", "there is a database already",
                    "choose another data directory, or move it away");
    const auto make = [&]() -> result<void> {
        sqlite_options options;
        options.create = true;
        options.vfs = vfs;
        PYKALA_TRY(connection db, connection::open(path, options));
        PYKALA_CHECK(fill_new(db, identity, origin, now));
        // Into the file itself: look_at_header reads nothing else.
        return db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    };
    auto made = make();
    if (!made)
        for (const char* tail : {"", "-wal", "-shm", "-journal"})
            std::remove((path + tail).c_str());
    return made;
}

result<connection> open_tenant_database(const std::string& path, const tenant_identity& identity,
                                        const std::string& vfs) {
    PYKALA_CHECK(look_at_tenant_database(path));
    sqlite_options options;
    options.vfs = vfs;
    PYKALA_TRY(connection db, connection::open(path, options));
    PYKALA_CHECK(check_ours(db));
    PYKALA_CHECK(migrate(db));
    PYKALA_TRY(const tenant_identity found, read_tenant_identity(db));
    PYKALA_CHECK(check_tenant_identity(found, identity));
    PYKALA_CHECK(db.run(tuning));
    return db;
}

result<connection> open_tenant_reader(const std::string& path, const std::string& vfs) {
    sqlite_options options;
    options.vfs = vfs;
    PYKALA_TRY(connection db, connection::open(path, options));
    PYKALA_CHECK(check_ours(db));
    PYKALA_CHECK(db.run(tuning));
    PYKALA_CHECK(db.run("PRAGMA query_only=ON;"));
    return db;
}

}  // namespace pykala::storage
