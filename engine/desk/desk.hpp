// The one door: every command, from whatever side, meets the case, the law and the store here.
//
// The desk keeps nothing between calls and may be used from several threads. It reads, decides and
// seals on the thread of the caller; the answer comes by callback when the store has made it
// durable. Where a version moved meanwhile, `ports::later` runs the next try on a thread that may
// wait.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/case/command.hpp"
#include "engine/desk/draft.hpp"
#include "engine/desk/ports.hpp"

namespace pykala::desk {

// What the caller of a command gets.
struct reply {
    receipt given;
    bool replayed = false;  // the same command was answered before
};
using replied = std::function<void(result<reply>)>;

class front_desk {
public:
    front_desk(ports world, settings own) : world_(std::move(world)), own_(std::move(own)) {}

    // A case as it stands, with the person's other cases. Problems: `no_such_case`, those of the
    // ports.
    result<open_case> read(std::string_view number);

    // Files one request, or several that came in one message: then either all become cases, linked
    // to each other, or none. The key of the first is that of all.
    void file(std::vector<cases::command> requests, replied done);

    // Takes a transition (or a timer) of a case, and every step that the system takes at once
    // afterwards, in one unit. Day and instant are those of the clock, whatever the command says.
    // Problems: those of cases::decide; `idempotency_reused` (conflict: same key, other content);
    // `too_busy` (conflict: others were quicker too often); `case_quarantined` (refused);
    // `broken_invariant` (corrupt: the case is in quarantine from now on).
    void execute(std::string number, cases::command what, replied done, enclosure with = {});

    // What a command would lead to, by the case as it stands now: its events, of which nothing is
    // kept. Problems: as of `execute`.
    result<std::vector<cases::event>> foresee(std::string_view number, const cases::command& what);

    // Fires the timers whose day has come, of at most `limit` cases; `done` gets the answer of
    // each. Gives how many were begun.
    result<std::size_t> fire_timers(std::size_t limit, const replied& done);

    // Transitions that this actor could take now, apart from inputs.
    result<std::vector<std::string>> open_to(std::string_view number, const cases::actor& by,
                                             bool related_to_requester = false);

private:
    struct job;

    void run(job what);
    result<unit_of_work> prepare(const job& what, std::optional<problem>& refusal);
    result<unit_of_work> prepare_transition(const job& what, std::optional<problem>& refusal);
    result<unit_of_work> prepare_filing(const job& what);
    // True when the command was answered already, and is now again.
    result<bool> answer_again(const job& what);
    void submit(job what, unit_of_work unit, std::optional<problem> refusal);
    void quarantine(const job& what, std::string why);

    ports world_;
    settings own_;
};

}  // namespace pykala::desk
