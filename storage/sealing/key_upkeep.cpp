#include "storage/sealing/key_upkeep.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "storage/sealing/box.hpp"
#include "storage/sealing/sodium.hpp"

namespace pykala::storage {
namespace {

namespace fs = std::filesystem;

bool exists_at(const fs::path& file) {
    std::error_code unused;
    return fs::exists(file, unused);
}

fs::path next_of(const fs::path& master) {
    return master.string() + ".next";
}

result<bool> move_over(const fs::path& from, const fs::path& to, const char* code) {
    std::error_code error;
    fs::rename(from, to, error);
    if (error)
        return fail(problem_kind::unavailable, code,
                    fmt::format("cannot move `{}` to `{}`: {}", from.string(), to.string(),
                                error.message()),
                    "check the folder, then give the command again");
    return true;
}

// A rotation writes both copies: a path that leads nowhere would leave the old wrapping alive.
result<bool> require_both(const key_paths& paths) {
    for (const fs::path& file : {paths.first, paths.second})
        if (!exists_at(file))
            return fail(problem_kind::not_found, "key_copy_missing",
                        fmt::format("the copy `{}` of the key store is not there", file.string()),
                        "mount its disk or mend the path; where the disk is lost, start the server "
                        "once: it makes the copy anew from the other");
    return true;
}

std::optional<key_facts> facts_of(const fs::path& file) {
    if (!exists_at(file)) return std::nullopt;
    const auto copy = key_copy::open(file);
    return copy ? copy->facts() : std::nullopt;
}

copy_state state_of_second(const key_paths& paths) {
    if (!exists_at(paths.second)) return copy_state::missing;
    const auto second = facts_of(paths.second);
    if (!second) return copy_state::damaged;
    const auto first = facts_of(paths.first);
    return first && second->generation < first->generation ? copy_state::behind : copy_state::whole;
}

// The master that the newest copy names, in hex.
std::string wrapping_master(const key_paths& paths) {
    const auto first = facts_of(paths.first);
    const auto second = facts_of(paths.second);
    if (!first) return second ? second->master : std::string();
    return second && second->generation > first->generation ? second->master : first->master;
}

result<upkeep_report> report_on(const key_store& keys, const key_paths& paths) {
    PYKALA_TRY(const auto held, keys.list());
    upkeep_report out;
    out.keys = held.size();
    if (const auto facts = facts_of(paths.first)) {
        out.generation = facts->generation;
        from_hex(facts->master, out.master);
    }
    return out;
}

// The new key waits beside the old one already, or is made now.
result<master_key> next_master(const fs::path& waiting) {
    if (exists_at(waiting)) return read_master_key(waiting);
    return create_master_key(waiting);
}

}  // namespace

result<upkeep_report> rotate_master_key(const key_place& at) {
    PYKALA_CHECK(require_both(at.paths));
    const copy_state second = state_of_second(at.paths);
    const fs::path waiting = next_of(at.master);
    bool wrapped_already = false;
    if (exists_at(waiting)) {
        PYKALA_TRY(const master_key next, read_master_key(waiting));
        wrapped_already = wrapping_master(at.paths) == to_hex(next.id);
    }
    PYKALA_TRY(auto now, read_master_key(wrapped_already ? waiting : at.master));
    PYKALA_TRY(const auto keys, key_store::open(at.paths, at.tenant, std::move(now)));
    if (!wrapped_already) {
        PYKALA_TRY(auto next, next_master(waiting));
        PYKALA_CHECK(keys->rotate(std::move(next)));
    }
    PYKALA_CHECK(move_over(waiting, at.master, "master_key_write"));
    PYKALA_CHECK(sync_folder_of(at.master));
    PYKALA_TRY(upkeep_report out, report_on(*keys, at.paths));
    out.second = second;
    out.finished_earlier = wrapped_already;
    return out;
}

namespace {

// The first copy as it lies there, and the key that opens it.
struct opened_copy {
    key_copy first;
    master_key master;
};

result<opened_copy> open_first(const key_place& at) {
    if (!exists_at(at.paths.first))
        return fail(problem_kind::not_found, "key_store_missing",
                    fmt::format("`{}` is not there", at.paths.first.string()),
                    "name the right paths");
    PYKALA_TRY(master_key master, read_master_key(at.master));
    PYKALA_TRY(key_copy first, key_copy::open(at.paths.first));
    if (!first.facts())
        return fail(problem_kind::corrupt, "key_store_damaged", "the first copy holds no keys",
                    "start the server once: it is made anew from the other copy");
    const key_facts facts = *first.facts();
    if (facts.tenant != at.tenant)
        return fail(problem_kind::refused, "wrong_tenant",
                    fmt::format("the key store belongs to `{}`", facts.tenant),
                    "name the key store of this tenant");
    return opened_copy{std::move(first), std::move(master)};
}

}  // namespace

result<checkpoint_signer> signer_of(const key_place& at) {
    PYKALA_TRY(const opened_copy opened, open_first(at));
    PYKALA_TRY(const auto row, opened.first.find(log::stream_tag{}, "signing"));
    if (!row)
        return fail(problem_kind::corrupt, "key_store_damaged", "the first copy has no signing key",
                    "start the server once: it is made anew from the other copy");
    PYKALA_TRY(secret_key key,
               unwrap_key(opened.master, at.tenant, row->id, row->key_class, row->wrapped));
    const auto held = std::make_shared<const secret_key>(std::move(key));
    return checkpoint_signer{public_key_of(*held),
                             [held](std::string_view text) { return sign(*held, text); }};
}

result<upkeep_report> back_up_keys(const key_place& at, const fs::path& to) {
    std::error_code unused;
    for (const fs::path& live : {at.paths.first, at.paths.second})
        if (fs::weakly_canonical(to, unused) == fs::weakly_canonical(live, unused))
            return fail(problem_kind::invalid, "backup_in_place",
                        fmt::format("`{}` is one of the two live copies", to.string()),
                        "name another file, on another machine");
    PYKALA_TRY(const opened_copy opened, open_first(at));
    const auto& [first, master] = opened;
    const key_facts facts = *first.facts();
    PYKALA_TRY(const auto rows, first.all());
    for (const key_row& row : rows)
        PYKALA_CHECK(unwrap_key(master, at.tenant, row.id, row.key_class, row.wrapped));
    const fs::path part = to.string() + ".part";
    fs::remove(part, unused);
    {
        auto copy = key_copy::open(part);
        const auto written =
            copy ? copy->replace_all(rows, facts) : result<bool>(std::unexpected(copy.error()));
        if (!written) {
            fs::remove(part, unused);
            return fail(problem_kind::unavailable, "key_backup_write",
                        fmt::format("cannot write `{}`: {}", to.string(), written.error().detail),
                        "name a folder that is there and that only you may write to");
        }
    }
    fs::remove(part.string() + "-journal", unused);
    PYKALA_CHECK(move_over(part, to, "key_backup_write"));
    PYKALA_CHECK(sync_folder_of(to));
    const auto own = std::ranges::count(rows, log::stream_tag{}, &key_row::owner);
    return upkeep_report{rows.size() - static_cast<std::size_t>(own), facts.generation, master.id,
                         state_of_second(at.paths), false};
}

}  // namespace pykala::storage
