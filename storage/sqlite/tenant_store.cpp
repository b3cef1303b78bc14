#include "storage/sqlite/tenant_store.hpp"

#include <utility>

namespace pykala::storage {

result<std::unique_ptr<tenant_store>> tenant_store::open(const store_location& where) {
    PYKALA_TRY(write_lock lock, write_lock::take(where.path));
    PYKALA_TRY(connection db, open_tenant_database(where.path, where.identity, where.vfs));
    std::unique_ptr<tenant_store> store(new tenant_store(where, std::move(lock)));
    {
        PYKALA_TRY(statement newest,
                   db.prepare("SELECT id, name FROM log_origins ORDER BY id DESC LIMIT 1"));
        PYKALA_TRY(const bool there, newest.step());
        if (!there)
            return fail(problem_kind::corrupt, "log_broken", "the database names no log",
                        "restore the database from a backup");
        store->origin_ = newest.integer(0);
        store->origin_name_ = newest.text(1);
    }
    PYKALA_TRY(store->writer_, group_writer::start(std::move(db), store->origin_));
    return store;
}

result<tenant_store::lease> tenant_store::borrow() {
    {
        std::unique_lock guard(mutex_);
        given_back_.wait(guard, [this] { return !idle_.empty() || open_ < readers_max; });
        if (!idle_.empty()) {
            std::unique_ptr<session> reader = std::move(idle_.back());
            idle_.pop_back();
            return lease(this, std::move(reader));
        }
        ++open_;
    }
    auto opened = open_tenant_reader(where_.path, where_.vfs);
    if (!opened) {
        {
            const std::lock_guard guard(mutex_);
            --open_;
        }
        given_back_.notify_one();
        return std::unexpected(std::move(opened).error());
    }
    return lease(this, std::make_unique<session>(*std::move(opened)));
}

void tenant_store::give_back(std::unique_ptr<session> reader) {
    if (reader->db().in_transaction()) (void)reader->db().run("ROLLBACK");
    {
        const std::lock_guard guard(mutex_);
        idle_.push_back(std::move(reader));
    }
    given_back_.notify_one();
}

}  // namespace pykala::storage
