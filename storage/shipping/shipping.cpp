#include "storage/shipping/shipping.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"
#include "engine/log/canonical_json.hpp"

#include "storage/json/read_json.hpp"
#include "storage/sqlite/checkpoint_store.hpp"

namespace pykala::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t entries_at_once = 1000;
constexpr std::uint64_t leaves_at_once = 4096;

std::string line_of(value_object members) {
    members.emplace("v", std::int64_t{1});
    auto text = canonical_json(std::move(members));
    if (!text) throw std::logic_error("a line to ship is not UTF-8");
    return *std::move(text) + '\n';
}

std::string leaf_line(const std::string& origin, std::uint64_t size, const log_leaf& leaf) {
    return line_of({{"body", to_hex(leaf.body)},
                    {"origin", origin},
                    {"seq", std::int64_t(leaf.seq)},
                    {"size", std::int64_t(size)},
                    {"stream", to_hex(leaf.stream)}});
}

auto behind() {
    return fail(problem_kind::refused, "data_behind_shipped",
                "the data holds less than was shipped, or something else: it is an old copy",
                "put a backup in place with `pykala restore`, which erases again what was erased "
                "since and begins a new log");
}

}  // namespace

result<std::unique_ptr<shipping>> shipping::open(tenant_store& store, const fs::path& folder) {
    std::error_code error;
    fs::create_directory(folder, error);
    if (!fs::is_directory(folder, error))
        return fail(problem_kind::unavailable, "shipping_missing",
                    fmt::format("there is no folder `{}`", folder.string()),
                    "mount the disk that [shipping] names and make the folder once");
    fs::permissions(folder, fs::perms::owner_all, error);
    PYKALA_TRY(line_file erasures, line_file::open(folder / "erasures.jsonl"));
    PYKALA_TRY(line_file log, line_file::open(folder / "log.jsonl"));
    std::unique_ptr<shipping> made(new shipping(store, std::move(erasures), std::move(log)));
    PYKALA_CHECK(made->go_on());
    return made;
}

result<void> shipping::go_on() {
    if (!erasures_.last().empty()) {
        PYKALA_TRY(const auto last, read_erasure_line(erasures_.last()));
        PYKALA_TRY(const auto own,
                   store_.read([&](session& db) { return erasures_after(db, last.id - 1, 1); }));
        if (own.empty() || own.front() != last) return behind();
        last_erasure_ = last.id;
    }
    if (log_.last().empty()) return {};
    PYKALA_TRY(const auto line, read_json(log_.last()));
    const auto* size = line["size"].as_integer();
    const auto* origin = line["origin"].as_string();
    if (!size || !origin)
        return fail(problem_kind::corrupt, "shipping_malformed",
                    "the last line of the shipped log is not as it was written",
                    "move the file aside: the whole log is then shipped again");
    if (*origin != store_.origin_name()) {
        PYKALA_TRY(const bool known, store_.read([&](session& db) -> result<bool> {
            PYKALA_TRY(statement * find, db.get("SELECT 1 FROM log_origins WHERE name = ?"));
            find->bind_all(*origin);
            PYKALA_TRY(const bool there, find->step());
            find->reset();
            return there;
        }));
        if (!known) return behind();
        return {};  // a log that began anew: all of it is shipped
    }
    leaves_ = std::uint64_t(*size);
    return check_last_leaf(line);
}

result<void> shipping::check_last_leaf(const value& line) {
    return store_.read([&](session& db) -> result<void> {
        PYKALA_TRY(log_reader tree, log_reader::open(db.db(), store_.origin()));
        PYKALA_TRY(const std::uint64_t size, tree.size());
        if (size < leaves_) return behind();
        if (leaves_ == 0 || !line["body"].as_string()) return {};
        PYKALA_TRY(const auto last, tree.leaves(leaves_ - 1, leaves_));
        if (leaf_line(store_.origin_name(), leaves_, last.front()) != log_.last() + '\n')
            return behind();
        return {};
    });
}

result<void> shipping::ship_erasures() {
    const std::lock_guard lock(mutex_);
    for (;;) {
        PYKALA_TRY(const auto fresh, store_.read([&](session& db) {
            return erasures_after(db, last_erasure_, entries_at_once);
        }));
        if (fresh.empty()) return {};
        std::string lines;
        for (const auto& each : fresh) lines += erasure_line(each) + '\n';
        PYKALA_CHECK(erasures_.append(lines));
        last_erasure_ = fresh.back().id;
    }
}

result<void> shipping::ship_log() {
    const std::lock_guard lock(mutex_);
    for (;;) {
        PYKALA_TRY(const auto fresh, store_.read([&](session& db) -> result<std::vector<log_leaf>> {
            PYKALA_TRY(log_reader tree, log_reader::open(db.db(), store_.origin()));
            PYKALA_TRY(const std::uint64_t size, tree.size());
            return tree.leaves(std::min(leaves_, size), std::min(size, leaves_ + leaves_at_once));
        }));
        if (fresh.empty()) return ship_note();
        std::string lines;
        std::uint64_t size = leaves_;
        for (const log_leaf& leaf : fresh) lines += leaf_line(store_.origin_name(), ++size, leaf);
        PYKALA_CHECK(log_.append(lines));
        leaves_ = size;
    }
}

result<void> shipping::ship_all() {
    PYKALA_CHECK(ship_erasures());
    return ship_log();
}

result<void> shipping::ship_note() {
    PYKALA_TRY(const auto last, last_checkpoint(store_));
    // the leaves of one that was signed just now follow with the next call
    if (!last || last->head.size <= note_size_ || last->head.size > leaves_) return {};
    PYKALA_CHECK(log_.append(line_of({{"note", last->note},
                                      {"origin", store_.origin_name()},
                                      {"size", std::int64_t(leaves_)}})));
    note_size_ = last->head.size;
    return {};
}

}  // namespace pykala::storage
