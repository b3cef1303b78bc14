// A VFS of SQLite under which a power cut can be tried. What a program has written but not yet
// synced is kept apart from what is surely on the medium; at a cut everything unsynced is gone, or
// only a part of it in any order, as disks do.
//
// The files are real ones of the default VFS and hold what the program sees. Beside each the VFS
// remembers the bytes that are durable. `fail_at(n)` pulls the plug just before the n-th call that
// writes, syncs, truncates or deletes; from then on every call fails. `restore()` puts the durable
// bytes into place, and the power is on again.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

struct sqlite3_vfs;
struct sqlite3_file;

namespace pykala::tests {

enum class crash_loss {
    everything,  // nothing survives that was not synced
    some,        // each unsynced sector survives or not, at random
};

class crash_vfs {
public:
    // Registered under `name` until destroyed; every connection on it must be closed by then.
    explicit crash_vfs(std::string name);
    ~crash_vfs();
    crash_vfs(const crash_vfs&) = delete;
    crash_vfs& operator=(const crash_vfs&) = delete;

    const std::string& name() const { return name_; }

    // Calls that change the medium, counted from the last `fail_at` or `restore`.
    std::uint64_t calls() const;
    // Pulls the plug before the n-th call from now (from 1); 0: never.
    void fail_at(std::uint64_t n);
    // From the n-th call on, writes fail as on a full disk, and nothing else; 0: never.
    void full_at(std::uint64_t n);
    bool power_is_off() const;

    // After every connection is closed: the files as the medium has them, power on.
    void restore(crash_loss loss = crash_loss::everything, std::uint64_t seed = 0);

    // For the methods of the VFS.
    enum class verdict { go_on, off, full };
    verdict before_change(bool grows);
    void wrote(const std::string& path, std::int64_t offset, const void* bytes, int count);
    void truncated(const std::string& path, std::int64_t size);
    void synced(const std::string& path, bool with_folder);
    void deleted(const std::string& path, bool folder_synced);

private:
    struct change {  // in order; a truncation has no bytes
        std::int64_t offset = 0;
        std::string bytes{};
        bool truncates = false;
    };
    struct medium {
        bool present = true;  // as the program sees it
        bool exists = false;  // its name is in the folder for good
        std::string durable{};
        std::vector<change> unsynced{};
        // The file of the same name that was deleted, until the folder is synced.
        std::optional<std::string> ghost{};
    };
    void sync_folder();
    static void apply(std::string& to, const change& c);

    std::string name_;
    sqlite3_vfs* vfs_ = nullptr;
    mutable std::mutex mutex_;
    std::map<std::string, medium> files_;
    std::uint64_t calls_ = 0, fail_at_ = 0, full_at_ = 0;
    bool off_ = false;
};

}  // namespace pykala::tests
