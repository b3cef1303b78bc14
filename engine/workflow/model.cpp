#include "engine/workflow/model.hpp"

#include <algorithm>

namespace pykala::workflow {
namespace {

template <class T>
const T* find_named(const std::vector<T>& sorted, std::string_view name) {
    const auto found = std::ranges::lower_bound(sorted, name, {}, &T::name);
    return found != sorted.end() && found->name == name ? &*found : nullptr;
}

}  // namespace

const state* find_state(const definition& d, std::string_view name) {
    return find_named(d.states, name);
}

const transition* find_transition(const definition& d, std::string_view name) {
    return find_named(d.transitions, name);
}

const timer* find_timer(const definition& d, std::string_view name) {
    return find_named(d.timers, name);
}

const state& initial_state(const definition& d) {
    return *std::ranges::find(d.states, state_kind::initial, &state::kind);
}

std::string ground_for(const definition& d, std::string_view decision) {
    const auto found = d.grounds.find(decision);
    return found == d.grounds.end() ? std::string() : found->second;
}

}  // namespace pykala::workflow
