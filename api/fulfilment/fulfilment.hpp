// The link between decided cases and the registers: orders that the desk wrote are carried out,
// and what the registers answer comes back as commands of the system, through the same door as
// every other command.
//
// Every step may be repeated. An item of the outbox is settled last, after its result is part of
// the case; a register knows what it has carried out by the intent; an answer that the case holds
// already is not given again. A process that dies between two steps goes on where it was.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/desk/desk.hpp"
#include "engine/registers/register_port.hpp"

#include "api/fulfilment/execution.hpp"
#include "api/fulfilment/forgetting.hpp"

namespace pykala::api {

enum class item_outcome {
    settled,        // done, or given up for good
    waits_in_turn,  // for something else that is under way: looked at again in the next round
    failed,         // tried again after a pause
};

// What a fulfilment works with; all of it must outlive it.
struct fulfilment_world {
    desk::front_desk& desk;
    desk::case_store& store;
    desk::sealing& seals;
    desk::clock& time;
    // In the order in which they are read: what one gives (customer numbers) finds the person in
    // the next. The names are those of desk::settings::registers.
    std::vector<register_port*> registers;
    // An item that is not an order to a register: `letter`, `alert` or `destroy_identity_copy`. A
    // problem is as `failed`. Must bear repetition. Empty: such items are settled at once, because
    // what they ask for is already in the events (letters are kept with the case).
    std::function<result<item_outcome>(const desk::outbox_item& item, const value& what)> other{};
    // Seals what a register gave for an answer, before the case is told of it; and makes the
    // package of an answer. Both say what stands in the case: `records` and `sha256`. Empty: no
    // answer is made here, and nothing says that there is one.
    copy_register copy{};
    std::function<result<value_object>(const desk::open_case& c)> package{};
    // Puts what a register confirmed as erased on the list that a restore erases again, durably and
    // before the case is told. Empty: nobody keeps such a list (tests alone).
    std::function<result<void>(const std::string& reg,
                               std::span<const storage::erased_record> erased)>
        remember_erased{};
    // Carries out `destroy_key` and `remove_case`. None: they are settled at once (tests alone).
    forgetting* forget = nullptr;
};

struct work_done {
    std::size_t settled = 0;  // items that are done
    std::size_t waiting = 0;  // items that wait: for other registers, or for a register to mend
};

// Safe to use from several threads; one works at a time. Blocks until what it began is durable:
// never call it from a thread of the store.
class fulfilment {
public:
    explicit fulfilment(fulfilment_world world) : world_(std::move(world)) {}

    // Carries out what waits, in order, until nothing more moves. What fails stays, with the
    // reason on the case, and is tried again after a pause that grows from a minute to six hours.
    // Problems: those of the store; one case never stops the others.
    result<work_done> run_once();

    // Fires the timers whose day has come by the clock of the desk, and carries out what follows
    // from them (deferred erasures among it). Late rather than never: days that passed while
    // nothing ran count too. Gives how many timers were fired.
    result<std::size_t> run_due();

private:
    struct pause {
        instant until{};
        std::chrono::seconds length{};
    };
    using outcome = item_outcome;

    result<bool> pass(work_done& done);
    result<outcome> carry_out(const desk::outbox_item& item);
    result<order_result> make_package(const desk::open_case& c) const;
    result<outcome> wait_for_evidence(const std::string& number);
    // A broken invariant takes its case out of work, never the others'.
    result<outcome> carry_out_or_quarantine(const desk::outbox_item& item);
    result<outcome> carry_out_order(const desk::outbox_item& item, const value& what);
    result<bool> tell(const std::string& number, const std::string& order, std::string result,
                      cases::register_findings findings);
    bool rests(std::uint64_t item) const;
    void rest(std::uint64_t item);

    fulfilment_world world_;
    std::mutex working_;
    std::map<std::uint64_t, pause> pauses_;  // by item; forgotten at the end of the process
};

}  // namespace pykala::api
