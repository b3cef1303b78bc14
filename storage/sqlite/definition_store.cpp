#include "storage/sqlite/definition_store.hpp"

#include <algorithm>

#include "engine/base/encoding.hpp"

#include "storage/hash/sha256.hpp"

namespace pykala::storage {
namespace {

result<log::digest> hash_of(const definition_closure& closure) {
    std::vector<log::closure_file> files;
    for (const definition_file& f : closure.files) files.push_back({f.path, sha256({}, f.text)});
    return log::closure_hash(sha256, closure.kind, files);
}

std::string_view name_of(log::closure_kind kind) {
    return kind == log::closure_kind::law ? "law" : "procedure";
}

result<bool> is_kept(session& db, const log::digest& hash) {
    PYKALA_TRY(statement * known, db.get("SELECT 1 FROM closures WHERE hash = ?"));
    known->bind_all(byte_view(hash));
    PYKALA_TRY(const bool there, known->step());
    known->reset();
    return there;
}

}  // namespace

result<log::digest> keep_closure(tenant_store& store, const definition_closure& closure) {
    PYKALA_TRY(const log::digest hash, hash_of(closure));
    PYKALA_TRY(const bool kept, store.read([&](session& db) { return is_kept(db, hash); }));
    if (kept) return hash;
    PYKALA_CHECK(store.write([&](session& db) -> result<void> {
        PYKALA_CHECK(db.run("INSERT OR IGNORE INTO closures(hash, kind) VALUES(?, ?)",
                            byte_view(hash), name_of(closure.kind)));
        for (const definition_file& f : closure.files) {
            const log::digest file = sha256({}, f.text);
            PYKALA_CHECK(db.run("INSERT OR IGNORE INTO definitions(hash, text) VALUES(?, ?)",
                                byte_view(file), as_bytes(f.text)));
            PYKALA_CHECK(
                db.run("INSERT OR IGNORE INTO closure_files(closure, path, file) VALUES(?, ?, ?)",
                       byte_view(hash), f.path, byte_view(file)));
        }
        return {};
    }));
    return hash;
}

result<definition_closure> read_closure(tenant_store& store, const log::digest& hash) {
    return store.read([&](session& db) -> result<definition_closure> {
        PYKALA_TRY(statement * find,
                   db.get("SELECT c.kind, f.path, d.text FROM closures c "
                          "LEFT JOIN closure_files f ON f.closure = c.hash "
                          "LEFT JOIN definitions d ON d.hash = f.file WHERE c.hash = ? "
                          "ORDER BY f.path"));
        find->bind_all(byte_view(hash));
        definition_closure out;
        bool known = false;
        for (;;) {
            PYKALA_TRY(const bool there, find->step());
            if (!there) break;
            known = true;
            out.kind =
                find->text(0) == "law" ? log::closure_kind::law : log::closure_kind::procedure;
            if (!find->is_null(1))
                out.files.push_back(
                    {std::string(find->text(1)), std::string(as_text(find->blob(2)))});
        }
        find->reset();
        if (!known)
            return fail(problem_kind::corrupt, "no_such_definition",
                        "a definition that an event names is not in the store",
                        "restore the database from a backup");
        PYKALA_TRY(const log::digest again, hash_of(out));
        if (again != hash)
            return fail(problem_kind::corrupt, "definition_differs",
                        "a stored definition is not the one that events name",
                        "restore the database from a backup");
        return out;
    });
}

}  // namespace pykala::storage
