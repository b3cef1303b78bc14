// `commit`: transitions through the desk, each acknowledged only when it is durable, by 64 callers
// on cases of eight events. The floor writes the same rows and bytes into a copy of the same
// database, bare, 64 to a transaction.
#include <atomic>
#include <filesystem>
#include <mutex>
#include <numeric>
#include <random>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <semaphore.h>
#include <sys/resource.h>

#include "tests/bench/bench.hpp"
#include "tests/bench/commit_floor.hpp"
#include "tests/bench/commit_world.hpp"
#include "tests/support/folder.hpp"

namespace pykala::bench {
namespace {

constexpr std::size_t callers = 64;

// Keeps what went through it, for the floor.
class keeping_store final : public desk::case_store {
public:
    keeping_store(desk::case_store& inner, std::size_t size) : inner_(inner) {
        kept_.reserve(size);
    }
    result<desk::stored_case> load(std::string_view number) override { return inner_.load(number); }
    result<desk::stored_case> load_newest(std::string_view number) override {
        return inner_.load_newest(number);
    }
    result<std::vector<desk::stored_case>> of_person(
        std::span<const desk::person_tag> tags) override {
        return inner_.of_person(tags);
    }
    result<std::vector<std::string>> numbers_of(std::span<const desk::person_tag> tags) override {
        return inner_.numbers_of(tags);
    }
    void quarantine(std::vector<desk::quarantined_case> cases,
                    std::function<void(result<bool>)> done) override {
        inner_.quarantine(std::move(cases), std::move(done));
    }
    result<std::vector<desk::quarantined_case>> quarantined() override {
        return inner_.quarantined();
    }
    result<bool> release(std::string_view n) override { return inner_.release(n); }
    void submit(desk::unit_of_work unit, desk::completion done) override {
        {
            const std::lock_guard guard(mutex_);
            kept_.push_back(unit);
        }
        inner_.submit(std::move(unit), std::move(done));
    }
    std::shared_ptr<void> announce() override { return inner_.announce(); }
    result<std::optional<desk::stored_receipt>> answered(std::string_view actor,
                                                         std::string_view key) override {
        return inner_.answered(actor, key);
    }
    result<desk::queue_page> queue(const desk::queue_query& query) override {
        return inner_.queue(query);
    }
    result<std::vector<desk::due_case>> due(date today, std::size_t limit) override {
        return inner_.due(today, limit);
    }
    result<std::vector<desk::outbox_item>> outbox(std::size_t limit) override {
        return inner_.outbox(limit);
    }
    result<bool> settle(std::span<const std::uint64_t> ids) override { return inner_.settle(ids); }

    std::vector<desk::unit_of_work> take() { return std::move(kept_); }

private:
    desk::case_store& inner_;
    std::mutex mutex_;
    std::vector<desk::unit_of_work> kept_;
};

cases::command transition_of(std::size_t turn) {
    cases::command what;
    what.by = {"officer", "officer1"};
    if (turn % 2 == 0) {
        what.name = "add_note";
        what.inputs = {{"note", "Asiakas soitti ja tarkensi, mitä laskuja pyyntö koskee."}};
    } else {
        what.name = "assign";
        what.inputs = {{"assignee", "officer2"}};
    }
    return what;
}

// A semaphore that sleeps at once: that of the standard library gives the processor away many times
// before, which costs the others.
class sleeper {
public:
    sleeper() { sem_init(&held_, 0, 0); }
    ~sleeper() { sem_destroy(&held_); }
    sleeper(const sleeper&) = delete;
    sleeper& operator=(const sleeper&) = delete;
    void release() { sem_post(&held_); }
    void acquire() {
        while (sem_wait(&held_) != 0) {
        }
    }

private:
    sem_t held_{};
};

// Every caller takes the next case, asks for its transition and waits for the answer.
void call(desk::front_desk& desk, const std::vector<std::uint32_t>& order,
          std::atomic<std::size_t>& next, std::atomic<std::size_t>& refused) {
    sleeper answered;
    for (;;) {
        const std::size_t turn = next++;
        if (turn >= order.size()) return;
        desk.execute(fmt::format("KUO-2026-{:06}", order[turn]), transition_of(turn),
                     [&](result<desk::reply> given) {
                         if (!given) ++refused;
                         answered.release();
                     });
        answered.acquire();
    }
}

// Seconds by the clock, and on standard error the processor time of a command, which says more
// where the machine is busy with other things.
template <class Work>
double seconds_told(const char* what, std::uint64_t size, Work&& work) {
    const auto microseconds = [](const timeval& t) {
        return double(t.tv_sec) * 1e6 + double(t.tv_usec);
    };
    rusage before{};
    rusage after{};
    getrusage(RUSAGE_SELF, &before);
    const double seconds = seconds_of(std::forward<Work>(work));
    getrusage(RUSAGE_SELF, &after);
    const auto each = [&](const timeval& from, const timeval& to) {
        return (microseconds(to) - microseconds(from)) / double(size);
    };
    fmt::print(stderr, "{}: of a command {:.0f} us by the clock, {:.0f} user, {:.0f} system\n",
               what, seconds * 1e6 / double(size), each(before.ru_utime, after.ru_utime),
               each(before.ru_stime, after.ru_stime));
    return seconds;
}

measurement measure_commit(std::uint64_t size) {
    const tests::folder dir;
    commit_world world(dir.path.string());
    world.seed(size);
    const std::string seeded = dir.file("seeded.db");
    world.close();
    std::filesystem::copy_file(world.database(), seeded);
    world.open();

    std::vector<std::uint32_t> order(size);
    std::iota(order.begin(), order.end(), 1U);
    std::shuffle(order.begin(), order.end(), std::mt19937_64(7));
    keeping_store keeping(world.cases(), size);
    desk::front_desk desk = world.desk_on(keeping);
    std::atomic<std::size_t> next = 0;
    std::atomic<std::size_t> refused = 0;
    const double seconds = seconds_told("desk", size, [&] {
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < callers; ++i)
            threads.emplace_back([&] { call(desk, order, next, refused); });
        for (auto& thread : threads) thread.join();
    });
    if (refused != 0) throw std::runtime_error(fmt::format("{} refused", refused.load()));
    world.close();

    bare_writer floor(seeded, keeping.take());
    const double floor_seconds = seconds_told("floor", size, [&] { floor.write_all(callers); });
    floor.compare_with(world.database());
    measurement out;
    out.size = size;
    out.value = double(size) / seconds;
    out.unit = "commands/s";
    out.floor = "sqlite-bare";
    out.floor_value = double(size) / floor_seconds;
    out.ratio = out.value / *out.floor_value;
    return out;
}

const registration commit{"commit", 100'000, measure_commit};

}  // namespace
}  // namespace pykala::bench
