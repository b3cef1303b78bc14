// Ids and citations that lead nowhere.
#include <algorithm>
#include <set>

#include "engine/policy/check_parts.hpp"

namespace pykala::checking {
namespace {

template <class T>
void check_id(const context& in, const place& table, std::string_view key, int index,
              const std::string& id, const by_id<T>& all, std::string_view what) {
    if (id.empty() || all.contains(id)) return;
    std::vector<std::string_view> names;
    for (const auto& entry : all) names.push_back(entry.first);
    in.error(in.at(table, key, index), "P01", fmt::format("`{}` is no {}", id, what),
             hint_for(id, names));
}

template <class T>
void check_ids(const context& in, const place& table, std::string_view key,
               const std::vector<std::string>& ids, const by_id<T>& all, std::string_view what) {
    for (std::size_t i = 0; i < ids.size(); ++i)
        check_id(in, table, key, int(i), ids[i], all, what);
}

// `1336/1997` of `1336/1997 2:10(2)`; empty when the text does not begin with the number of an act.
std::string_view act_number(std::string_view cite) {
    const auto number = cite.substr(0, cite.find(' '));
    const auto slash = number.find('/');
    if (slash == std::string_view::npos || slash == 0 || number.size() < slash + 3) return {};
    for (std::size_t i = 0; i < number.size(); ++i)
        if (i != slash && (number[i] < '0' || number[i] > '9')) return {};
    return number;
}

// A citation outside its own act: where it names an act by number, we must hold that act.
void check_cite(const context& in, const std::set<std::string_view>& acts, const place& table,
                std::string_view key, int index, std::string_view cite) {
    const auto number = act_number(cite);
    if (number.empty() || acts.contains(number)) return;
    const std::vector<std::string_view> names(acts.begin(), acts.end());
    in.error(
        in.at(table, key, index), "P02",
        fmt::format("`{}` cites the act {}, which is not among policies/statutes", cite, number),
        hint_for(number, names));
}

// `2016/679 art 12; 1050/2018 s 29` cites two acts.
std::vector<std::string_view> pieces_of(std::string_view cites) {
    std::vector<std::string_view> all;
    while (!cites.empty()) {
        const auto end = std::min(cites.find(';'), cites.size());
        all.push_back(cites.substr(0, end));
        cites.remove_prefix(std::min(cites.size(), end + 1));
        cites.remove_prefix(std::min(cites.find_first_not_of(' '), cites.size()));
    }
    return all;
}

void check_own_cite(const context& in, const place& table, const std::string& cite,
                    const std::string& number) {
    if (cite.empty() || number.empty() || cite.starts_with(number + " ") || cite == number) return;
    in.error(in.at(table, "cite"), "P02",
             fmt::format("`{}` does not begin with the number of its act, {}", cite, number));
}

void check_statutes(const context& in) {
    for (const auto& [id, act] : in.set.statutes) {
        for (const auto& each : act.rules)
            if (const auto* held = find(in.set.rules, each))
                check_own_cite(in, held->at, held->cite, act.number);
        for (const auto& each : act.deadlines)
            if (const auto* held = find(in.set.deadlines, each))
                check_own_cite(in, held->at, held->cite, act.number);
        for (const auto& each : act.provisions)
            if (const auto* held = find(in.set.provisions, each))
                check_own_cite(in, held->at, held->cite, act.number);
    }
}

void check_other_cites(const context& in) {
    std::set<std::string_view> acts;
    for (const auto& [id, act] : in.set.statutes) acts.insert(act.number);
    for (const auto& [id, each] : in.set.case_rules)
        check_cite(in, acts, each.at, "cite", -1, each.cite);
    for (const auto& [id, each] : in.set.practice)
        check_cite(in, acts, each.at, "cite", -1, each.cite);
    for (const auto& [id, each] : in.set.countings)
        for (std::size_t i = 0; i < each.cite.size(); ++i)
            check_cite(in, acts, each.at, "cite", int(i), each.cite[i]);
    for (const auto& [id, owner] : in.set.packs)
        for (const auto& [gap, each] : owner.gaps)
            for (const auto piece : pieces_of(each.law))
                check_cite(in, acts, each.at, "law", -1, piece);
}

void check_facts(const context& in, const pack& owner, const place& at,
                 const processing_facts& facts) {
    if (in.written(at, "controller"))
        check_id(in, at, "controller", -1, facts.controller, owner.controllers,
                 "controller of this pack");
    if (in.written(at, "purposes"))
        check_ids(in, at, "purposes", facts.purposes.value, owner.purposes, "purpose");
    if (in.written(at, "sources"))
        check_ids(in, at, "sources", facts.sources.value, owner.sources, "source");
    if (in.written(at, "recipients"))
        check_ids(in, at, "recipients", facts.recipients.value, owner.recipients, "recipient");
    if (in.written(at, "transfers"))
        check_ids(in, at, "transfers", facts.transfers.value, owner.transfers, "transfer");
}

void check_rule(const context& in, const rule& each) {
    check_ids(in, each.at, "classes", each.classes, in.set.classes, "class");
    check_ids(in, each.at, "id_parts", each.id_parts, in.set.id_parts, "part of identity");
}

void check_names_of(const context& in, const pack& owner) {
    check_id(in, owner.at, "calendar", -1, owner.calendar, in.set.calendars, "calendar");
    for (const auto& [id, each] : owner.facts) check_facts(in, owner, each.at, each);
    for (const auto& [id, each] : owner.transfers)
        check_id(in, each.at, "recipient", -1, each.recipient, owner.recipients, "recipient");
    for (const auto& [id, each] : owner.no_retentions) {
        check_ids(in, each.at, "classes", each.classes, in.set.classes, "class");
        check_ids(in, each.at, "id_parts", each.id_parts, in.set.id_parts, "part of identity");
    }
    for (const auto& [id, each] : owner.house) {
        check_ids(in, each.at, "categories", each.categories, owner.categories, "category");
        check_ids(in, each.at, "except", each.except, owner.categories, "category");
    }
    for (const auto& [id, each] : owner.categories) {
        check_id(in, each.at, "group", -1, each.group, owner.groups, "group");
        check_ids(in, each.at, "classes", each.classes, in.set.classes, "class");
        check_ids(in, each.at, "id_part", each.id_parts, in.set.id_parts, "part of identity");
        check_id(in, each.at, "facts", -1, each.facts_id, owner.facts, "[facts] of this pack");
        check_ids(in, each.at, "parts", each.parts, owner.categories, "category");
        check_facts(in, owner, each.at, each.facts);
    }
}

}  // namespace

void check_names(const context& in) {
    check_statutes(in);
    check_other_cites(in);
    for (const auto& [id, each] : in.set.id_parts)
        check_ids(in, each.at, "follows_classes", each.follows_classes, in.set.classes, "class");
    for (const auto& [id, each] : in.set.countings)
        check_id(in, each.at, "calendar", -1, each.calendar, in.set.calendars, "calendar");
    for (const auto& [id, each] : in.set.deadlines)
        for (const auto& version : each.versions)
            check_id(in, version.at, "counting", -1, version.counting, in.set.countings,
                     "counting");
    each_rule(in.set, [&](const rule& each) { check_rule(in, each); });
    for (const auto& [id, owner] : in.set.packs) check_names_of(in, owner);
}

}  // namespace pykala::checking
