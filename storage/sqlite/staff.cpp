#include "storage/sqlite/staff.hpp"

#include <fmt/format.h>

namespace pykala::storage {
namespace {

result<staff_member> read_user(session& db, statement& row) {
    staff_member who{
        row.integer(0), std::string(row.text(1)), std::string(row.text(2)), {}, !row.is_null(3)};
    row.reset();
    PYKALA_TRY(statement * roles, db.get("SELECT role FROM user_roles WHERE user = ?"));
    roles->bind_all(who.id);
    for (;;) {
        PYKALA_TRY(const bool more, roles->step());
        if (!more) break;
        who.roles.emplace(roles->text(0));
    }
    roles->reset();
    return who;
}

result<std::optional<staff_member>> read_one(session& db, statement& found) {
    PYKALA_TRY(const bool there, found.step());
    if (!there) return std::nullopt;
    PYKALA_TRY(staff_member who, read_user(db, found));
    return who;
}

auto no_such_user(const std::string& name) {
    return fail(problem_kind::not_found, "no_such_user",
                fmt::format("no user `{}` in use here", name), "`pykala user add` makes one");
}

}  // namespace

result<void> add_user(tenant_store& store, const staff_member& who, instant now) {
    return store.write([&](session& db) -> result<void> {
        auto done = db.run("INSERT INTO users(name, password, made_at) VALUES(?, ?, ?)", who.name,
                           who.password, to_string(now));
        if (!done && done.error().code == "store_unique")
            return fail(problem_kind::conflict, "user_exists",
                        fmt::format("there is a user `{}` already", who.name),
                        "choose another name");
        if (!done) return done;
        const auto id = db.db().last_insert_id();
        for (const auto& role : who.roles)
            PYKALA_CHECK(db.run("INSERT INTO user_roles(user, role) VALUES(?, ?)", id, role));
        return {};
    });
}

result<void> disable_user(tenant_store& store, const std::string& name, instant now) {
    return store.write([&](session& db) -> result<void> {
        PYKALA_CHECK(
            db.run("UPDATE users SET disabled_at = ? WHERE name = ? AND disabled_at IS NULL",
                   to_string(now), name));
        if (db.db().changes() == 0) return no_such_user(name);
        PYKALA_CHECK(db.run(
            "DELETE FROM sessions WHERE user = (SELECT id FROM users WHERE name = ?)", name));
        return db.run(
            "UPDATE tokens SET revoked_at = ? "
            "WHERE user = (SELECT id FROM users WHERE name = ?) AND revoked_at IS NULL",
            to_string(now), name);
    });
}

result<std::optional<staff_member>> find_user(tenant_store& store, const std::string& name) {
    return store.read([&](session& db) -> result<std::optional<staff_member>> {
        PYKALA_TRY(statement * found,
                   db.get("SELECT id, name, password, disabled_at FROM users WHERE name = ?"));
        found->bind_all(name);
        return read_one(db, *found);
    });
}

result<std::vector<std::string>> user_names(tenant_store& store) {
    return store.read([&](session& db) -> result<std::vector<std::string>> {
        PYKALA_TRY(statement * each,
                   db.get("SELECT name FROM users WHERE disabled_at IS NULL ORDER BY name"));
        std::vector<std::string> names;
        for (;;) {
            PYKALA_TRY(const bool more, each->step());
            if (!more) break;
            names.emplace_back(each->text(0));
        }
        each->reset();
        return names;
    });
}

result<void> keep_token(tenant_store& store, const secret_hash& token, const std::string& user,
                        instant now) {
    return store.write([&](session& db) -> result<void> {
        PYKALA_CHECK(
            db.run("INSERT INTO tokens(hash, user, made_at) "
                   "SELECT ?, id, ? FROM users WHERE name = ? AND disabled_at IS NULL",
                   byte_view(token), to_string(now), user));
        if (db.db().changes() == 0) return no_such_user(user);
        return {};
    });
}

result<std::optional<staff_member>> user_of_token(tenant_store& store, const secret_hash& token,
                                                  instant now) {
    return store.read([&](session& db) -> result<std::optional<staff_member>> {
        PYKALA_TRY(
            statement * found,
            db.get("SELECT u.id, u.name, u.password, u.disabled_at FROM tokens t "
                   "JOIN users u ON u.id = t.user WHERE t.hash = ? AND t.revoked_at IS NULL "
                   "AND u.disabled_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ?)"));
        found->bind_all(byte_view(token), to_string(now));
        return read_one(db, *found);
    });
}

result<void> note_look(tenant_store& store, std::int64_t user, const std::string& number,
                       const std::string& what, instant now) {
    return store.write([&](session& db) {
        return db.run(
            "INSERT INTO looks(at, user, case_id, what) "
            "VALUES(?, ?, (SELECT id FROM cases WHERE number = ?), ?)",
            to_string(now), user, number, what);
    });
}

}  // namespace pykala::storage
