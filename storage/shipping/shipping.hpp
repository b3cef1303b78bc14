// The erasure list and the log, carried to another disk while the server works, so that a data
// backup that is restored finds there what was erased since, and how far the log had come. Two
// files in one folder: `erasures.jsonl`, `log.jsonl`. Bytes: storage/formats/shipped.md.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "storage/forgetting/erasure_list.hpp"
#include "storage/shipping/line_file.hpp"
#include "storage/sqlite/tenant_store.hpp"

namespace pykala::storage {

// Safe to use from several threads.
class shipping {
public:
    // `folder` is made where it is not there; the one above it must be: a disk that is not mounted
    // is not taken for an empty one. Problems: `shipping_missing` (unavailable),
    // `data_behind_shipped` (refused: the data holds less than was shipped, or something else, so
    // it is an old copy put in place by hand), those of line_file.
    static result<std::unique_ptr<shipping>> open(tenant_store& store,
                                                  const std::filesystem::path& folder);

    // What the tables hold and the files do not. On that disk on return. Problems: those of
    // line_file and of the store.
    result<void> ship_erasures();
    result<void> ship_log();
    // Both.
    result<void> ship_all();

private:
    shipping(tenant_store& store, line_file erasures, line_file log)
        : store_(store), erasures_(std::move(erasures)), log_(std::move(log)) {}

    result<void> go_on();  // from what the files hold
    result<void> check_last_leaf(const value& line);
    result<void> ship_note();

    tenant_store& store_;
    std::mutex mutex_;
    line_file erasures_, log_;
    std::int64_t last_erasure_ = 0;  // id; guarded by mutex_
    std::uint64_t leaves_ = 0;       // shipped of the log in use; guarded by mutex_
    std::uint64_t note_size_ = 0;    // of the checkpoint shipped last; guarded by mutex_
};

// One log as it was shipped.
struct shipped_log {
    std::string origin;
    std::uint64_t size = 0;                // leaves
    log::digest root{};                    // of them all
    std::optional<log::digest> root_at{};  // at the size that was asked for
};

struct shipped_state {
    std::vector<shipped_log> logs;  // in the order in which they were begun
    std::vector<erasure_entry> erasures;
};

// What stands in the folder; `at` asks for the root that each log had with so many leaves.
// Problems: `shipping_unreadable`, `shipping_malformed` (corrupt), `erasure_malformed`.
result<shipped_state> read_shipped(const std::filesystem::path& folder, std::uint64_t at);

}  // namespace pykala::storage
