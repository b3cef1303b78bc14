#include "storage/sqlite/completer.hpp"

#include <iterator>
#include <utility>

namespace pykala::storage {

completer::completer() : thread_([this] { serve(); }) {}

completer::~completer() {
    {
        const std::lock_guard guard(mutex_);
        ending_ = true;
    }
    arrived_.notify_one();
    thread_.join();
}

void completer::take(std::vector<finished> all) {
    {
        const std::lock_guard guard(mutex_);
        waiting_.insert(waiting_.end(), std::make_move_iterator(all.begin()),
                        std::make_move_iterator(all.end()));
    }
    arrived_.notify_one();
}

void completer::drain() {
    std::unique_lock guard(mutex_);
    idle_.wait(guard, [this] { return waiting_.empty() && !telling_; });
}

void completer::serve() {
    for (;;) {
        std::vector<finished> all;
        {
            std::unique_lock guard(mutex_);
            telling_ = false;
            if (waiting_.empty()) idle_.notify_all();
            arrived_.wait(guard, [this] { return ending_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            all.swap(waiting_);
            telling_ = true;
        }
        for (finished& each : all) {
            each.done(std::move(each.outcome));
            each.done = nullptr;  // what it holds ends with it, not with the last of them
        }
    }
}

}  // namespace pykala::storage
