#include "api/fulfilment/people.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/case/values.hpp"

namespace pykala::api {
namespace {

constexpr std::string_view by_register = "register";

void add(person_keys& keys, std::string_view kind, const value& given) {
    if (const auto text = cases::text_of(given); !text.empty())
        keys[std::string(kind)].insert(text);
    for (auto& text : cases::list_of(given))
        if (!text.empty()) keys[std::string(kind)].insert(std::move(text));
}

person_keys keys_for(const register_port& port, const person_keys& known) {
    person_keys fitting;
    for (const auto& kind : port.finds_by())
        if (const auto found = known.find(kind); found != known.end()) fitting.insert(*found);
    return fitting;
}

// A person named by the register's own key.
void add_named(found_person& found, const register_port& port, const person_keys& known) {
    const auto named = known.find(by_register);
    if (named == known.end()) return;
    const auto begins = port.id() + "/";
    for (const auto& name : named->second) {
        if (!name.starts_with(begins)) continue;
        auto key = name.substr(begins.size());
        if (std::ranges::find(found.people, key) == found.people.end())
            found.people.push_back(std::move(key));
    }
}

}  // namespace

person_keys keys_of(const cases::case_state& c) {
    person_keys keys;
    for (const auto* kind : {"hetu", "former_hetu"})
        add(keys, kind, cases::member(c.subject, kind));
    if (keys.empty())
        for (const auto* kind : {"customer_number", "phone", "email"})
            add(keys, kind, cases::member(c.subject, kind));
    if (const auto at = c.person.find(':'); at != std::string::npos)
        keys[c.person.substr(0, at)].insert(c.person.substr(at + 1));
    return keys;
}

std::string person_name(const person_keys& gives, std::string_view reg, const std::string& key) {
    const auto numbers = gives.find("customer_number");
    if (numbers != gives.end() && !numbers->second.empty())
        return "customer_number:" + *numbers->second.begin();
    return fmt::format("{}:{}/{}", by_register, reg, key);
}

result<people_found> find_people(std::span<register_port* const> registers, std::size_t last,
                                 person_keys known) {
    people_found all;
    for (std::size_t i = 0; i <= last && i < registers.size(); ++i) {
        auto& port = *registers[i];
        PYKALA_TRY(auto found, port.find(keys_for(port, known)));
        add_named(found, port, known);
        for (const auto& kind : port.finds_by()) all.searched.insert(kind);
        for (const auto& [kind, values] : found.gives)
            known[kind].insert(values.begin(), values.end());
        all.at.push_back(std::move(found));
    }
    all.known = std::move(known);
    return all;
}

}  // namespace pykala::api
