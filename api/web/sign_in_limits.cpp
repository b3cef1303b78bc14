#include "api/web/sign_in_limits.hpp"

namespace pykala::api::web {

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
