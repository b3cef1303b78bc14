#include "tests/support/crash_vfs.hpp"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <new>
#include <stdexcept>

#include <sqlite3.h>

namespace pykala::tests {
namespace {

// Of SQLite's file: ours first, then the default VFS's own in the same memory.
struct crash_file {
    sqlite3_file base;
    crash_vfs* owner;
    char* path;       // null: a temporary file, which no crash concerns
    bool folder_due;  // the default VFS syncs the folder with the first sync of a journal
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

crash_file* of(sqlite3_file* file) {
    return reinterpret_cast<crash_file*>(file);
}
sqlite3_vfs* unix_vfs() {
    return sqlite3_vfs_find("unix");
}

int refusal(crash_vfs::verdict v, int io_error) {
    return v == crash_vfs::verdict::full ? SQLITE_FULL : io_error;
}

int close_file(sqlite3_file* file) {
    crash_file* f = of(file);
    const int code = f->real()->pMethods ? f->real()->pMethods->xClose(f->real()) : SQLITE_OK;
    sqlite3_free(f->path);
    return code;
}
int read_file(sqlite3_file* file, void* to, int count, sqlite3_int64 offset) {
    crash_file* f = of(file);
    return f->real()->pMethods->xRead(f->real(), to, count, offset);
}
int write_file(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
    crash_file* f = of(file);
    if (!f->path) return f->real()->pMethods->xWrite(f->real(), from, count, offset);
    const auto v = f->owner->before_change(true);
    if (v != crash_vfs::verdict::go_on) return refusal(v, SQLITE_IOERR_WRITE);
    const int code = f->real()->pMethods->xWrite(f->real(), from, count, offset);
    if (code == SQLITE_OK) f->owner->wrote(f->path, offset, from, count);
    return code;
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    crash_file* f = of(file);
    if (!f->path) return f->real()->pMethods->xTruncate(f->real(), size);
    const auto v = f->owner->before_change(false);
    if (v != crash_vfs::verdict::go_on) return refusal(v, SQLITE_IOERR_TRUNCATE);
    const int code = f->real()->pMethods->xTruncate(f->real(), size);
    if (code == SQLITE_OK) f->owner->truncated(f->path, size);
    return code;
}
// The real sync is left out: this process does not die, only the medium that we keep beside.
int sync_file(sqlite3_file* file, int) {
    crash_file* f = of(file);
    if (!f->path) return SQLITE_OK;
    const auto v = f->owner->before_change(false);
    if (v != crash_vfs::verdict::go_on) return refusal(v, SQLITE_IOERR_FSYNC);
    f->owner->synced(f->path, f->folder_due);
    f->folder_due = false;
    return SQLITE_OK;
}
int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
    return of(file)->real()->pMethods->xFileSize(of(file)->real(), size);
}
int lock_file(sqlite3_file* file, int level) {
    return of(file)->real()->pMethods->xLock(of(file)->real(), level);
}
int unlock_file(sqlite3_file* file, int level) {
    return of(file)->real()->pMethods->xUnlock(of(file)->real(), level);
}
int check_lock(sqlite3_file* file, int* held) {
    return of(file)->real()->pMethods->xCheckReservedLock(of(file)->real(), held);
}
int control_file(sqlite3_file* file, int what, void* with) {
    // Hints about sizes would grow the real file behind our back.
    if (what == SQLITE_FCNTL_SIZE_HINT || what == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_OK;
    return of(file)->real()->pMethods->xFileControl(of(file)->real(), what, with);
}
int sector_size(sqlite3_file*) {
    return 512;
}
// No power-safe overwrite, no atomic or ordered writes: the medium promises nothing.
int characteristics(sqlite3_file*) {
    return 0;
}
int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** to) {
    return of(file)->real()->pMethods->xShmMap(of(file)->real(), page, size, extend, to);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
    return of(file)->real()->pMethods->xShmLock(of(file)->real(), offset, count, flags);
}
void barrier(sqlite3_file* file) {
    of(file)->real()->pMethods->xShmBarrier(of(file)->real());
}
int unmap_shared(sqlite3_file* file, int remove) {
    return of(file)->real()->pMethods->xShmUnmap(of(file)->real(), remove);
}

const sqlite3_io_methods methods = {2,
                                    close_file,
                                    read_file,
                                    write_file,
                                    truncate_file,
                                    sync_file,
                                    size_of_file,
                                    lock_file,
                                    unlock_file,
                                    check_lock,
                                    control_file,
                                    sector_size,
                                    characteristics,
                                    map_shared,
                                    lock_shared,
                                    barrier,
                                    unmap_shared,
                                    nullptr,
                                    nullptr};

int open_file(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
    crash_file* f = of(file);
    f->base.pMethods = nullptr;
    f->owner = static_cast<crash_vfs*>(vfs->pAppData);
    f->path = nullptr;
    sqlite3_vfs* real = unix_vfs();
    constexpr int lasting = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL |
                            SQLITE_OPEN_SUPER_JOURNAL;
    if (f->owner->power_is_off()) return SQLITE_CANTOPEN;
    const int code = real->xOpen(real, path, f->real(), flags, out);
    if (code != SQLITE_OK) {
        f->real()->pMethods = nullptr;
        return code;
    }
    if (path && (flags & lasting) != 0) f->path = sqlite3_mprintf("%s", path);
    constexpr int journal = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;
    f->folder_due = (flags & journal) != 0 && (flags & SQLITE_OPEN_CREATE) != 0;
    f->base.pMethods = &methods;
    return SQLITE_OK;
}
int delete_file(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    auto* owner = static_cast<crash_vfs*>(vfs->pAppData);
    const auto v = owner->before_change(false);
    if (v != crash_vfs::verdict::go_on) return refusal(v, SQLITE_IOERR_DELETE);
    const int code = unix_vfs()->xDelete(unix_vfs(), path, 0);
    if (code == SQLITE_OK) owner->deleted(path, sync_folder != 0);
    return code;
}

}  // namespace

crash_vfs::crash_vfs(std::string name) : name_(std::move(name)) {
    const sqlite3_vfs* real = sqlite3_vfs_find("unix");
    if (!real) throw std::runtime_error("SQLite has no default VFS");
    // What is not ours stays the default's: it never looks at the VFS that it is called with.
    vfs_ = new sqlite3_vfs(*real);
    vfs_->szOsFile = int(sizeof(crash_file)) + real->szOsFile;
    vfs_->zName = name_.c_str();
    vfs_->pNext = nullptr;
    vfs_->pAppData = this;
    vfs_->xOpen = open_file;
    vfs_->xDelete = delete_file;
    sqlite3_vfs_register(vfs_, 0);
}

crash_vfs::~crash_vfs() {
    sqlite3_vfs_unregister(vfs_);
    delete vfs_;
}

std::uint64_t crash_vfs::calls() const {
    const std::lock_guard guard(mutex_);
    return calls_;
}

void crash_vfs::fail_at(std::uint64_t n) {
    const std::lock_guard guard(mutex_);
    fail_at_ = n;
    calls_ = 0;
}

void crash_vfs::full_at(std::uint64_t n) {
    const std::lock_guard guard(mutex_);
    full_at_ = n;
    calls_ = 0;
}

bool crash_vfs::power_is_off() const {
    const std::lock_guard guard(mutex_);
    return off_;
}

crash_vfs::verdict crash_vfs::before_change(bool grows) {
    const std::lock_guard guard(mutex_);
    ++calls_;
    if (fail_at_ != 0 && calls_ >= fail_at_) off_ = true;
    if (off_) return verdict::off;
    if (grows && full_at_ != 0 && calls_ >= full_at_) return verdict::full;
    return verdict::go_on;
}

void crash_vfs::wrote(const std::string& path, std::int64_t offset, const void* bytes, int count) {
    const std::lock_guard guard(mutex_);
    medium& m = files_[path];
    m.present = true;
    m.unsynced.push_back(
        {offset, std::string(static_cast<const char*>(bytes), std::size_t(count)), false});
}

void crash_vfs::truncated(const std::string& path, std::int64_t size) {
    const std::lock_guard guard(mutex_);
    files_[path].unsynced.push_back({size, {}, true});
}

void crash_vfs::synced(const std::string& path, bool with_folder) {
    const std::lock_guard guard(mutex_);
    medium& m = files_[path];
    m.present = true;
    for (const change& c : m.unsynced) apply(m.durable, c);
    m.unsynced.clear();
    if (with_folder) sync_folder();
}

void crash_vfs::sync_folder() {
    for (auto& [path, m] : files_) {
        m.exists = m.present;
        m.ghost.reset();
    }
}

void crash_vfs::deleted(const std::string& path, bool folder_synced) {
    const std::lock_guard guard(mutex_);
    const auto found = files_.find(path);
    if (found == files_.end()) return;
    medium& m = found->second;
    if (m.exists) m.ghost = std::move(m.durable);
    m.durable.clear();
    m.unsynced.clear();
    m.present = m.exists = false;
    if (folder_synced) sync_folder();
}

void crash_vfs::apply(std::string& to, const change& c) {
    const auto offset = std::size_t(c.offset);
    if (c.truncates) {
        if (to.size() > offset) to.resize(offset);
        return;
    }
    if (to.size() < offset + c.bytes.size()) to.resize(offset + c.bytes.size());
    to.replace(offset, c.bytes.size(), c.bytes);
}

void crash_vfs::restore(crash_loss loss, std::uint64_t seed) {
    const std::lock_guard guard(mutex_);
    std::mt19937_64 coin(seed);
    constexpr std::size_t sector = 512;
    for (auto& [path, m] : files_) {
        if (loss == crash_loss::some)
            for (const change& c : m.unsynced) {
                if (c.truncates && (coin() & 1) != 0) apply(m.durable, c);
                for (std::size_t at = 0; at < c.bytes.size(); at += sector)
                    if ((coin() & 1) != 0)
                        apply(m.durable,
                              {c.offset + std::int64_t(at), c.bytes.substr(at, sector), false});
            }
        m.unsynced.clear();
        std::remove(path.c_str());
        std::remove((path + "-shm").c_str());
        if (!m.exists && m.ghost) {
            m.durable = *std::move(m.ghost);
            m.exists = true;
        }
        m.ghost.reset();
        m.present = m.exists;
        if (!m.exists) continue;
        std::ofstream(path, std::ios::binary)
            .write(m.durable.data(), std::streamsize(m.durable.size()));
    }
    std::erase_if(files_, [](const auto& entry) { return !entry.second.exists; });
    calls_ = fail_at_ = full_at_ = 0;
    off_ = false;
}

}  // namespace pykala::tests
