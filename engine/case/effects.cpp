#include "engine/case/effects.hpp"

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
    const auto id = fmt::format("o{}", number);
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

const effect_entry* find_effect(std::string_view name) {
    for (const auto& table : {effects_of_course(), effects_of_decisions(), effects_of_registers()})
        for (const auto& each : table)
            if (each.name == name) return &each;
    return nullptr;
}

}  // namespace pykala::cases
