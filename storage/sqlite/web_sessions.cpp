#include "storage/sqlite/web_sessions.hpp"

#include "engine/base/encoding.hpp"

namespace pykala::storage {
namespace {

// A moment that does not read is one long past: the session has ended.
instant moment_at(std::string_view text) {
    return parse_instant_utc(text).value_or(instant{});
}

std::string text_of(byte_view bytes) {
    return std::string(as_text(bytes));
}

}  // namespace

result<void> keep_session(tenant_store& store, const web_session& made) {
    return store.write([&](session& db) -> result<void> {
        PYKALA_CHECK(db.run("DELETE FROM sessions WHERE expires_at <= ?", to_string(made.made_at)));
        std::optional<byte_view> sealed;
        if (!made.sealed.empty()) sealed = as_bytes(made.sealed);
        return db.run(
            "INSERT INTO sessions(hash, user, sealed, csrf, made_at, seen_at, expires_at) "
            "VALUES(?, ?, ?, ?, ?, ?, ?)",
            byte_view(made.hash), made.user, sealed, byte_view(as_bytes(made.csrf)),
            to_string(made.made_at), to_string(made.seen_at), to_string(made.expires_at));
    });
}

result<std::optional<found_session>> find_session(tenant_store& store, const secret_hash& hash,
                                                  instant now) {
    return store.read([&](session& db) -> result<std::optional<found_session>> {
        PYKALA_TRY(statement * row,
                   db.get("SELECT s.user, s.sealed, s.csrf, s.made_at, s.seen_at, s.expires_at, "
                          "u.name, u.disabled_at FROM sessions s LEFT JOIN users u "
                          "ON u.id = s.user WHERE s.hash = ? AND s.expires_at > ?"));
        row->bind_all(byte_view(hash), to_string(now));
        PYKALA_TRY(const bool there, row->step());
        if (!there || !row->is_null(7)) return std::nullopt;
        found_session found;
        found.session = {hash,
                         row->integer_if(0),
                         text_of(row->blob(1)),
                         text_of(row->blob(2)),
                         moment_at(row->text(3)),
                         moment_at(row->text(4)),
                         moment_at(row->text(5))};
        if (found.session.user) {
            found.user = staff_member{*found.session.user, std::string(row->text(6)), {}, {}};
            row->reset();
            PYKALA_TRY(statement * roles, db.get("SELECT role FROM user_roles WHERE user = ?"));
            roles->bind_all(*found.session.user);
            for (;;) {
                PYKALA_TRY(const bool more, roles->step());
                if (!more) break;
                found.user->roles.emplace(roles->text(0));
            }
            roles->reset();
        }
        row->reset();
        return found;
    });
}

result<void> end_session(tenant_store& store, const secret_hash& hash) {
    return store.write([&](session& db) {
        return db.run("DELETE FROM sessions WHERE hash = ?", byte_view(hash));
    });
}

result<void> touch_session(tenant_store& store, const secret_hash& hash, instant now,
                           instant expires_at) {
    return store.write([&](session& db) {
        return db.run("UPDATE sessions SET seen_at = ?, expires_at = ? WHERE hash = ?",
                      to_string(now), to_string(expires_at), byte_view(hash));
    });
}

}  // namespace pykala::storage
