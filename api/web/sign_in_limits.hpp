// A bound on how many passwords are hashed at a time, because each takes 64 MiB. How often an
// address may try is in the database (storage/sqlite/sign_in_attempts.hpp).
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace pykala::api::web {

// Safe from several threads.
class sign_in_limits {
public:
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
    std::mutex turns_;
    std::condition_variable free_;
    std::size_t hashing_ = 0;  // guarded by turns_
    std::size_t waiting_ = 0;  // guarded by turns_
};

}  // namespace pykala::api::web
