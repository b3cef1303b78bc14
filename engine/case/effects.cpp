#include "engine/case/effects.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/case/values.hpp"

namespace pykala::cases {

std::string effect_view::input(std::string_view name) const {
    return text_of(what.inputs, name);
}

void effect_view::append(std::string_view field, value item) const {
    const auto found = e.fields.find(field);
    if (found == e.fields.end()) {
        put(e, field, value_array{std::move(item)});
        return;
    }
    if (auto* items = found->second.held.as_array()) items->push_back(std::move(item));
}

std::string effect_view::order(std::string_view verb, std::string at, value_object more) const {
    const auto* made = e["orders"].as_array();
    const auto number = c.orders.size() + (made ? made->size() : 0) + 1;
    // where the orders of before are destroyed nobody knows how many there were, and a register
    // must never take a new one for an old one
    const auto id = c.destroyed.contains("decision_facts")
                        ? fmt::format("o{}.{}", c.version, number)
                        : fmt::format("o{}", number);
    more.insert_or_assign("id", id);
    more.insert_or_assign("verb", std::string(verb));
    more.insert_or_assign("at", std::move(at));
    append("orders", more);
    intents.push_back({"order", std::move(more)});
    return id;
}

void effect_view::alert(std::string_view why) const {
    const auto found = e.fields.find("alerts");
    value_object all = found == e.fields.end() ? value_object() : object_of(found->second.held);
    value_array set;
    if (const auto* before = member(all, "set").as_array()) set = *before;
    set.emplace_back(why);
    all.insert_or_assign("set", std::move(set));
    put(e, "alerts", std::move(all));
}

void effect_view::destroy(std::initializer_list<std::string_view> classes) const {
    for (const auto name : classes) {
        append("destroyed", std::string(name));
        intents.push_back({"destroy_key", {{"class", std::string(name)}}});
    }
}

checked keep_inputs(const effect_view&) {
    return {};
}

bool has_deferred(const case_state& c) {
    return std::ranges::any_of(c.deferred,
                               [](const auto& each) { return each.state == "scheduled"; });
}

const effect_entry* find_effect(std::string_view name) {
    for (const auto& table : {effects_of_course(), effects_of_decisions(), effects_of_registers()})
        for (const auto& each : table)
            if (each.name == name) return &each;
    return nullptr;
}

}  // namespace pykala::cases
