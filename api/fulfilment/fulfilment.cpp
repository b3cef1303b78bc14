#include "api/fulfilment/fulfilment.hpp"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <stdexcept>

#include "engine/case/values.hpp"

#include "api/fulfilment/desk_answer.hpp"
#include "api/fulfilment/execution.hpp"

namespace pykala::api {
namespace {

using cases::text_of;

constexpr std::size_t batch = 256;
constexpr std::chrono::seconds shortest_pause{60};
constexpr std::chrono::seconds longest_pause{std::chrono::hours{6}};

bool is_answered(const cases::register_order& order) {
    return order.result == "done" || order.result == "held";
}

// Identity is touched last: when every other register has confirmed.
bool waits_for_others(const cases::case_state& c, const cases::register_order& order) {
    if (!order.last) return false;
    return std::ranges::any_of(c.orders, [&](const cases::register_order& other) {
        return other.verb == order.verb && !other.last && !is_answered(other);
    });
}

// Counts the answers to commands that were begun together.
class answers_awaited {
public:
    void add(bool good) {
        const std::lock_guard lock(mutex_);
        ++all_;
        good_ += good;
        came_.notify_all();
    }
    // How many of them were good.
    std::size_t wait_for(std::size_t begun) {
        std::unique_lock lock(mutex_);
        came_.wait(lock, [&] { return all_ >= begun; });
        return good_;
    }

private:
    std::mutex mutex_;
    std::condition_variable came_;
    std::size_t all_ = 0, good_ = 0;
};

}  // namespace

bool fulfilment::rests(std::uint64_t item) const {
    const auto found = pauses_.find(item);
    return found != pauses_.end() && world_.time.now().at < found->second.until;
}

void fulfilment::rest(std::uint64_t item) {
    auto& pause = pauses_[item];
    pause.length = std::clamp(pause.length * 2, shortest_pause, longest_pause);
    pause.until = world_.time.now().at + pause.length;
}

result<bool> fulfilment::tell(const std::string& number, const std::string& order,
                              std::string result_name, cases::register_findings findings) {
    cases::command answer{.name = "record_register_answer",
                          .inputs = {{"order", order}, {"result", std::move(result_name)}},
                          .by = {"system", {}}};
    desk::enclosure with{.findings = std::move(findings)};
    PYKALA_CHECK(answer_of_desk(world_.desk, number, std::move(answer), std::move(with)));
    return true;
}

result<order_result> fulfilment::make_package(const desk::open_case& c) const {
    order_result made;
    if (world_.package) {
        PYKALA_TRY(made.findings.copy, world_.package(c));
    }
    return made;
}

// What was read is sealed with the answer of each register: the protection stands when all of them
// have answered.
result<fulfilment::outcome> fulfilment::wait_for_evidence(const std::string& number) {
    PYKALA_TRY(const auto c, world_.desk.read(number));
    const bool whole = std::ranges::all_of(c.now.orders, [](const auto& order) {
        return order.verb != "read" || order.result == "done";
    });
    return whole || c.now.closed() ? outcome::settled : outcome::waits_in_turn;
}

result<fulfilment::outcome> fulfilment::carry_out_order(const desk::outbox_item& item,
                                                        const value& what) {
    PYKALA_TRY(const auto c, world_.desk.read(item.number));
    const auto order =
        std::ranges::find(c.now.orders, text_of(what["id"]), &cases::register_order::id);
    if (order == c.now.orders.end() || is_answered(*order)) return outcome::settled;
    if (waits_for_others(c.now, *order)) return outcome::waits_in_turn;
    const auto at = std::ranges::find(world_.registers, order->at, &register_port::id);
    result<order_result> done =
        fail(problem_kind::unavailable, "no_such_register", "a register of this name is not here");
    if (order->verb == "package") {
        done = make_package(c);
    } else if (at != world_.registers.end()) {
        const register_set registers{world_.registers,
                                     static_cast<std::size_t>(at - world_.registers.begin())};
        const order_view view{c, *order, what};
        const auto today = world_.time.now().on;
        done = order->verb == "find"   ? find_in_register(registers, view)
               : order->verb == "read" ? read_register(registers, view, today, world_.copy)
                                       : change_register(registers, view, today);
    }
    if (done && !done->erased.empty() && world_.remember_erased)
        PYKALA_CHECK(world_.remember_erased(order->at, done->erased));
    // a register that is away is named once; what it refuses, each time
    const bool named = !done && order->result == "failed";
    if (!done) done = order_result{.result = "failed"};
    if (!named) {
        const auto told = tell(item.number, order->id, done->result, done->findings);
        // a case that was closed meanwhile no longer wants to know
        if (!told && c.now.closed() && told.error().kind == problem_kind::refused)
            return outcome::settled;
        if (!told) return std::unexpected(told.error());
    }
    return done->result == "failed" ? outcome::failed : outcome::settled;
}

result<fulfilment::outcome> fulfilment::carry_out(const desk::outbox_item& item) {
    if (forgetting::is_meant(item)) {
        if (!world_.forget) return outcome::settled;
        PYKALA_TRY(const bool done, world_.forget->carry_out(item));
        return done ? outcome::settled : outcome::failed;
    }
    const auto opened = world_.seals.open_intent(item.stream, item.seq, item.body);
    // what it asked for went with the letters of its case
    if (!opened && opened.error().code == "key_destroyed") return outcome::settled;
    if (!opened) return std::unexpected(opened.error());
    const value& what = *opened;
    if (item.kind == "order") return carry_out_order(item, what);
    if (item.kind == "seal_evidence") return wait_for_evidence(item.number);
    if (!world_.other) return outcome::settled;
    return world_.other(item, what);
}

result<fulfilment::outcome> fulfilment::carry_out_or_quarantine(const desk::outbox_item& item) {
    try {
        return carry_out(item);
    } catch (const std::logic_error& broken) {
        world_.store.quarantine({{item.number, world_.time.now().at, broken.what()}},
                                [](const result<bool>&) {});
        return fail(problem_kind::corrupt, "broken_invariant", broken.what());
    } catch (const std::runtime_error& fault) {  // of the machine: tried again
        return fail(problem_kind::unavailable, "out_of_order", fault.what());
    }
}

result<bool> fulfilment::pass(work_done& done) {
    PYKALA_TRY(const auto items, world_.store.outbox(batch + done.waiting));
    done.waiting = 0;
    bool moved = false;
    for (const auto& item : items) {
        if (rests(item.id)) {
            ++done.waiting;
            continue;
        }
        const auto became = carry_out_or_quarantine(item);
        if (became && *became == outcome::settled) {
            PYKALA_CHECK(world_.store.settle({&item.id, 1}));
            pauses_.erase(item.id);
            ++done.settled;
            moved = true;
            continue;
        }
        ++done.waiting;
        if (!became || *became == outcome::failed) rest(item.id);
    }
    return moved;
}

result<work_done> fulfilment::run_once() {
    const std::lock_guard lock(working_);
    work_done done;
    while (true) {
        PYKALA_TRY(const bool moved, pass(done));
        if (!moved) return done;
    }
}

result<std::size_t> fulfilment::run_due() {
    std::size_t fired = 0;
    while (true) {
        const auto round = std::make_shared<answers_awaited>();
        PYKALA_TRY(const auto begun, world_.desk.fire_timers(batch, [round](const auto& given) {
            round->add(given.has_value());
        }));
        const auto taken = round->wait_for(begun);
        fired += taken;
        PYKALA_CHECK(run_once());
        if (taken == 0) return fired;
    }
}

}  // namespace pykala::api
