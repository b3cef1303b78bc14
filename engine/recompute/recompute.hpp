// Computes a case again from its own events: every command is read back out of its event, put to
// `cases::decide` under the definitions that the event names, and what comes out is compared with
// what was recorded. For auditors, over events that a bundle proved, and for `pykala replay`, over
// those of a database. README.md says what is compared and what cannot be.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/case/event.hpp"
#include "engine/case/facts.hpp"

namespace pykala::recompute {

enum class closed_because {
    masked,    // whoever exported the event did not open the field
    shredded,  // its key is destroyed
};

// A field whose value cannot be read; that it is there is known all the same.
struct closed_field {
    log::data_class of = log::data_class::open;
    closed_because why = closed_because::masked;
};

struct shown_event {
    cases::event happened;  // with the fields that can be read
    std::map<std::string, closed_field, std::less<>> closed{};
};

// Definitions by the hashes that events name. Problems: `no_such_definition`, `broken_definitions`.
class law_source {
public:
    virtual ~law_source() = default;
    virtual result<std::shared_ptr<const cases::procedure>> procedure(std::string_view right,
                                                                      const log::digest& hash) = 0;
    virtual result<std::shared_ptr<const cases::tenant_law>> law(const log::digest& hash,
                                                                 date day) = 0;
};

// The local day of an instant in the zone of the tenant; handed in, the engine knows no zones.
using day_of_instant = std::function<date(instant)>;

struct difference {
    std::string code;  // `deadline`, `transition`, `decision`
    std::uint64_t seq = 0;
    std::string detail;  // one sentence: what was recorded and what was computed; nothing personal
};

// Why an event could not be computed again, and how often.
using reasons = std::map<std::string, std::uint64_t, std::less<>>;  // `masked`, `shredded` …

struct outcome {
    std::uint64_t deadlines = 0;    // days: members of `dates`, `extended_to`, starts of timers
    std::uint64_t transitions = 0;  // events decided again, filings and timers among them
    std::uint64_t decisions = 0;    // assessments of records, deferred erasures, parts decided
    reasons not_possible{};         // events
    std::vector<difference> differences{};
};

// All events of one case, from the first. An event that cannot be decided again, because facts that
// it rests on are closed, is still held against its workflow and its days are computed.
outcome recompute_case(std::span<const shown_event> events, law_source& laws,
                       const day_of_instant& local_day);

}  // namespace pykala::recompute
