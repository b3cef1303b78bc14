// What a transition or a timer does, each a small pure function under its name in
// workflows/vocabulary.toml, where its meaning stands. An effect adds fields to the event that is
// being made, and intents for the world; the facts that it sets and clears are the vocabulary's.
#pragma once

#include <expected>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/case/command.hpp"
#include "engine/case/decide.hpp"

namespace pykala::cases {

using checked = std::expected<void, problem>;

struct effect_view {
    const procedure& how;
    const case_state& c;  // before the event
    const command& what;
    const facts& known;
    event& e;
    std::vector<intent>& intents;
    std::string_view cause;  // name of the transition or timer

    std::string input(std::string_view name) const;
    // Adds to the list of a field, or makes it.
    void append(std::string_view field, value item) const;
    // A new order to a register; gives its id.
    std::string order(std::string_view verb, std::string at, value_object more = {}) const;
    void alert(std::string_view why) const;
    // Has the keys of these classes destroyed.
    void destroy(std::initializer_list<std::string_view> classes) const;
};

// Whether something waits for its day.
bool has_deferred(const case_state& c);

// An effect that only keeps what the person said: the inputs stand in the event already, and a
// decision is the fact that the vocabulary sets.
checked keep_inputs(const effect_view& v);

struct effect_entry {
    std::string_view name;
    checked (*run)(const effect_view& v);
};

std::span<const effect_entry> effects_of_course();     // identity, dates, tasks, alerts, keys
std::span<const effect_entry> effects_of_decisions();  // what is decided
std::span<const effect_entry> effects_of_registers();  // what is ordered and answered

const effect_entry* find_effect(std::string_view name);

}  // namespace pykala::cases
