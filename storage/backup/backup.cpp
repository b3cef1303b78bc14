#include "storage/backup/backup.hpp"

#include <vector>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "storage/sqlite/log_start.hpp"
#include "storage/sqlite/session.hpp"
#include "storage/sqlite/tenant_database.hpp"

namespace pykala::storage {
namespace {

namespace fs = std::filesystem;

// Written new, page by page in order: what was deleted from the database is not in the copy.
result<void> copy_database(connection& live, const fs::path& to) {
    PYKALA_CHECK(live.run("PRAGMA query_only=OFF"));
    PYKALA_TRY(statement vacuum, live.prepare("VACUUM INTO ?"));
    PYKALA_CHECK(vacuum.execute_with(to.string()));
    std::error_code error;
    fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write, error);
    return sync_file(to);
}

using document_id = std::vector<std::uint8_t>;

result<std::vector<document_id>> documents_in(connection& copy) {
    PYKALA_TRY(statement rows, copy.prepare("SELECT id FROM documents WHERE box IS NULL"));
    std::vector<document_id> out;
    for (;;) {
        PYKALA_TRY(const bool there, rows.step());
        if (!there) return out;
        const byte_view id = rows.blob(0);
        out.emplace_back(id.begin(), id.end());
    }
}

result<bool> names_document(connection& live, const document_id& id) {
    PYKALA_TRY(statement find, live.prepare("SELECT 1 FROM documents WHERE id = ?"));
    find.bind_all(byte_view(id));
    return find.step();
}

// The head that the copy has: nobody writes to it.
result<void> read_head(connection& copy, backup_manifest& into) {
    PYKALA_TRY(auto newest, newest_log(copy));
    into.origin = std::move(newest.name);
    PYKALA_TRY(log_reader tree, log_reader::open(copy, newest.number));
    PYKALA_TRY(const std::uint64_t size, tree.size());
    PYKALA_TRY(into.head, tree.head_at(size));
    return {};
}

struct copier {
    const fs::path& folder;  // of the tenant
    const fs::path& part;    // of the copy
    connection& live;
    connection& copy;
    backup_report& out;

    // Files never change. One that is gone was replaced or forgotten while we copied: then the copy
    // forgets it too.
    result<void> document(const document_id& id) {
        const auto name = fs::path(documents_name) / (to_hex(id) + ".sealed");
        const auto facts = copy_durably(folder / name, part / name);
        if (facts) {
            ++out.documents;
            out.manifest.files.emplace(name.string(), *facts);
            return {};
        }
        if (facts.error().code != "backup_file_missing") return std::unexpected(facts.error());
        PYKALA_TRY(const bool still_named, names_document(live, id));
        if (still_named) {
            ++out.missing;
            return {};
        }
        PYKALA_TRY(statement forget, copy.prepare("DELETE FROM documents WHERE id = ?"));
        return forget.execute_with(byte_view(id));
    }
};

}  // namespace

result<backup_report> back_up_tenant(const fs::path& folder, const key_place& keys,
                                     const fs::path& to, instant now,
                                     const std::function<void(const std::string&)>& tell) {
    std::error_code ignored;
    if (fs::exists(to, ignored))
        return fail(problem_kind::conflict, "backup_exists",
                    fmt::format("there is a backup in `{}` already", to.string()),
                    "name a folder for each backup");
    PYKALA_CHECK(look_at_tenant_database((folder / database_name).string()));
    PYKALA_TRY(const auto signer, signer_of(keys));
    const fs::path part = to.string() + ".part";
    PYKALA_CHECK(remove_folder(part));
    PYKALA_CHECK(make_folder(part));
    PYKALA_CHECK(make_folder(part / documents_name));
    backup_report out;
    out.manifest.tenant = keys.tenant;
    out.manifest.made_at = now;
    {
        PYKALA_TRY(connection live, open_tenant_reader((folder / database_name).string()));
        tell("the database");
        PYKALA_CHECK(copy_database(live, part / database_name));
        PYKALA_TRY(connection copy,
                   connection::open((part / database_name).string(), {.wal = false}));
        PYKALA_TRY(const auto ids, documents_in(copy));
        copier work{folder, part, live, copy, out};
        for (std::size_t i = 0; i < ids.size(); ++i) {
            if (i % 1000 == 0) tell(fmt::format("{} of {} documents", i, ids.size()));
            PYKALA_CHECK(work.document(ids[i]));
        }
        PYKALA_CHECK(read_head(copy, out.manifest));
    }
    PYKALA_CHECK(sync_file(part / documents_name));
    PYKALA_TRY(out.manifest.files[database_name], facts_of_file(part / database_name));
    PYKALA_CHECK(write_manifest(part, out.manifest, signer));
    PYKALA_CHECK(move_file(part, to));
    PYKALA_CHECK(sync_file(to.parent_path()));
    return out;
}

}  // namespace pykala::storage
