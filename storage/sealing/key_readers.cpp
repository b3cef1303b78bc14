#include "storage/sealing/key_readers.hpp"

#include <utility>

namespace pykala::storage {

result<key_readers::lease> key_readers::borrow() {
    {
        std::unique_lock guard(mutex_);
        given_back_.wait(guard, [this] { return !idle_.empty() || open_ < readers_max; });
        if (!idle_.empty()) {
            std::unique_ptr<key_copy> copy = std::move(idle_.back());
            idle_.pop_back();
            lease held(this, std::move(copy));
            PYKALA_CHECK(held.copy->hold());
            return held;
        }
        ++open_;
    }
    auto opened = key_copy::open(file_);
    if (!opened) {
        {
            const std::lock_guard guard(mutex_);
            --open_;
        }
        given_back_.notify_one();
        return std::unexpected(std::move(opened).error());
    }
    lease held(this, std::make_unique<key_copy>(*std::move(opened)));
    PYKALA_CHECK(held.copy->hold());
    return held;
}

void key_readers::let_go() {
    const std::lock_guard guard(mutex_);
    for (const auto& copy : idle_) copy->let_go();
}

void key_readers::give_back(std::unique_ptr<key_copy> copy) {
    {
        const std::lock_guard guard(mutex_);
        idle_.push_back(std::move(copy));
    }
    given_back_.notify_one();
}

}  // namespace pykala::storage
