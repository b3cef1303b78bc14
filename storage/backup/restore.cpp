#include "storage/backup/restore.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/log/canonical_json.hpp"

#include "storage/backup/restore_steps.hpp"
#include "storage/json/read_json.hpp"

namespace pykala::storage {
namespace {

namespace fs = std::filesystem;

// A database that is replaced may have left its write-ahead log, which must not meet another.
constexpr auto database_files =
    std::to_array<const char*>({"cases.db-wal", "cases.db-shm", database_name});

bool is_at(const fs::path& file) {
    std::error_code ignored;
    return fs::exists(file, ignored);
}

fs::path ready_file(const fs::path& folder) {
    return folder / restoring_name / ready_name;
}

// Moves one thing of the old data aside, where it stands there.
result<void> move_aside(const restore_place& place, const fs::path& aside, const char* name) {
    if (!is_at(place.folder / name)) return {};
    PYKALA_CHECK(make_folder(aside));
    return move_file(place.folder / name, aside / name);
}

result<restore_report> read_report(const fs::path& file) {
    PYKALA_TRY(const auto text, read_text(file));
    PYKALA_TRY(const value all, read_json(text));
    const auto word = [&](std::string_view name) {
        const auto* found = all[name].as_string();
        return found ? *found : std::string();
    };
    const auto number = [&](std::string_view name) {
        const auto* found = all[name].as_integer();
        return found ? *found : 0;
    };
    restore_report out;
    out.tenant = word("tenant");
    out.backup_made_at = word("backup_made_at");
    out.origin = word("origin");
    out.old_origin = word("old_origin");
    out.leaves = number("leaves");
    if (all["known_leaves"].as_integer()) out.known_leaves = number("known_leaves");
    out.erasures = number("erasures");
    out.cases_removed = number("cases_removed");
    out.documents_removed = number("documents_removed");
    out.moved_to = word("moved_to");
    return out;
}

result<backup_manifest> check_backup(const restore_place& place, const fs::path& from,
                                     const key_store& keys) {
    PYKALA_TRY(auto manifest, read_manifest(from, keys.signing_key()));
    if (manifest.tenant != place.keys.tenant)
        return fail(problem_kind::refused, "wrong_tenant",
                    fmt::format("the backup belongs to `{}`", manifest.tenant),
                    "name the backup of this tenant");
    return manifest;
}

std::string aside_name(instant now) {
    auto name = fmt::format("replaced-{}", to_string(now));
    std::ranges::replace(name, ':', '-');
    return name;
}

}  // namespace

result<void> stage_backup(const restore_place& place, const fs::path& from,
                          const backup_manifest& manifest) {
    const auto folder = place.folder / restoring_name;
    PYKALA_CHECK(remove_folder(folder));
    PYKALA_CHECK(make_folder(folder));
    PYKALA_CHECK(make_folder(folder / documents_name));
    for (const auto& [path, facts] : manifest.files) {
        PYKALA_CHECK(make_folder((folder / path).parent_path()));
        PYKALA_TRY(const auto copied, copy_durably(from / path, folder / path));
        if (copied != facts)
            return fail(problem_kind::corrupt, "backup_differs",
                        fmt::format("`{}` of the backup is not the file of the manifest", path),
                        "take another backup, or another copy of this one");
    }
    return {};
}

result<void> swap_in(const restore_place& place, const restore_report& report,
                     const std::function<void(const std::string&)>& tell) {
    const auto staged = place.folder / restoring_name;
    const fs::path aside = place.folder / report.moved_to;
    const auto put = [&](const char* name) -> result<void> {
        tell(fmt::format("moves `{}` into place", name));
        return move_file(staged / name, place.folder / name);
    };
    // the database last: where it is not staged any more, everything stands in its place
    if (is_at(staged / database_name)) {
        for (const char* name : database_files) PYKALA_CHECK(move_aside(place, aside, name));
        if (is_at(staged / documents_name)) {
            PYKALA_CHECK(move_aside(place, aside, documents_name));
            PYKALA_CHECK(put(documents_name));
        }
        PYKALA_CHECK(put(database_name));
    }
    tell("clears up");
    if (is_at(aside)) PYKALA_CHECK(sync_file(aside));
    PYKALA_CHECK(sync_file(place.folder));
    return remove_folder(staged);
}

std::string report_text(const restore_report& what) {
    value_object all{{"backup_made_at", what.backup_made_at},
                     {"cases_removed", what.cases_removed},
                     {"documents_removed", what.documents_removed},
                     {"erasures", what.erasures},
                     {"finished_earlier", what.finished_earlier},
                     {"known_leaves", what.known_leaves ? value(*what.known_leaves) : value()},
                     {"leaves", what.leaves},
                     {"moved_to", what.moved_to},
                     {"old_origin", what.old_origin},
                     {"origin", what.origin},
                     {"tenant", what.tenant}};
    auto text = canonical_json(std::move(all));
    if (!text) throw std::logic_error("a report of a restore is not UTF-8");
    return *std::move(text);
}

result<void> check_no_restore_waits(const fs::path& folder) {
    if (!is_at(ready_file(folder))) return {};
    return fail(problem_kind::refused, "restore_unfinished",
                fmt::format("a restore was interrupted while `{}` was replaced", folder.string()),
                "give the same `pykala restore` again: it ends what was begun");
}

result<restore_report> restore_tenant(const restore_place& place, const fs::path& from,
                                      desk::clock& clock,
                                      const std::function<void(const std::string&)>& tell) {
    PYKALA_CHECK(make_folder(place.folder));
    PYKALA_TRY(const auto lock, write_lock::take((place.folder / database_name).string()));
    if (is_at(ready_file(place.folder))) {
        PYKALA_TRY(auto begun, read_report(ready_file(place.folder)));
        begun.finished_earlier = true;
        PYKALA_CHECK(swap_in(place, begun, tell));
        return begun;
    }
    const bool there = is_at(place.folder / database_name);
    if (there && !place.replace)
        return fail(problem_kind::conflict, "data_in_place",
                    fmt::format("`{}` holds data", place.folder.string()),
                    "--replace moves them aside, into the same folder; delete them once you need "
                    "them no more");
    PYKALA_TRY(auto master, read_master_key(place.keys.master));
    PYKALA_TRY(const auto keys,
               key_store::open(place.keys.paths, place.keys.tenant, std::move(master)));
    PYKALA_TRY(const auto manifest, check_backup(place, from, *keys));
    tell(fmt::format("copies and compares {} files", manifest.files.size()));
    PYKALA_CHECK(stage_backup(place, from, manifest));
    PYKALA_TRY(const auto known, look_around(place, manifest.head.size, tell));
    tell("erases again what was erased since");
    restore_report report;
    report.tenant = manifest.tenant;
    report.backup_made_at = to_string(manifest.made_at);
    PYKALA_CHECK(renew(place, manifest, known, *keys, clock, report));
    if (is_at(place.folder / documents_name) ||
        std::ranges::any_of(database_files,
                            [&](const char* name) { return is_at(place.folder / name); }))
        report.moved_to = aside_name(clock.now().at);
    // from here on it is ended, not begun anew
    PYKALA_CHECK(write_text(ready_file(place.folder), report_text(report)));
    PYKALA_CHECK(swap_in(place, report, tell));
    return report;
}

}  // namespace pykala::storage
