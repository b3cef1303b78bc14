// Names, both ways: what a file says must be known, and what the vocabulary holds must be used.
#include <algorithm>

#include <fmt/format.h>

#include "engine/base/names.hpp"
#include "engine/base/nearest.hpp"
#include "engine/policy/vocabulary.hpp"
#include "engine/workflow/check_parts.hpp"

namespace pykala::workflow {
namespace {

template <class Map>
std::vector<std::string_view> keys_of(const Map& map) {
    std::vector<std::string_view> names;
    for (const auto& [name, unused] : map) names.push_back(name);
    return names;
}

template <class T>
std::vector<std::string_view> names_in(const std::vector<T>& all) {
    std::vector<std::string_view> names;
    for (const auto& each : all) names.push_back(each.name);
    return names;
}

struct name_checker {
    const check_context& context;
    const definition& d;

    void one(const place& table, std::string_view key, int index, std::string_view name,
             const std::vector<std::string_view>& known, const char* code,
             std::string_view what) const {
        for (const auto& each : known)
            if (each == name) return;
        context.report(table, key, index, code, fmt::format("`{}` is not {}", name, what),
                       hint_for(name, known));
    }

    void all(const place& table, std::string_view key, const name_list& names,
             const std::vector<std::string_view>& known, const char* code,
             std::string_view what) const {
        for (std::size_t i = 0; i < names.size(); ++i)
            one(table, key, int(i), names[i], known, code, what);
    }

    // Guards and facts stand side by side.
    void conditions(const place& table, std::string_view key, const name_list& names) const {
        auto known = keys_of(context.set.words.guards);
        for (const auto& [name, unused] : context.set.words.facts) known.push_back(name);
        all(table, key, names, known, "W103", "a guard or a fact of the vocabulary");
    }

    void rule(const place& table, std::string_view key, const std::string& name) const {
        std::vector<std::string_view> known(context.law.rules.begin(), context.law.rules.end());
        one(table, key, -1, name, known, "W108", "a rule of the policies");
    }

    void cites(const place& table, const name_list& cites) const;
    void inputs(const transition& t) const;
    void states() const;
    void transitions() const;
    void timers() const;
    void assurance() const;
    void grounds() const;
    void answer_law() const;
};

// `gdpr art. 12(3)`, `gdpr rec. 63` or `1336/1997 2:7(2)`, as citations of policies begin:
// `2016/679 12(3)`.
std::string as_policies_cite(const std::string& cite, const law_names& law) {
    const auto space = cite.find(' ');
    const auto act = law.numbers.find(std::string_view(cite).substr(0, space));
    if (space == std::string::npos || act == law.numbers.end()) return cite;
    auto rest = cite.substr(space + 1);
    if (rest.starts_with("art. ")) rest = rest.substr(5);
    if (rest.starts_with("rec. ")) rest = "recital " + rest.substr(5);
    return act->second + " " + rest;
}

// The whole citation, or one that goes on below it: `17` stands for `17(1)(a)`, not for `170`.
bool covers(const std::string& wide, const std::string& narrow) {
    return narrow.starts_with(wide) && (narrow.size() == wide.size() ||
                                        narrow[wide.size()] == '(' || narrow[wide.size()] == ' ');
}

void name_checker::cites(const place& table, const name_list& cites) const {
    for (std::size_t i = 0; i < cites.size(); ++i) {
        const auto cite = as_policies_cite(cites[i], context.law);
        bool found = false;
        for (const auto& known : context.law.cites) found = found || covers(cite, known);
        if (!found)
            context.report(table, "cite", int(i), "W108",
                           fmt::format("no policy file holds `{}`", cites[i]),
                           "add a [provision] for it, or cite one that is there");
    }
}

void name_checker::inputs(const transition& t) const {
    const auto& words = context.set.words;
    for (const auto& each : t.inputs) {
        const auto key = each.required ? "input" : "optional";
        const auto& table = each.at;
        const auto known = words.inputs.find(each.name);
        if (known == words.inputs.end()) {
            one(table, key, -1, each.name, keys_of(words.inputs), "W106",
                "an input of the vocabulary");
            continue;
        }
        if (known->second.type != each.type)
            context.report(table, key, -1, "W106",
                           fmt::format("`{}` is a `{}`, not a `{}`", each.name, known->second.type,
                                       each.type));
        const std::vector<std::string_view> choices(known->second.choices.begin(),
                                                    known->second.choices.end());
        for (const auto& choice : each.choices)
            if (!has(known->second.choices, choice))
                context.report(table, key, -1, "W106",
                               fmt::format("`{}` cannot be `{}`", each.name, choice),
                               hint_for(choice, choices));
    }
}

void name_checker::states() const {
    const auto known = keys_of(context.set.words.states);
    for (const auto& s : d.states) {
        one(s.at, "kind", -1, s.name, known, "W101", "a state of the vocabulary");
        conditions(s.at, "pause_requires", s.pause_requires);
        conditions(s.at, "pause_unless", s.pause_unless);
        if (s.clock == state_clock::paused) rule(s.at, "pause", s.pause);
    }
}

void name_checker::transitions() const {
    const auto& words = context.set.words;
    const auto state_names = names_in(d.states);
    auto targets = state_names;
    targets.push_back("same");
    for (const auto& t : d.transitions) {
        one(t.at, "from", -1, t.name, keys_of(words.transitions), "W107",
            "a transition of the vocabulary");
        all(t.at, "from", t.from, state_names, "W101", "a state");
        one(t.at, "to", -1, t.to, targets, "W101", "a state");
        all(t.at, "by", t.by, keys_of(words.roles), "W102", "a role");
        all(t.at, "kinds", t.kinds, {d.kinds.begin(), d.kinds.end()}, "W107",
            "a kind of this request");
        if (!t.after.empty())
            one(t.at, "after", -1, t.after, names_in(d.timers), "W107", "a timer");
        conditions(t.at, "requires", t.requires_all);
        conditions(t.at, "unless", t.unless);
        conditions(t.at, "system_requires", t.system_requires);
        inputs(t);
        all(t.at, "sends", t.sends, keys_of(words.letters), "W105", "a letter");
        all(t.at, "does", t.does, keys_of(words.effects), "W104", "an effect");
        if (!t.outcome.empty())
            one(t.at, "outcome", -1, t.outcome, keys_of(words.outcomes), "W107", "an outcome");
        all(t.at, "not_same_person_as", t.not_same_person_as, names_in(d.transitions), "W107",
            "a transition");
        cites(t.at, t.cite);
    }
}

void name_checker::timers() const {
    const auto& words = context.set.words;
    for (const auto& t : d.timers) {
        if (!t.rule.empty()) rule(t.at, "rule", t.rule);
        if (!t.date.empty()) one(t.at, "date", -1, t.date, keys_of(words.dates), "W107", "a date");
        if (t.start == timer_start::on_state)
            one(t.at, "starts", -1, t.starts_at, names_in(d.states), "W101", "a state");
        if (t.start == timer_start::by_transition)
            one(t.at, "starts", -1, t.starts_at, names_in(d.transitions), "W107", "a transition");
        if (!t.until.empty())
            one(t.at, "until", -1, t.until, keys_of(words.facts), "W103", "a fact");
        all(t.at, "does", t.does, keys_of(words.effects), "W104", "an effect");
    }
}

void name_checker::assurance() const {
    std::vector<std::string_view> scopes{"default"};
    for (const auto& kind : d.kinds) scopes.push_back(kind);
    for (const auto& [name, unused] : context.set.words.scopes) scopes.push_back(name);
    for (const auto& [scope, levels] : d.assurance) {
        one(d.assurance_at, scope, -1, scope, scopes, "W107", "default, a kind or a scope");
        all(d.assurance_at, scope, levels, all_names<pykala::assurance>(), "W107",
            "a level of assurance");
    }
    if (!d.assurance.contains("default"))
        context.report(d.assurance_at, "default", -1, "W107", "`assurance` has no `default`",
                       "say how surely we must know who asks");
}

// Decisions about parts are choices of these inputs.
std::vector<std::string_view> decisions_of(const vocabulary& words) {
    std::vector<std::string_view> all;
    for (const auto* input : {"decision", "finding", "field_result"})
        if (const auto found = words.inputs.find(input); found != words.inputs.end())
            all.insert(all.end(), found->second.choices.begin(), found->second.choices.end());
    return all;
}

void name_checker::grounds() const {
    const auto decisions = decisions_of(context.set.words);
    const std::vector<std::string_view> known(context.law.grounds.begin(),
                                              context.law.grounds.end());
    for (const auto& [decision, ground] : d.grounds) {
        one(d.grounds_at, decision, -1, decision, decisions, "W106",
            "a decision about records, fields or uses");
        one(d.grounds_at, decision, -1, ground, known, "W108",
            "a ground that a provision of the policies stands behind");
    }
    // whoever looks before release says what may not leave, and not why the law has it so
    for (const auto& t : d.transitions) {
        if (!has(t.does, "record_release_check")) continue;
        for (const auto& each : t.inputs)
            for (const auto& choice : each.choices)
                if ((choice == "withhold" || choice == "redact") && !d.grounds.contains(choice))
                    context.report(each.at, each.required ? "input" : "optional", -1, "W122",
                                   fmt::format("`{}` is decided without a ground", choice),
                                   fmt::format("give it one in [ground]: {} = \"…\"", choice));
    }
}

void name_checker::answer_law() const {
    const bool gives = std::ranges::any_of(
        d.transitions, [](const transition& t) { return has(t.does, "make_package"); });
    if (gives && d.answer_under.empty())
        context.report(d.at, "answer_under", -1, "W122",
                       "data are handed out, and the file does not say under which provision",
                       "write answer_under = \"act.provision\"");
    if (d.answer_under.empty()) return;
    const std::vector<std::string_view> known(context.law.provisions.begin(),
                                              context.law.provisions.end());
    one(d.at, "answer_under", -1, d.answer_under, known, "W108", "a provision of the policies");
}

}  // namespace

void check_names(const check_context& context, const definition& d) {
    const name_checker names{context, d};
    names.all(d.at, "kinds", d.kinds, keys_of(context.set.words.kinds), "W107",
              "a kind of the vocabulary");
    names.cites(d.at, d.cite);
    names.assurance();
    names.grounds();
    names.answer_law();
    names.states();
    names.transitions();
    names.timers();
}

}  // namespace pykala::workflow
