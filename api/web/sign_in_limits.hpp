// What stands between a guesser and the passwords: failures counted by address, and a bound on
// how many passwords are hashed at a time, because each takes 64 MiB.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "engine/time/date.hpp"

namespace pykala::api::web {

// Safe from several threads.
class sign_in_limits {
public:
    static constexpr std::size_t failures_max = 10;
    static constexpr std::chrono::minutes window{15};
    static constexpr std::size_t addresses_max = 10'000;

    // Whether the address may try now.
    bool may_try(const std::string& address, instant now);
    void failed(const std::string& address, instant now);
    void succeeded(const std::string& address);

    static constexpr std::size_t hashing_max = 2;
    static constexpr std::size_t waiting_max = 16;

    // Held while one password is hashed. False inside when too many wait already.
    class turn {
    public:
        explicit turn(sign_in_limits& of);
        ~turn();
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;
        explicit operator bool() const { return taken_; }

    private:
        sign_in_limits& of_;
        bool taken_ = false;
    };

private:
    std::mutex mutex_;
    std::map<std::string, std::deque<instant>> failures_;  // guarded by mutex_

    std::mutex turns_;
    std::condition_variable free_;
    std::size_t hashing_ = 0;  // guarded by turns_
    std::size_t waiting_ = 0;  // guarded by turns_
};

}  // namespace pykala::api::web
