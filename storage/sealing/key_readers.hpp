// Connections to one copy of the key store for those who look up keys at the same time.
//
// A connection that is not in use keeps its transaction, and with it the lock on the file: to take
// the lock anew for every look costs more than the look. Whoever changes the file has to let go of
// them first, while nobody reads.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/sealing/key_copy.hpp"

namespace pykala::storage {

class key_readers {
public:
    explicit key_readers(std::filesystem::path file) : file_(std::move(file)) {}

    // Runs `work(const key_copy&)`; more callers than there are connections wait for each other.
    template <class Work>
    auto read(Work work) -> decltype(work(std::declval<const key_copy&>())) {
        PYKALA_TRY(const lease held, borrow());
        return work(*held.copy);
    }

    // Gives up the locks; nobody may be reading.
    void let_go();

    static constexpr std::size_t readers_max = 4;

private:
    struct lease {
        key_readers* owner;
        std::unique_ptr<key_copy> copy;
        lease(key_readers* o, std::unique_ptr<key_copy> c) : owner(o), copy(std::move(c)) {}
        lease(lease&&) noexcept = default;
        lease& operator=(lease&&) = delete;
        ~lease() {
            if (copy) owner->give_back(std::move(copy));
        }
    };
    result<lease> borrow();
    void give_back(std::unique_ptr<key_copy> copy);

    std::filesystem::path file_;
    std::mutex mutex_;
    std::condition_variable given_back_;
    std::vector<std::unique_ptr<key_copy>> idle_;  // guarded by mutex_
    std::size_t open_ = 0;                         // guarded by mutex_
};

}  // namespace pykala::storage
