// A unit of work in the making: the cases of a person, as they stand and as commands change them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/case/command.hpp"
#include "engine/case/decide.hpp"
#include "engine/case/facts.hpp"
#include "engine/desk/ports.hpp"

namespace pykala::desk {

struct open_case;

// An event that sends letters, before it is kept.
struct leaving {
    const open_case& before;
    const cases::facts& known;
    std::span<const cases::event> events;  // of the case in order; the last one sends
};

// Who knows what letters say; that is outside of the engine.
class letter_writer {
public:
    virtual ~letter_writer() = default;
    // The letters of the event as they leave, `[{"html","lang","name","title"}]`: they are kept
    // with it, so that what was sent stays what it was. One that cannot be written is left out,
    // except the one that answers: problem `letter_incomplete` (refused), and nothing leaves.
    virtual result<value_array> write(const leaving& what) = 0;
};

struct ports {
    case_store& store;
    sealing& seals;
    clock& time;
    id_source& ids;
    definitions& laws;
    // Runs a piece of work soon, not on the thread of the store.
    std::function<void(std::function<void()>)> later;
    letter_writer* letters =
        nullptr;  // without one letters are written whenever they are looked at
};

struct settings {
    std::vector<std::string> registers;  // names of the registers of this tenant
};

// What comes with a command besides its inputs.
struct enclosure {
    std::optional<cases::register_findings> findings{};  // an answer of a register
    bool related_to_requester = false;                   // the actor is barred from this case
};

// A case as it stands, and what it stands on.
struct open_case {
    cases::case_state now;
    log::stream_tag stream{};
    std::vector<cases::event> events;  // where the whole history was asked for
    std::shared_ptr<const cases::procedure> how;
    std::shared_ptr<const cases::tenant_law> law;
    std::vector<cases::case_state> others;  // of the same person
    bool quarantined = false;               // takes no command until somebody has looked
};

class draft {
public:
    draft(const ports& world, const settings& own, moment now, cases::actor by)
        : world_(world), own_(own), now_(now), by_(std::move(by)) {}

    // Loads a case and the person's other cases; gives its place here. `with_events`: the whole
    // history of it is wanted, not only what it leads to.
    result<std::size_t> load(std::string_view number, bool with_events = false);
    // A new case of a right, beside what is here.
    result<std::size_t> begin(std::string_view right);
    // The other cases of whoever has these tags, unless they are here. `known` is what was read of
    // them already.
    result<bool> load_others(std::span<const person_tag> tags,
                             std::span<const person_cases> known = {});

    // Decides, and takes every step that the system takes at once afterwards.
    result<bool> take(std::size_t which, cases::command what, const enclosure& with);
    // The person's other cases whose days hang on those that changed.
    result<bool> settle_interlocks();
    // An event that says that somebody tried what is not allowed.
    result<bool> note_refusal(std::size_t which, const cases::command& what, const problem& why);

    cases::facts facts_for(std::size_t which, const enclosure& with) const;
    const open_case& at(std::size_t which) const { return all_[which].c; }
    // What happened to it here, in order.
    const std::vector<cases::event>& events_of(std::size_t which) const {
        return all_[which].events;
    }
    open_case release(std::size_t which);

    // Sealed, with everything it was based on. Cases that a command named come first.
    result<unit_of_work> finish();

private:
    // Bytes of the fold that is stored, and of the events after it.
    struct kept_room {
        std::size_t fold = 0;
        std::size_t since = 0;
    };
    struct entry {
        open_case c;
        std::uint64_t loaded = 0;  // version when it was read; 0: new
        kept_room room{};
        bool asked = false;  // a command named it; others only follow
        std::vector<cases::event> events{};
        std::vector<std::pair<std::uint64_t, cases::intent>> intents{};
    };

    result<entry> open(const stored_case& stored);
    result<entry> open_whole(const std::string& number, std::size_t fold_room);
    result<std::optional<sealed_fold>> fold_of(const entry& e, std::span<const sealed_event> more);
    result<std::vector<std::string>> numbers_of(const person_tag& tag,
                                                std::span<const person_cases> known);
    result<std::vector<cases::event>> history_of(const entry& e) const;
    result<bool> write_letters(const entry& e, cases::step& made, const cases::facts& known) const;
    void add(entry& e, cases::step made);
    cases::command by_system(cases::command_kind kind, std::string name) const;
    result<case_write> write(const entry& e);

    const ports& world_;
    const settings& own_;
    moment now_;
    cases::actor by_;
    std::vector<entry> all_;
    std::vector<person_seen> persons_;
};

// The tags under which a person is found again: by identity code, customer number and key in the
// registers, as far as the inputs of a command name them.
std::vector<person_tag> tags_of(sealing& seals, const value_object& inputs);

}  // namespace pykala::desk
