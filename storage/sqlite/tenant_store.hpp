// A tenant's database in use by one server: the lock, the one writer, and connections for readers,
// who never wait for the writer (WAL). What is kept in it, and how, is for those built on top:
// case_store, definitions, checkpoints.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/sqlite/group_writer.hpp"
#include "storage/sqlite/tenant_database.hpp"

namespace pykala::storage {

struct store_location {
    std::string path;
    tenant_identity identity;
    std::string vfs{};  // empty: the default one
};

class tenant_store {
public:
    // Problems: those of tenant_database.hpp and connection.hpp.
    static result<std::unique_ptr<tenant_store>> open(const store_location& where);

    const tenant_identity& identity() const { return where_.identity; }
    // The log in use.
    std::int64_t origin() const { return origin_; }
    const std::string& origin_name() const { return origin_name_; }
    group_writer& writer() { return *writer_; }

    // Runs `work(session&)` in one consistent view. The statements it got must be done when it
    // returns.
    template <class Work>
    auto read(Work work) -> decltype(work(std::declval<session&>())) {
        PYKALA_TRY(lease held, borrow());
        PYKALA_CHECK(held.reader->run("BEGIN"));
        auto answer = work(*held.reader);
        PYKALA_CHECK(held.reader->run("COMMIT"));
        return answer;
    }

    // Changes outside cases: `work(session&)` as one unit of the writer. Durable on return.
    template <class Work>
    result<void> write(Work work) {
        return writer_->run(
            [&work](session& db, log_appender&) -> result<void> { return work(db); });
    }

    // Connections for readers at most; more callers wait for each other.
    static constexpr std::size_t readers_max = 6;

private:
    struct lease {
        tenant_store* owner;
        std::unique_ptr<session> reader;
        lease(tenant_store* o, std::unique_ptr<session> r) : owner(o), reader(std::move(r)) {}
        lease(lease&& other) noexcept : owner(other.owner), reader(std::move(other.reader)) {}
        lease& operator=(lease&&) = delete;
        ~lease() {
            if (reader) owner->give_back(std::move(reader));  // rolls back what an exception left
        }
    };
    tenant_store(store_location where, write_lock lock)
        : where_(std::move(where)), lock_(std::move(lock)) {}

    result<lease> borrow();
    void give_back(std::unique_ptr<session> reader);

    store_location where_;
    write_lock lock_;
    std::int64_t origin_ = 0;
    std::string origin_name_;

    std::mutex mutex_;
    std::condition_variable given_back_;
    std::vector<std::unique_ptr<session>> idle_;  // guarded by mutex_
    std::size_t open_ = 0;                        // guarded by mutex_
    std::unique_ptr<group_writer> writer_;        // ends first
};

}  // namespace pykala::storage
