// Tells those who wait that their work is done, on a thread of its own: whoever is woken takes the
// processor at once, and the writer has better things to do meanwhile.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/base/result.hpp"

namespace pykala::storage {

// What is told to whom.
struct finished {
    std::function<void(result<void>)> done;  // must be short and must not throw
    result<void> outcome;
};

class completer {
public:
    completer();
    // Tells what it was given, then ends.
    ~completer();
    completer(const completer&) = delete;
    completer& operator=(const completer&) = delete;

    // In the order in which they come.
    void take(std::vector<finished> all);
    // Returns when everything so far has been told.
    void drain();

private:
    void serve();

    std::mutex mutex_;
    std::condition_variable arrived_, idle_;
    std::vector<finished> waiting_;  // guarded by mutex_
    bool telling_ = false;           // guarded by mutex_
    bool ending_ = false;            // guarded by mutex_
    std::thread thread_;
};

}  // namespace pykala::storage
