#include <algorithm>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "storage/backup/restore_steps.hpp"
#include "storage/sqlite/log_start.hpp"

namespace pykala::storage {
namespace {

// The log and the list of the data that are to be replaced.
result<void> look_at_old(const std::filesystem::path& database, std::uint64_t at,
                         known_state& into) {
    PYKALA_TRY(connection opened, open_tenant_reader(database.string()));
    session db(std::move(opened));
    PYKALA_TRY(const transaction view, transaction::begin_read(db.db()));
    PYKALA_TRY(auto newest, newest_log(db.db()));
    PYKALA_TRY(log_reader tree, log_reader::open(db.db(), newest.number));
    shipped_log own{.origin = std::move(newest.name)};
    PYKALA_TRY(own.size, tree.size());
    PYKALA_TRY(const tree_head head, tree.head_at(own.size));
    own.root = head.root;
    if (at <= own.size) {
        PYKALA_TRY(const tree_head then, tree.head_at(at));
        own.root_at = then.root;
    }
    // a schema of before has no list
    PYKALA_TRY(statement * has, db.get("SELECT 1 FROM sqlite_schema WHERE name = 'erasures'"));
    has->reset();
    PYKALA_TRY(const bool listed, has->step());
    has->reset();
    std::int64_t last = into.erasures.empty() ? 0 : into.erasures.back().id;
    while (listed) {
        PYKALA_TRY(const auto more, erasures_after(db, last, 1000));
        if (more.empty()) break;
        into.erasures.insert(into.erasures.end(), more.begin(), more.end());
        last = more.back().id;
    }
    into.logs.push_back(std::move(own));
    return {};
}

}  // namespace

result<known_state> look_around(const restore_place& place, std::uint64_t restored_size,
                                const std::function<void(const std::string&)>& tell) {
    known_state out;
    if (!place.shipping.empty()) {
        PYKALA_TRY(auto shipped, read_shipped(place.shipping, restored_size));
        out.logs = std::move(shipped.logs);
        out.erasures = std::move(shipped.erasures);
    }
    std::error_code ignored;
    const auto old = place.folder / database_name;
    if (!std::filesystem::exists(old, ignored)) return out;
    // broken data are a reason to restore: they only tell us nothing then
    if (const auto looked = look_at_old(old, restored_size, out); !looked)
        tell(fmt::format("the data in place tell nothing: {}", looked.error().code));
    return out;
}

result<log_decision> decide_log(const backup_manifest& manifest, const known_state& known) {
    const auto own = number_of(manifest.origin);
    if (!own)
        return fail(problem_kind::corrupt, "log_broken",
                    "the name of the log does not end in its number", "take another backup");
    log_decision out;
    std::int64_t newest = *own;
    bool seen = false, more = false;
    for (const shipped_log& each : known.logs) {
        const auto number = number_of(each.origin);
        if (!number || with_number(each.origin, 1) != with_number(manifest.origin, 1))
            return fail(problem_kind::refused, "backup_of_another_log",
                        fmt::format("the log `{}` is not that of the backup, `{}`", each.origin,
                                    manifest.origin),
                        "check which tenant the folders of data and shipping belong to");
        newest = std::max(newest, *number);
        if (*number != *own) continue;
        seen = true;
        if (each.root_at && *each.root_at != manifest.head.root)
            return fail(problem_kind::refused, "backup_of_another_log",
                        "the log was known with other leaves than the backup has",
                        "one of the two is not of this tenant's past: find out which before "
                        "anything is replaced");
        more |= each.size > manifest.head.size;
        if (!out.known_leaves || std::int64_t(each.size) > *out.known_leaves) {
            out.known_leaves = std::int64_t(each.size);
            out.known_root = each.root;
        }
    }
    out.begins_anew = !seen || more || newest != *own;
    out.number = newest + 1;
    return out;
}

}  // namespace pykala::storage
