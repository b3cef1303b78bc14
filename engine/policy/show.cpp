#include "engine/policy/show.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/policy/coverage.hpp"

namespace pykala {
namespace {

// `6(1)(b)` of the name `6_1_b`.
std::string article(legal_basis basis) {
    const auto name = name_of(basis);
    return fmt::format("{}({})({})", name[0], name[2], name[4]);
}

std::string article(const std::vector<legal_basis>& all) {
    std::vector<std::string> texts;
    for (const auto each : all) texts.push_back(article(each));
    return texts.empty() ? "–" : fmt::format("{}", fmt::join(texts, ", "));
}

// Said by the notice: nothing is added; else who says so.
std::string_view suffix(mark how) {
    return how == mark::assumed ? " (assumed)" : how == mark::unstated ? " (unstated)" : "";
}

std::string_view kind_of(const rule& each) {
    if (each.floor && each.ceiling) return "not before, not after";
    return each.floor ? "not before" : "not after";
}

template <class E>
std::string list(const std::vector<E>& all) {
    std::vector<std::string_view> names;
    for (const auto each : all) names.push_back(name_of(each));
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string rule_line(const rule& each, date on) {
    const auto* version = version_on(each.versions, on);
    auto line = fmt::format("    {:8}{}: {}", name_of(each.by), each.cite,
                            version ? formula_of(each, *version) : "not yet in force");
    line += fmt::format("; {}; {}", kind_of(each), name_of(each.grade));
    if (!each.commodities.empty()) line += fmt::format("; {}", list(each.commodities));
    if (each.condition) line += "; only while the contract is in force";
    if (each.unconfirmed_for)
        line += fmt::format("; where the period's end is only derived, unconfirmed for {} more",
                            to_string(*each.unconfirmed_for));
    if (each.unconfirmed) line += "; unconfirmed, a person looks";
    return line + fmt::format("  [{}]\n", each.id);
}

std::string class_text(const category& what) {
    auto text = fmt::format("{}", fmt::join(what.classes, ", "));
    if (!what.id_parts.empty()) text += fmt::format(" ({})", fmt::join(what.id_parts, ", "));
    return text;
}

// What holds a category without a period of its own.
std::string class_lines(const policy_set& set, const category& what) {
    std::string lines;
    for (const auto& id : what.classes)
        if (const auto* known = find(set.classes, id); known && known->held_in_force)
            lines +=
                fmt::format("    case    {}: held while the contract or role is in force\n", id);
    for (const auto& id : what.id_parts)
        if (const auto* part = find(set.id_parts, id); part && part->follows != follows::none)
            lines += fmt::format(
                "    case    {}: held while {} of the person are\n", id,
                part->follows == follows::others
                    ? "other records"
                    : fmt::format("records of {}", fmt::join(part->follows_classes, ", ")));
    return lines;
}

std::string category_block(const policy_set& set, const pack& owner, const category& what,
                           date on) {
    auto text = fmt::format("{}  {}{}\n", what.id, what.name.fi, suffix(what.how));
    if (!what.personal) return text + "    not personal data; held by nothing\n";
    if (!what.parts.empty())
        return text + fmt::format("    split into {}\n", fmt::join(what.parts, ", "));
    text += fmt::format("    class {}; basis {}{}; portability {}{}\n", class_text(what),
                        article(what.facts.basis.value), suffix(what.facts.basis.how),
                        name_of(what.facts.portability.value), suffix(what.facts.portability.how));
    const auto statutory = statutory_rules(set, owner, what);
    const auto house = house_rules(owner, what);
    for (const auto* each : statutory) text += rule_line(*each, on);
    for (const auto* each : house) text += rule_line(*each, on);
    const auto held = class_lines(set, what);
    text += held;
    if (const auto* none = none_on_purpose(owner, what))
        text += fmt::format("    none    no period on purpose: {}\n", none->rationale);
    else if (statutory.empty() && house.empty() && held.empty())
        text +=
            "    open    no act and no notice says how long: an officer decides, the proposal is "
            "to erase\n";
    return text;
}

// The categories of the notice by their numbers, then those that every pack adds.
std::vector<const category*> in_order_of_the_notice(const pack& owner) {
    std::vector<const category*> numbered, added;
    for (const auto& [id, what] : owner.categories)
        (id.starts_with(owner.case_prefix + "-") ? numbered : added).push_back(&what);
    numbered.insert(numbered.end(), added.begin(), added.end());
    return numbered;
}

value json_of(const text3& text) {
    return value_object{{"fi", text.fi}, {"sv", text.sv}, {"en", text.en}};
}

value_array json_of(const std::vector<std::string>& all) {
    return {all.begin(), all.end()};
}

template <named_enum E>
value_array json_of(const std::vector<E>& all) {
    value_array names;
    for (const auto each : all) names.emplace_back(name_of(each));
    return names;
}

template <class T>
value json_of(const marked<std::vector<T>>& what) {
    return value_object{
        {"value", json_of(what.value)}, {"mark", name_of(what.how)}, {"why", what.why}};
}

value json_of(const rule& each, date on) {
    value_object made{{"rule", each.id},
                      {"authority", name_of(each.by)},
                      {"cite", each.cite},
                      {"starts", name_of(each.starts)},
                      {"end", name_of(each.end)},
                      {"floor", each.floor},
                      {"ceiling", each.ceiling},
                      {"commodities", json_of(each.commodities)},
                      {"condition", each.condition ? value(name_of(*each.condition)) : nullptr},
                      {"ground", each.ground.empty() ? value() : value(each.ground)},
                      {"grade", name_of(each.grade)},
                      {"unconfirmed", each.unconfirmed},
                      {"says", json_of(each.says)},
                      {"rationale", each.rationale}};
    made["unconfirmed_for"] =
        each.unconfirmed_for ? value(to_string(*each.unconfirmed_for)) : nullptr;
    const auto* version = version_on(each.versions, on);
    made["period"] = version ? value(to_string(version->length)) : nullptr;
    made["formula"] = version ? value(formula_of(each, *version)) : nullptr;
    made["effective_from"] = version ? value(to_string(version->effective_from)) : nullptr;
    return made;
}

value_array json_of(const std::vector<const rule*>& rules, date on) {
    value_array all;
    for (const auto* each : rules) all.push_back(json_of(*each, on));
    return all;
}

value json_of(const policy_set& set, const pack& owner, const category& what, date on) {
    const auto* none = none_on_purpose(owner, what);
    value_array held;
    for (const auto& id : what.classes)
        if (const auto* known = find(set.classes, id); known && known->held_in_force)
            held.emplace_back(id);
    value_object follows;
    for (const auto& id : what.id_parts)
        if (const auto* part = find(set.id_parts, id)) follows[id] = name_of(part->follows);
    return value_object{
        {"id", what.id},
        {"name", json_of(what.name)},
        {"says", json_of(what.says)},
        {"group", what.group},
        {"classes", json_of(what.classes)},
        {"id_parts", json_of(what.id_parts)},
        {"parts", json_of(what.parts)},
        {"personal", what.personal},
        {"commodity", what.commodity ? value(name_of(*what.commodity)) : nullptr},
        {"mark", name_of(what.how)},
        {"why", what.why},
        {"controller", what.facts.controller},
        {"purposes", json_of(what.facts.purposes)},
        {"basis", json_of(what.facts.basis)},
        {"sources", json_of(what.facts.sources)},
        {"recipients", json_of(what.facts.recipients)},
        {"transfers", json_of(what.facts.transfers)},
        {"portability", value_object{{"value", name_of(what.facts.portability.value)},
                                     {"mark", name_of(what.facts.portability.how)},
                                     {"why", what.facts.portability.why}}},
        {"statutory", json_of(statutory_rules(set, owner, what), on)},
        {"house", json_of(house_rules(owner, what), on)},
        {"held_in_force", std::move(held)},
        {"follows", std::move(follows)},
        {"no_retention", none ? value(none->rationale) : nullptr}};
}

}  // namespace

std::string formula_of(const rule& which, const rule_version& version) {
    if (which.end == end_function::calendar_year_end)
        return fmt::format("31 December of the year of ({}) + {}", name_of(which.starts),
                           to_string(version.length));
    return fmt::format("{} + {}", name_of(which.starts), to_string(version.length));
}

std::string show_table(const policy_set& set, const pack& owner, date on) {
    auto text = fmt::format(
        "{}: how long records are kept, on {} ({}; sells {})\n"
        "Source: {}, {}\n"
        "Answer promised within {}{}; where the statutory month is earlier, that counts.\n"
        "What the notice does not say is marked. \"not before\" holds a record, \"not after\" ends "
        "it.\n",
        owner.title.fi, to_string(on),
        owner.status == pack_status::draft ? std::string("draft")
                                           : fmt::format("reviewed by {}", owner.reviewed_by),
        list(owner.commodities), owner.notice.title,
        owner.notice.dated ? to_string(*owner.notice.dated) : "undated",
        to_string(owner.promise.value), suffix(owner.promise.how));
    std::string_view group;
    for (const auto* what : in_order_of_the_notice(owner)) {
        if (what->group != group) {
            group = what->group;
            const auto* heading = find(owner.groups, group);
            text += fmt::format("\n== {} ==\n", heading ? heading->name.fi : what->group);
        }
        text += "\n" + category_block(set, owner, *what, on);
    }
    if (!owner.gaps.empty()) text += "\n== What the notice lacks ==\n\n";
    for (const auto& [id, gap] : owner.gaps)
        text += fmt::format("- {} ({})\n  {}\n", gap.says, gap.law, gap.effect);
    return text;
}

value show_json(const policy_set& set, const pack& owner, date on) {
    value_array categories;
    for (const auto* what : in_order_of_the_notice(owner))
        categories.push_back(json_of(set, owner, *what, on));
    return value_object{{"tenant", owner.id},
                        {"title", json_of(owner.title)},
                        {"on", to_string(on)},
                        {"status", name_of(owner.status)},
                        {"commodities", json_of(owner.commodities)},
                        {"promise", value_object{{"period", to_string(owner.promise.value)},
                                                 {"mark", name_of(owner.promise.how)},
                                                 {"why", owner.promise.why}}},
                        {"categories", std::move(categories)}};
}

}  // namespace pykala
