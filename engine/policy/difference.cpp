#include "engine/policy/difference.hpp"

#include <map>
#include <set>

#include <fmt/format.h>

#include "engine/base/value.hpp"
#include "engine/policy/show.hpp"

namespace pykala {
namespace {

std::string text_of(const value& from) {
    if (const auto* text = from.as_string()) return *text;
    if (const auto* flag = from.as_bool()) return *flag ? "yes" : "no";
    return {};
}

std::string list_of(const value& from) {
    std::string all;
    if (const auto* items = from.as_array())
        for (const auto& each : *items) all += (all.empty() ? "" : ", ") + text_of(each);
    return all;
}

// A rule on one line: what it does and on what it rests.
std::string rule_line(const value& rule) {
    std::string line = text_of(rule["formula"]);
    if (line.empty()) line = "no version in force";
    line +=
        fmt::format("; {}", rule["floor"] == value(true)
                                ? (rule["ceiling"] == value(true) ? "floor and ceiling" : "floor")
                                : "ceiling");
    if (const auto goods = list_of(rule["commodities"]); !goods.empty()) line += "; " + goods;
    if (const auto only = text_of(rule["condition"]); !only.empty()) line += "; " + only;
    if (rule["unconfirmed"] == value(true)) line += "; unconfirmed";
    return line + fmt::format("; {} ({})", text_of(rule["cite"]), text_of(rule["grade"]));
}

using facts = std::map<std::string, std::string>;

// Everything of a category that decides what happens to its records.
facts facts_of(const value& category) {
    facts all{{"classes", list_of(category["classes"])},
              {"parts", list_of(category["id_parts"])},
              {"commodity", text_of(category["commodity"])},
              {"controller", text_of(category["controller"])},
              {"basis", list_of(category["basis"])},
              {"portability", text_of(category["portability"]["value"])},
              {"held while in force", list_of(category["held_in_force"])},
              {"no retention", text_of(category["no_retention"])}};
    for (const auto* kind : {"statutory", "house"})
        if (const auto* rules = category[kind].as_array())
            for (const auto& rule : *rules) all.emplace(text_of(rule["rule"]), rule_line(rule));
    return all;
}

void compare(const std::string& category, const facts& before, const facts& after,
             std::vector<law_change>& into) {
    std::set<std::string> names;
    for (const auto& [name, text] : before) names.insert(name);
    for (const auto& [name, text] : after) names.insert(name);
    const auto said = [](const facts& of, const std::string& name) {
        const auto found = of.find(name);
        return found == of.end() ? std::string() : found->second;
    };
    for (const auto& name : names)
        if (auto was = said(before, name), is = said(after, name); was != is)
            into.push_back({category, name, std::move(was), std::move(is)});
}

const value* category_named(const value_array& all, const std::string& id) {
    for (const auto& each : all)
        if (text_of(each["id"]) == id) return &each;
    return nullptr;
}

const value_array& categories_of(const value& shown) {
    static const value_array none;
    const auto* all = shown["categories"].as_array();
    return all ? *all : none;
}

}  // namespace

std::vector<law_change> differences(const law_of_day& before, const law_of_day& after) {
    const auto was = show_json(before.set, before.owner, before.on);
    const auto is = show_json(after.set, after.owner, after.on);
    std::vector<law_change> all;
    const auto of_pack = [](const value& shown) {
        return facts{{"promise", text_of(shown["promise"]["period"])},
                     {"status", text_of(shown["status"])},
                     {"commodities", list_of(shown["commodities"])}};
    };
    compare({}, of_pack(was), of_pack(is), all);
    for (const auto& each : categories_of(is)) {
        const auto id = text_of(each["id"]);
        if (const auto* old = category_named(categories_of(was), id))
            compare(id, facts_of(*old), facts_of(each), all);
        else
            all.push_back({id, "category", "", text_of(each["name"]["fi"])});
    }
    for (const auto& each : categories_of(was))
        if (const auto id = text_of(each["id"]); !category_named(categories_of(is), id))
            all.push_back({id, "category", text_of(each["name"]["fi"]), ""});
    return all;
}

}  // namespace pykala
