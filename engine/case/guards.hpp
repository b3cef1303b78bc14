// The questions that a workflow may ask of a case, each a small pure function under its name in
// workflows/vocabulary.toml, where its meaning stands. A name never changes its meaning.
#pragma once

#include <span>
#include <string_view>

#include "engine/base/value.hpp"
#include "engine/case/facts.hpp"
#include "engine/case/state.hpp"

namespace pykala::cases {

struct guard_view {
    const procedure& how;
    const case_state& c;
    const facts& known;
    const value_object& inputs;
    const workflow::transition* taken = nullptr;  // null when a state's clock asks
};

struct guard_entry {
    std::string_view name;
    bool (*holds)(const guard_view& v);
};

std::span<const guard_entry> guards_of_people();   // who asks, and how we reach them
std::span<const guard_entry> guards_of_records();  // what is held and decided

// A fact of the case or a guard. A name that is neither does not hold: a checked workflow has none.
bool holds(std::string_view name, const guard_view& v);

bool is_guard(std::string_view name);

}  // namespace pykala::cases
