// A thread that runs pieces of work one after the other, and ends when it goes out of scope; what
// still waits then is dropped.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace pykala::api {

class worker {
public:
    worker() : thread_([this](const std::stop_token& end) { serve(end); }) {}

    void run_soon(std::function<void()> work) {
        {
            const std::scoped_lock held(mutex_);
            waiting_.push_back(std::move(work));
        }
        arrived_.notify_one();
    }

private:
    void serve(const std::stop_token& end) {
        for (;;) {
            std::unique_lock held(mutex_);
            if (!arrived_.wait(held, end, [this] { return !waiting_.empty(); })) return;
            const auto work = std::move(waiting_.front());
            waiting_.pop_front();
            held.unlock();
            work();
        }
    }

    std::mutex mutex_;
    std::condition_variable_any arrived_;
    std::deque<std::function<void()>> waiting_;  // guarded by mutex_
    std::jthread thread_;                        // ends first
};

}  // namespace pykala::api
