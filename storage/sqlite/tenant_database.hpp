// The database of one tenant: made, opened, brought forward. One process at a time may write to it;
// it holds `<file>.lock` as long as it does.
//
// Problems beside those of storage/sqlite/connection.hpp:
//     store_missing        not_found    there is no such file
//     store_exists         conflict     create: there is one already
//     store_foreign        corrupt      a database, but not one of ours (or an empty file)
//     store_newer          unavailable  written by a newer program
//     store_wrong_tenant   refused      belongs to another tenant
//     store_wrong_purpose  refused      a demo where production is asked for, or the reverse
//     store_in_use         unavailable  another process writes to it
#pragma once

#include <memory>
#include <string>

#include "engine/base/result.hpp"
#include "engine/time/date.hpp"

#include "storage/sqlite/connection.hpp"

namespace pykala::storage {

// Demo databases are never served, and a demo opens no others.
enum class purpose { production, demo };

struct tenant_identity {
    std::string tenant;  // id of the pack
    std::string prefix;  // of case numbers, e.g. `KUO`
    purpose use = purpose::production;
};

// Held while this process may write; given up when it goes out of scope or the process dies.
class write_lock {
public:
    // Problems `store_in_use`, `store_io`.
    static result<write_lock> take(const std::string& database_path);
    write_lock(write_lock&& other) noexcept : file_(other.file_) { other.file_ = -1; }
    write_lock& operator=(write_lock&&) = delete;
    ~write_lock();

private:
    explicit write_lock(int file) : file_(file) {}
    int file_;
};

// Makes the file with the newest schema; `origin` names its log (`host/tenant/log/1`). Nothing is
// left behind when it fails.
result<void> create_tenant_database(const std::string& path, const tenant_identity& identity,
                                    const std::string& origin, instant now,
                                    const std::string& vfs = {});

// Opens it for writing, with WAL and every commit synced, and brings an older schema forward. The
// caller holds the write lock.
result<connection> open_tenant_database(const std::string& path, const tenant_identity& identity,
                                        const std::string& vfs = {});

// Opens it for reading beside the writer. The schema must already be this program's.
result<connection> open_tenant_reader(const std::string& path, const std::string& vfs = {});

// Whose database a file is, read without opening it for writing.
result<tenant_identity> read_tenant_identity(connection& db);

// Whether there is a file that begins as one of ours. Problems `store_missing`, `store_foreign`,
// `store_corrupt`.
result<void> look_at_tenant_database(const std::string& path);
// Problems `store_wrong_tenant`, `store_wrong_purpose`.
result<void> check_tenant_identity(const tenant_identity& found, const tenant_identity& wanted);

}  // namespace pykala::storage
