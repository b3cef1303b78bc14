// What happened to a case, once and for good. An event carries everything that follows from it, so
// that folding it needs neither the workflow nor the law; storage seals its fields by class and the
// log commits to them (storage/formats/event_leaf.md). The fields are listed in
// engine/case/README.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/value.hpp"
#include "engine/log/event_leaf.hpp"
#include "engine/time/date.hpp"

namespace pykala::cases {

struct event_field {
    log::data_class of = log::data_class::open;
    value held;

    friend bool operator==(const event_field&, const event_field&) = default;
};

struct event {
    // `request_received`, `timer_fired`, `interlock_noted`, `attempt_refused`,
    // `procedure_migrated`, `notice_noted`, or the name of the transition that was taken.
    std::string kind;
    std::uint64_t seq = 0;  // number in the case, from 0
    instant at{};
    date on{};                               // local day, computed at the door
    std::string role;                        // of the actor; the id is the field `actor`
    std::optional<log::digest> procedure{};  // closure of workflow, vocabulary, deadline rules
    std::optional<log::digest> law{};        // closure of the law of the day
    std::map<std::string, event_field, std::less<>> fields{};

    // The value of a field; null when the event has none of that name, or it could not be opened.
    const value& operator[](std::string_view name) const;

    friend bool operator==(const event&, const event&) = default;
};

// The class under which a field of an event is sealed. What is not known is `content`, the class
// that is destroyed first.
log::data_class class_of_field(std::string_view name);

// Sets a field under its class.
void put(event& e, std::string_view name, value held);

inline constexpr std::string_view kind_request_received = "request_received";
inline constexpr std::string_view kind_timer_fired = "timer_fired";
inline constexpr std::string_view kind_interlock_noted = "interlock_noted";
inline constexpr std::string_view kind_attempt_refused = "attempt_refused";
inline constexpr std::string_view kind_procedure_migrated = "procedure_migrated";
inline constexpr std::string_view kind_notice_noted = "notice_noted";

}  // namespace pykala::cases
