// The vocabulary by itself: its names among themselves, and what nothing uses.
#include <set>
#include <string>

#include <fmt/format.h>

#include "engine/workflow/check_parts.hpp"

namespace pykala::workflow {
namespace {

using name_set = std::set<std::string, std::less<>>;

void add(name_set& into, const name_list& names) {
    into.insert(names.begin(), names.end());
}

// Facts that the check itself follows: a path is judged by them even where no guard names them.
constexpr std::string_view judged[] = {
    "answer_dispatched", "remedies_told",       "refusal_decided", "decided_in_full",
    "decided_in_part",   "nothing_held_signed", "identified"};

struct uses {
    name_set states, roles, conditions, effects, letters, inputs, types, dates, outcomes, kinds,
        scopes, transitions, choices;
};

void add_definition(uses& all, const definition& d) {
    add(all.kinds, d.kinds);
    for (const auto& [scope, unused] : d.assurance) all.scopes.insert(scope);
    for (const auto& s : d.states) {
        all.states.insert(s.name);
        add(all.conditions, s.pause_requires);
        add(all.conditions, s.pause_unless);
    }
    for (const auto& t : d.transitions) {
        all.transitions.insert(t.name);
        add(all.roles, t.by);
        for (const auto* names : {&t.requires_all, &t.unless, &t.system_requires})
            add(all.conditions, *names);
        add(all.effects, t.does);
        add(all.letters, t.sends);
        all.outcomes.insert(t.outcome);
        for (const auto& in : t.inputs) {
            all.inputs.insert(in.name);
            all.types.insert(in.type);
            for (const auto& choice : in.choices) all.choices.insert(in.name + "=" + choice);
        }
    }
    for (const auto& t : d.timers) {
        add(all.effects, t.does);
        all.dates.insert(t.date);
        all.conditions.insert(t.until);
    }
}

void report_unused(const check_context& context, const terms& known, const name_set& used,
                   std::string_view what) {
    for (const auto& [name, term] : known)
        if (!used.contains(name))
            context.report(term.at, "", -1, "W109",
                           fmt::format("nothing uses the {} `{}`", what, name),
                           "remove it, or use it in a workflow");
}

void check_facts(const check_context& context, const terms& setters, std::string_view what,
                 const name_set& only_letters) {
    for (const auto& [name, term] : setters)
        for (const auto* names : {&term.sets, &term.clears, &term.needs})
            for (const auto& fact : *names) {
                if (!context.set.words.facts.contains(fact))
                    context.report(term.at, "sets", -1, "W103",
                                   fmt::format("`{}` is not a fact of the vocabulary", fact));
                if (names == &term.sets && what == "effect" && only_letters.contains(fact))
                    context.report(term.at, "sets", -1, "W203",
                                   fmt::format("only a letter may set `{}`", fact),
                                   "a letter that left is the proof of it");
            }
}

}  // namespace

void check_vocabulary(const check_context& context) {
    const auto& words = context.set.words;
    const name_set only_letters{"answer_dispatched", "remedies_told", "lift_warned"};
    check_facts(context, words.effects, "effect", only_letters);
    check_facts(context, words.letters, "letter", only_letters);
    for (const auto& [name, effect] : words.effects) {
        const bool refuses = has(effect.sets, "refusal_decided");
        if (refuses &&
            !(effect.by_person && has(effect.takes, "ground") && has(effect.takes, "reason")))
            context.report(effect.at, "sets", -1, "W204",
                           fmt::format("`{}` refuses without a person, a ground or a reason", name),
                           "it needs by_person = true and takes = [\"ground\", \"reason\"]");
        if (has(effect.sets, "decided_in_part") &&
            !(effect.by_person && has(effect.takes, "reason")))
            context.report(effect.at, "sets", -1, "W204",
                           fmt::format("`{}` refuses a part without a person or a reason", name),
                           "it needs by_person = true and takes = [\"reason\"]");
        for (const auto& taken : effect.takes)
            if (!words.inputs.contains(taken))
                context.report(effect.at, "takes", -1, "W106",
                               fmt::format("`{}` is not an input of the vocabulary", taken));
    }
    for (const auto& [name, guard] : words.guards) {
        if (words.facts.contains(name))
            context.report(guard.at, "", -1, "W103",
                           fmt::format("`{}` is both a guard and a fact", name));
        if (!guard.rule.empty() && !context.law.rules.contains(guard.rule))
            context.report(guard.at, "rule", -1, "W108",
                           fmt::format("`{}` is not a rule of the policies", guard.rule));
    }
    for (const auto& [name, input] : words.inputs)
        if (!words.types.contains(input.type))
            context.report(input.at, "type", -1, "W106",
                           fmt::format("`{}` is not a type of the vocabulary", input.type));
}

void check_unused(const check_context& context) {
    const auto& words = context.set.words;
    uses all;
    for (const auto& fact : judged) all.conditions.emplace(fact);
    for (const auto& [name, unused] : context.set.workflows) add_definition(all, unused);
    for (const auto& [name, effect] : words.effects) add(all.conditions, effect.needs);
    report_unused(context, words.states, all.states, "state");
    report_unused(context, words.roles, all.roles, "role");
    report_unused(context, words.facts, all.conditions, "fact");
    report_unused(context, words.guards, all.conditions, "guard");
    report_unused(context, words.effects, all.effects, "effect");
    report_unused(context, words.letters, all.letters, "letter");
    report_unused(context, words.inputs, all.inputs, "input");
    report_unused(context, words.types, all.types, "type");
    report_unused(context, words.dates, all.dates, "date");
    report_unused(context, words.outcomes, all.outcomes, "outcome");
    report_unused(context, words.kinds, all.kinds, "kind");
    report_unused(context, words.scopes, all.scopes, "scope");
    report_unused(context, words.transitions, all.transitions, "transition");
    for (const auto& [name, input] : words.inputs)
        for (const auto& choice : input.choices)
            if (all.inputs.contains(name) &&
                !all.choices.contains(fmt::format("{}={}", name, choice)))
                context.report(input.at, "of", -1, "W109",
                               fmt::format("nothing uses the choice `{}` of `{}`", choice, name));
}

}  // namespace pykala::workflow
