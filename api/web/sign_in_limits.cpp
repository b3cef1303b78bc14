#include "api/web/sign_in_limits.hpp"

namespace pykala::api::web {

bool sign_in_limits::may_try(const std::string& address, instant now) {
    const std::scoped_lock held(mutex_);
    const auto found = failures_.find(address);
    if (found == failures_.end()) return true;
    auto& times = found->second;
    while (!times.empty() && times.front() + window <= now) times.pop_front();
    const bool few = times.size() < failures_max;
    if (times.empty()) failures_.erase(found);
    return few;
}

void sign_in_limits::failed(const std::string& address, instant now) {
    const std::scoped_lock held(mutex_);
    // a flood from many addresses must not fill the memory: the oldest are forgotten together
    if (failures_.size() >= addresses_max)
        std::erase_if(failures_,
                      [&](const auto& each) { return each.second.back() + window / 3 <= now; });
    if (failures_.size() >= addresses_max) failures_.clear();
    auto& times = failures_[address];
    times.push_back(now);
    if (times.size() > failures_max) times.pop_front();
}

void sign_in_limits::succeeded(const std::string& address) {
    const std::scoped_lock held(mutex_);
    failures_.erase(address);
}

sign_in_limits::turn::turn(sign_in_limits& of) : of_(of) {
    std::unique_lock held(of_.turns_);
    if (of_.waiting_ >= waiting_max) return;
    ++of_.waiting_;
    of_.free_.wait(held, [this] { return of_.hashing_ < hashing_max; });
    --of_.waiting_;
    ++of_.hashing_;
    taken_ = true;
}

sign_in_limits::turn::~turn() {
    if (!taken_) return;
    {
        const std::scoped_lock held(of_.turns_);
        --of_.hashing_;
    }
    of_.free_.notify_one();
}

}  // namespace pykala::api::web
