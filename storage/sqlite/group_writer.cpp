#include "storage/sqlite/group_writer.hpp"

#include <algorithm>
#include <exception>
#include <future>
#include <iterator>
#include <utility>

namespace pykala::storage {
namespace {

using namespace std::chrono_literals;

// Through which those go who prepare units, of all tenants: more at once than the machine can serve
// would only keep the writers from their work. Some room is left for those who wait for a disk; and
// whoever has stood here long goes through anyhow, so that nobody waits for ever.
class turnstile {
public:
    void enter() {
        std::unique_lock guard(mutex_);
        left_.wait_for(guard, 100ms, [this] { return inside_ < room_; });
        ++inside_;
    }
    void leave() {
        {
            const std::lock_guard guard(mutex_);
            --inside_;
        }
        left_.notify_one();
    }

private:
    std::mutex mutex_;
    std::condition_variable left_;
    std::size_t inside_ = 0;  // guarded by mutex_
    const std::size_t room_ = std::size_t{2} * std::max(2U, std::thread::hardware_concurrency());
};

turnstile& preparation() {
    static turnstile one;
    return one;
}

}  // namespace

result<std::unique_ptr<group_writer>> group_writer::start(connection opened, std::int64_t origin) {
    auto db = std::make_unique<session>(std::move(opened));
    PYKALA_TRY(log_appender log, log_appender::open(db->db(), origin));
    PYKALA_CHECK(log.begin());
    PYKALA_TRY(statement savepoint, db->db().prepare("SAVEPOINT unit"));
    PYKALA_TRY(statement release, db->db().prepare("RELEASE unit"));
    PYKALA_TRY(statement roll_back_to, db->db().prepare("ROLLBACK TO unit"));
    return std::unique_ptr<group_writer>(new group_writer(std::move(db), std::move(log),
                                                          std::move(savepoint), std::move(release),
                                                          std::move(roll_back_to)));
}

group_writer::group_writer(std::unique_ptr<session> db, log_appender log, statement savepoint,
                           statement release, statement roll_back_to)
    : db_(std::move(db)),
      log_(std::move(log)),
      savepoint_(std::move(savepoint)),
      release_(std::move(release)),
      roll_back_to_(std::move(roll_back_to)),
      head_(log_.head()),
      thread_([this] { serve(); }) {}

group_writer::~group_writer() {
    {
        const std::lock_guard guard(mutex_);
        ending_ = true;
    }
    arrived_.notify_one();
    thread_.join();
}

bool group_writer::may_begin() const {
    return ending_ || waiting_.size() >= std::min(group_max, preparing_);
}

void group_writer::submit(work what, completion done, repeatable again) {
    bool enough = false;
    {
        const std::lock_guard guard(mutex_);
        waiting_.push_back({std::move(what), std::move(done), again});
        enough = waiting_.size() == 1 || may_begin();
    }
    if (enough) arrived_.notify_one();
}

std::shared_ptr<void> group_writer::announce() {
    {
        const std::lock_guard guard(mutex_);
        ++preparing_;
    }
    preparation().enter();
    return {this, [](group_writer* writer) { writer->prepared(); }};
}

void group_writer::prepared() {
    preparation().leave();
    bool enough = false;
    {
        const std::lock_guard guard(mutex_);
        --preparing_;
        enough = !waiting_.empty() && may_begin();
    }
    if (enough) arrived_.notify_one();
}

result<void> group_writer::run(work what) {
    std::promise<result<void>> promise;
    auto answer = promise.get_future();
    submit(std::move(what), [&promise](result<void> r) { promise.set_value(std::move(r)); });
    return answer.get();
}

tree_head group_writer::head() const {
    const std::lock_guard guard(mutex_);
    return head_;
}

void group_writer::gather(std::unique_lock<std::mutex>& guard) {
    arrived_.wait_for(guard, std::min<std::chrono::steady_clock::duration>(last_took_, 5ms),
                      [this] { return may_begin(); });
}

void group_writer::serve() {
    std::vector<job> group;
    for (;;) {
        {
            std::unique_lock guard(mutex_);
            arrived_.wait(guard, [this] { return ending_ || !waiting_.empty(); });
            if (waiting_.empty()) {  // whoever is told something last may still submit
                guard.unlock();
                completer_.drain();
                guard.lock();
                if (waiting_.empty()) return;
            }
            gather(guard);
            const auto count = std::ptrdiff_t(std::min(waiting_.size(), group_max));
            group.assign(std::make_move_iterator(waiting_.begin()),
                         std::make_move_iterator(waiting_.begin() + count));
            waiting_.erase(waiting_.begin(), waiting_.begin() + count);
        }
        const auto begin = std::chrono::steady_clock::now();
        carry_out(group);
        last_took_ = std::chrono::steady_clock::now() - begin;
        group.clear();
    }
}

void group_writer::carry_out(std::vector<job>& group) {
    std::vector<result<void>> outcomes(group.size());
    const auto committed = commit_group(group, outcomes);
    if (committed) {
        const std::lock_guard guard(mutex_);
        head_ = log_.head();
    } else {
        log_.forget();
        outcomes.assign(group.size(), committed);
    }
    std::vector<finished> told;
    told.reserve(group.size());
    for (std::size_t i = 0; i < group.size(); ++i)
        told.push_back({std::move(group[i].done), std::move(outcomes[i])});
    completer_.take(std::move(told));
}

result<void> group_writer::commit_group(std::vector<job>& group,
                                        std::vector<result<void>>& outcomes) {
    if (std::ranges::all_of(group, [](const job& j) { return j.again == repeatable::yes; })) {
        PYKALA_TRY(transaction whole, transaction::begin_immediate(db_->db()));
        PYKALA_CHECK(log_.begin());
        PYKALA_TRY(const bool good, run_all(group, outcomes));
        if (good) {
            PYKALA_CHECK(log_.flush());
            return whole.commit();
        }
        log_.forget();
    }
    PYKALA_TRY(transaction whole, transaction::begin_immediate(db_->db()));
    PYKALA_CHECK(log_.begin());
    for (std::size_t i = 0; i < group.size(); ++i) PYKALA_CHECK(run_alone(group[i], outcomes[i]));
    PYKALA_CHECK(log_.flush());
    return whole.commit();
}

result<void> group_writer::attempt(const job& one) {
    try {
        return one.what(*db_, log_);
    } catch (const std::exception& fault) {
        return fail(problem_kind::corrupt, "broken_invariant", fault.what(),
                    "nothing was changed; look into the case before going on");
    }
}

// Most units that fail are refused before they write anything: then nothing has to be taken back.
// Gives a problem only when the transaction itself is lost.
result<bool> group_writer::run_all(std::vector<job>& group, std::vector<result<void>>& outcomes) {
    for (std::size_t i = 0; i < group.size(); ++i) {
        const std::int64_t changes = db_->db().total_changes();
        const std::size_t mark = log_.mark();
        outcomes[i] = attempt(group[i]);
        if (outcomes[i]) continue;
        if (!db_->db().in_transaction()) return std::unexpected(outcomes[i].error());
        if (db_->db().total_changes() != changes || log_.mark() != mark) return false;
    }
    return true;
}

// Gives a problem only when the transaction itself is lost.
result<void> group_writer::run_alone(const job& one, result<void>& outcome) {
    PYKALA_CHECK(savepoint_.execute());
    const std::size_t mark = log_.mark();
    outcome = attempt(one);
    if (!outcome) {
        // On a full disk and the like SQLite has given up the whole transaction by itself.
        if (!db_->db().in_transaction()) return outcome;
        log_.take_back(mark);
        PYKALA_CHECK(roll_back_to_.execute());
    }
    return release_.execute();
}

}  // namespace pykala::storage
