#include "storage/sqlite/checkpoint_store.hpp"

#include <algorithm>

#include "storage/hash/sha256.hpp"

namespace pykala::storage {
namespace {

result<std::optional<signed_checkpoint>> read_last(session& db, std::int64_t origin) {
    PYKALA_TRY(statement * last, db.get("SELECT size, root, note FROM checkpoints "
                                        "WHERE origin = ? ORDER BY size DESC LIMIT 1"));
    last->bind_all(origin);
    PYKALA_TRY(const bool there, last->step());
    if (!there) return std::nullopt;
    signed_checkpoint out{{std::uint64_t(last->integer(0)), {}}, std::string(last->text(2))};
    const byte_view root = last->blob(1);
    std::copy_n(root.begin(), std::min(root.size(), out.head.root.size()), out.head.root.begin());
    last->reset();
    return out;
}

struct heads {
    std::optional<signed_checkpoint> last;
    tree_head now;
};

result<heads> read_heads(session& db, std::int64_t origin) {
    heads out;
    PYKALA_TRY(out.last, read_last(db, origin));
    PYKALA_TRY(log_reader reader, log_reader::open(db.db(), origin));
    PYKALA_TRY(const std::uint64_t size, reader.size());
    PYKALA_TRY(out.now, reader.head_at(size));
    if (!out.last) return out;
    const bool shorter = out.last->head.size > size;
    PYKALA_TRY(const tree_head again, reader.head_at(shorter ? size : out.last->head.size));
    if (shorter || again != out.last->head)
        return fail(problem_kind::corrupt, "log_inconsistent",
                    "the log does not continue its last checkpoint",
                    "restore the database, or begin a new log");
    return out;
}

}  // namespace

result<signed_checkpoint> sign_checkpoint(tenant_store& store, const checkpoint_signer& signer,
                                          instant now) {
    PYKALA_TRY(heads found,
               store.read([&](session& db) { return read_heads(db, store.origin()); }));
    if (found.last && found.last->head.size == found.now.size) return *std::move(found.last);
    const std::string text =
        log::checkpoint_text(store.origin_name(), found.now.size, found.now.root);
    signed_checkpoint out{found.now, log::signed_note(sha256, text, store.origin_name(), signer.key,
                                                      signer.sign(text))};
    PYKALA_CHECK(store.write([&](session& db) {
        return db.run(
            "INSERT OR IGNORE INTO checkpoints(origin, size, root, note, signed_at) "
            "VALUES(?, ?, ?, ?, ?)",
            store.origin(), std::int64_t(out.head.size), byte_view(out.head.root), out.note,
            to_string(now));
    }));
    return out;
}

result<std::optional<signed_checkpoint>> last_checkpoint(tenant_store& store) {
    return store.read([&](session& db) { return read_last(db, store.origin()); });
}

}  // namespace pykala::storage
