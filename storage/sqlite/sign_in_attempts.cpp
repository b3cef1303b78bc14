#include "storage/sqlite/sign_in_attempts.hpp"

namespace pykala::storage {

result<bool> note_attempt(tenant_store& store, const address_hash& from, instant now,
                          const attempt_bounds& bounds) {
    bool may = false;
    PYKALA_CHECK(store.write([&](session& db) -> result<void> {
        PYKALA_CHECK(
            db.run("DELETE FROM sign_in_attempts WHERE at <= ?", to_string(now - bounds.window)));
        PYKALA_TRY(statement * count,
                   db.get("SELECT count(*) FROM sign_in_attempts WHERE address = ?"));
        count->bind_all(byte_view(from));
        PYKALA_CHECK(count->step());
        may = static_cast<std::size_t>(count->integer(0)) < bounds.most;
        count->reset();
        if (!may) return {};
        return db.run("INSERT INTO sign_in_attempts(address, at) VALUES(?, ?)", byte_view(from),
                      to_string(now));
    }));
    return may;
}

result<void> forget_attempts(tenant_store& store, const address_hash& from) {
    return store.write([&](session& db) {
        return db.run("DELETE FROM sign_in_attempts WHERE address = ?", byte_view(from));
    });
}

}  // namespace pykala::storage
