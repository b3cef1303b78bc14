// What somebody asks a case to do. Every way in (pages, API, command line, timers, connectors)
// makes one of these and hands it to the desk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/value.hpp"
#include "engine/time/date.hpp"

namespace pykala::cases {

// Who acts. `id` is a user name, or for customers a key that says nothing by itself; empty for
// `system`. It is sealed with the case and never stands in a leaf.
struct actor {
    std::string role;  // of the contract: `customer`, `officer`, `system` …
    std::string id;

    friend bool operator==(const actor&, const actor&) = default;
};

enum class command_kind {
    file,        // a new case; the inputs of `file` are listed in engine/case/README.md
    transition,  // `name` is a transition of the workflow
    timer,       // `name` is a timer whose day has come; only by `system`
    interlock,   // another case of the person moved: dates that hang on it are computed again;
                 // only by `system`
    notice,      // what became of an e-mail that says that a letter waits in the portal; only by
                 // `system`, with `letter` (number of the event that sent it), `result`, `why` and
                 // `to`, the address where one was proven
    migrate,     // to the newest procedure; the inputs are listed in engine/case/README.md
};

struct command {
    command_kind kind = command_kind::transition;
    std::string name;       // of the transition or the timer; empty otherwise
    value_object inputs{};  // as the workflow names them
    actor by;
    instant at{};
    date on{};  // the local day of `at`, computed at the door
    // The version (number of events) of the case that the actor saw; absent: whatever it is.
    std::optional<std::uint64_t> expected_version{};
    // Same key, same actor and same content: same answer. Empty: none.
    std::string idempotency_key{};
};

}  // namespace pykala::cases
