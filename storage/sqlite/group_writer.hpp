// The one writer of a tenant's database: a thread that takes the units of work that wait, runs them
// in one transaction, commits once and then completes each (group commit).
//
// A unit that fails takes nothing of the others with it: it runs under a savepoint; or, where all
// of a group may be carried out again, without, and should one fail after it wrote, the transaction
// begins anew with savepoints. The leaves of the log are numbered in the same transaction. A unit
// is completed only after the commit is durable, in the order of submission; when the commit fails,
// every unit of the group is completed with that problem and nothing of it is there.
//
// Who prepares a unit may announce it. While more are being prepared than wait, the writer waits
// for them, at most as long as its last transaction took: so one half is prepared while the other
// is written, and a fuller group costs each of them less. One caller alone is never kept waiting.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "storage/sqlite/completer.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/log_tables.hpp"
#include "storage/sqlite/session.hpp"

namespace pykala::storage {

class group_writer {
public:
    // Runs on the writer's thread, inside the transaction. Leaves for the log go through `log`.
    using work = std::function<result<void>(session& db, log_appender& log)>;
    // Called once, on a thread of its own; it must be short and must not throw.
    using completion = std::function<void(result<void>)>;
    // Whether work leaves nothing outside the database, so that it may be carried out twice.
    enum class repeatable { no, yes };

    // Takes the connection over; `origin` is the log in use.
    static result<std::unique_ptr<group_writer>> start(connection db, std::int64_t origin);
    // Carries out what was submitted, then ends.
    ~group_writer();
    group_writer(const group_writer&) = delete;
    group_writer& operator=(const group_writer&) = delete;

    void submit(work what, completion done, repeatable again = repeatable::no);
    // A unit is being prepared while the answer lives; the writer must outlive it.
    std::shared_ptr<void> announce();
    // Submits and waits.
    result<void> run(work what);

    // Head of the log as last committed.
    tree_head head() const;

    // Units that one transaction takes at most.
    static constexpr std::size_t group_max = 256;

private:
    struct job {
        work what;
        completion done;
        repeatable again = repeatable::no;
    };
    group_writer(std::unique_ptr<session> db, log_appender log, statement savepoint,
                 statement release, statement roll_back_to);

    void serve();
    // Enough units wait to begin; with mutex_.
    bool may_begin() const;
    void gather(std::unique_lock<std::mutex>& guard);
    void prepared();  // an announced unit has been submitted, or will never be
    void carry_out(std::vector<job>& group);
    result<void> commit_group(std::vector<job>& group, std::vector<result<void>>& outcomes);
    result<void> run_alone(const job& one, result<void>& outcome);
    // False when one has failed that cannot be taken back alone.
    result<bool> run_all(std::vector<job>& group, std::vector<result<void>>& outcomes);
    result<void> attempt(const job& one);

    std::unique_ptr<session> db_;
    log_appender log_;
    statement savepoint_, release_, roll_back_to_;

    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<job> waiting_;   // guarded by mutex_
    tree_head head_;             // guarded by mutex_
    bool ending_ = false;        // guarded by mutex_
    std::size_t preparing_ = 0;  // announced units; guarded by mutex_
    // Of the writer's thread alone.
    std::chrono::steady_clock::duration last_took_{};
    completer completer_;
    std::thread thread_;  // ends before the completer, which tells what it left
};

}  // namespace pykala::storage
