#include <algorithm>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "storage/backup/restore_steps.hpp"
#include "storage/documents/document_store.hpp"
#include "storage/forgetting/case_removal.hpp"
#include "storage/sqlite/log_start.hpp"

namespace pykala::storage {
namespace {

// Before a writer opens the database: the log that it then goes on with.
result<void> set_log(connection opened, const backup_manifest& manifest,
                     const log_decision& decided, desk::moment now, restore_report& report) {
    session db(std::move(opened));
    PYKALA_TRY(const log_name old, newest_log(db.db()));
    PYKALA_TRY(log_reader tree, log_reader::open(db.db(), old.number));
    PYKALA_TRY(const tree_head head, tree.recompute());
    if (old.name != manifest.origin || head != manifest.head)
        return fail(problem_kind::corrupt, "backup_differs",
                    "the log in the backup is not the one that its manifest signs",
                    "take another backup");
    report.origin = old.name;
    report.leaves = std::int64_t(head.size);
    report.known_leaves = decided.known_leaves;
    if (!decided.begins_anew) return {};
    const log_name next{decided.number, with_number(old.name, decided.number)};
    own_event first{std::string(restore_stream),
                    std::string(log_is_begun),
                    {{"old_origin", old.name},
                     {"reason", "restore"},
                     {"root", to_hex(head.root)},
                     {"size", report.leaves}}};
    if (decided.known_leaves) {
        first.fields.emplace("known_root", to_hex(*decided.known_root));
        first.fields.emplace("known_size", *decided.known_leaves);
    }
    PYKALA_TRY(transaction whole, transaction::begin_immediate(db.db()));
    PYKALA_CHECK(begin_log(db, manifest.tenant, old, next, first, now));
    PYKALA_CHECK(whole.commit());
    report.origin = next.name;
    report.old_origin = old.name;
    return {};
}

// Every entry keeps its place, so that shipping goes on where it was. Should a place be taken by
// another, the entry is added all the same: rather listed twice than not at all.
result<void> bring_list_up(tenant_store& store, const std::vector<erasure_entry>& known,
                           restore_report& report) {
    return store.write([&](session& db) -> result<void> {
        for (erasure_entry each : known) {
            const auto before = db.db().total_changes();
            PYKALA_TRY(const auto there, erasures_after(db, each.id - 1, 1));
            if (!there.empty() && there.front() == each) continue;
            if (!there.empty() && there.front().id == each.id) each.id = 0;
            PYKALA_CHECK(add_erasure(db, each));
            report.erasures += db.db().total_changes() != before;
        }
        return {};
    });
}

result<std::vector<std::string>> removed_cases_there(tenant_store& store) {
    return store.read([](session& db) -> result<std::vector<std::string>> {
        PYKALA_TRY(statement * rows,
                   db.get("SELECT DISTINCT c.number FROM erasures e "
                          "JOIN streams s ON s.tag = e.hash JOIN cases c ON c.id = s.id "
                          "WHERE e.what = 'case' ORDER BY c.number"));
        rows->reset();
        std::vector<std::string> out;
        for (;;) {
            PYKALA_TRY(const bool there, rows->step());
            if (!there) break;
            out.emplace_back(rows->text(0));
        }
        rows->reset();
        return out;
    });
}

own_event restored_event(const restore_report& report, const backup_manifest& manifest,
                         instant now) {
    own_event out{std::string(restore_stream),
                  std::string(is_restored),
                  {{"backup_at", report.backup_made_at},
                   {"cases_removed", report.cases_removed},
                   {"documents_removed", report.documents_removed},
                   {"erasures", report.erasures},
                   {"restored_at", to_string(now)},
                   {"root", to_hex(manifest.head.root)},
                   {"size", report.leaves}},
                  "administrator"};
    if (report.known_leaves) out.fields.emplace("known_size", *report.known_leaves);
    return out;
}

result<void> work_on(tenant_store& store, const std::filesystem::path& folder, key_store& keys,
                     const backup_manifest& manifest, const known_state& known, desk::clock& clock,
                     restore_report& report) {
    PYKALA_CHECK(bring_list_up(store, known.erasures, report));
    PYKALA_TRY(const auto gone, removed_cases_there(store));
    for (const auto& number : gone) PYKALA_CHECK(remove_case(store, number, clock.now()));
    report.cases_removed = std::int64_t(gone.size());
    PYKALA_TRY(auto documents, document_store::open(store, keys, folder / documents_name));
    PYKALA_TRY(const auto swept, documents.sweep());
    report.documents_removed = std::int64_t(swept);
    // who was signed in then, and was perhaps disabled since, signs in again
    PYKALA_CHECK(store.write([](session& db) { return db.run("DELETE FROM sessions"); }));
    const auto now = clock.now();
    PYKALA_CHECK(append_own_events(store, {restored_event(report, manifest, now.at)}, now));
    const auto sign = [&](std::string_view text) { return keys.sign(text); };
    PYKALA_CHECK(sign_checkpoint(store, {keys.signing_key(), sign}, now.at));
    return {};
}

}  // namespace

result<void> renew(const restore_place& place, const backup_manifest& manifest,
                   const known_state& known, key_store& keys, desk::clock& clock,
                   restore_report& report) {
    const auto folder = place.folder / restoring_name;
    const auto database = (folder / database_name).string();
    PYKALA_TRY(const auto decided, decide_log(manifest, known));
    tenant_identity identity;
    {
        PYKALA_CHECK(look_at_tenant_database(database));
        PYKALA_TRY(connection opened, connection::open(database, {}));
        PYKALA_TRY(identity, read_tenant_identity(opened));
    }
    if (identity.tenant != manifest.tenant)
        return fail(problem_kind::refused, "wrong_tenant",
                    fmt::format("the backup belongs to `{}`", identity.tenant),
                    "name the backup of this tenant");
    {
        PYKALA_TRY(connection opened, open_tenant_database(database, identity));
        PYKALA_CHECK(set_log(std::move(opened), manifest, decided, clock.now(), report));
    }
    {
        PYKALA_TRY(const auto store, tenant_store::open({database, identity}));
        PYKALA_CHECK(work_on(*store, folder, keys, manifest, known, clock, report));
    }
    // the file alone is moved: nothing may be left in its write-ahead log
    PYKALA_TRY(connection last, connection::open(database, {}));
    return last.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace pykala::storage
