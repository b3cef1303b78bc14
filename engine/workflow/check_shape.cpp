// What can be judged at one state, one transition or one timer.
#include <algorithm>

#include <fmt/format.h>

#include "engine/workflow/check_parts.hpp"

namespace pykala::workflow {
namespace {

// The two states in which we wait for the person; a clock may pause nowhere else.
constexpr std::string_view waiting[] = {"verifying", "clarifying"};
constexpr std::string_view needs_second_person = "awaiting_approval";
constexpr std::string_view strong = "strongly_identified";

const term* find_term(const terms& all, std::string_view name) {
    const auto found = all.find(name);
    return found == all.end() ? nullptr : &found->second;
}

bool is_final(const definition& d, std::string_view name) {
    const auto* s = find_state(d, name);
    return s && s->kind == state_kind::final;
}

// The rule that allows the pause is the one that a guard of the pause measures against.
bool pause_is_allowed(const check_context& context, const state& s) {
    const bool measured = std::ranges::any_of(s.pause_requires, [&](const auto& name) {
        const auto* guard = find_term(context.set.words.guards, name);
        return guard && !guard->rule.empty() && guard->rule == s.pause;
    });
    return std::ranges::find(waiting, s.name) != std::end(waiting) && measured &&
           has(s.pause_unless, strong);
}

void check_states(const check_context& context, const definition& d) {
    const auto initial = std::ranges::count(d.states, state_kind::initial, &state::kind);
    if (initial != 1)
        context.report(d.at, "state", -1, "W110",
                       fmt::format("{} states are `initial`, one must be", initial));
    for (const auto& s : d.states) {
        const bool begins = s.kind == state_kind::initial || s.kind == state_kind::reopened;
        if (s.kind == state_kind::final && s.clock != state_clock::stopped)
            context.report(s.at, "clock", -1, "W111",
                           fmt::format("the clock of the final state `{}` does not stop", s.name));
        if (begins && s.clock != state_clock::running)
            context.report(s.at, "clock", -1, "W111",
                           fmt::format("the clock of `{}` must be running", s.name),
                           "it runs even if nobody has read the request yet");
        if (s.clock == state_clock::paused && !pause_is_allowed(context, s))
            context.report(s.at, "clock", -1, "W112",
                           fmt::format("nothing allows the clock to pause in `{}`", s.name),
                           "only verifying and clarifying pause, unless strongly_identified, while "
                           "a guard that measures against the rule of `pause` holds");
    }
}

void check_ends(const check_context& context, const definition& d, const transition& t) {
    const auto* target = find_state(d, t.to);
    for (std::size_t i = 0; i < t.from.size(); ++i)
        if (is_final(d, t.from[i]) && !t.stays() &&
            !(target && target->kind == state_kind::reopened))
            context.report(t.at, "from", int(i), "W113",
                           fmt::format("`{}` leaves the final state `{}`", t.name, t.from[i]),
                           "only a transition into a reopened state may");
    const bool ends = target && target->kind == state_kind::final;
    if (ends && t.outcome.empty())
        context.report(t.at, "to", -1, "W114",
                       fmt::format("`{}` closes the case without an `outcome`", t.name));
    if (!ends && !t.outcome.empty())
        context.report(t.at, "outcome", -1, "W114",
                       fmt::format("`{}` does not close the case and has no outcome", t.name));
    if (t.stays() && t.sends.empty() && t.does.empty())
        context.report(t.at, "to", -1, "W115", fmt::format("`{}` changes nothing", t.name),
                       "give it an effect or a letter");
}

void check_effects(const check_context& context, const transition& t) {
    for (std::size_t i = 0; i < t.does.size(); ++i) {
        const auto* effect = find_term(context.set.words.effects, t.does[i]);
        if (!effect) continue;
        for (const auto& needed : effect->takes)
            if (!std::ranges::any_of(
                    t.inputs, [&](const input& in) { return in.name == needed && in.required; }))
                context.report(t.at, "does", int(i), "W116",
                               fmt::format("`{}` needs the input `{}`", t.does[i], needed));
        if (effect->by_person && has(t.by, "system"))
            context.report(t.at, "by", -1, "W116",
                           fmt::format("`{}` is done by a person, never by the system", t.does[i]));
    }
}

void check_system(const check_context& context, const transition& t) {
    const bool by_timer = !t.after.empty() && has(t.by, "system");
    if (t.at_once && !has(t.by, "system"))
        context.report(t.at, "at_once", -1, "W117",
                       fmt::format("`{}` is taken at once, but not by the system", t.name),
                       "add system to `by`");
    if (!t.system_requires.empty() && !t.at_once && !by_timer)
        context.report(t.at, "system_requires", -1, "W117",
                       fmt::format("the system never takes `{}` by itself", t.name));
    if (t.at_once || by_timer)
        for (const auto& in : t.inputs)
            if (in.required)
                context.report(in.at, "", -1, "W117",
                               fmt::format("the system cannot give the input `{}`", in.name));
}

void check_timers(const check_context& context, const definition& d) {
    for (const auto& t : d.timers) {
        const int sources = int(!t.rule.empty()) + int(!t.wait.empty()) + int(!t.date.empty());
        if (sources != 1)
            context.report(t.at, "rule", -1, "W118",
                           fmt::format("`{}` needs exactly one of rule, wait and date", t.name));
        if (t.wait.empty() != t.reason.empty())
            context.report(t.at, "wait", -1, "W118",
                           fmt::format("`{}` needs both `wait` and `reason` or neither", t.name),
                           "a period of our own choice says why");
        for (std::size_t i = 0; i < t.does.size(); ++i) {
            const auto* effect = find_term(context.set.words.effects, t.does[i]);
            if (effect && (effect->by_person || !effect->takes.empty() || !effect->sets.empty() ||
                           !effect->clears.empty()))
                context.report(t.at, "does", int(i), "W116",
                               fmt::format("no timer may do `{}`", t.does[i]),
                               "let a transition do it that names the timer in `after`");
        }
    }
    for (const auto& [rule, limit] : context.law.deadlines) {
        const auto start = limit.extends ? timer_start::by_transition : timer_start::arrival;
        const bool watched = std::ranges::any_of(d.timers, [&](const timer& t) {
            return t.rule == rule && t.start == start && t.until == "answer_dispatched" &&
                   has(t.does, "note_overdue");
        });
        if (!watched)
            context.report(d.at, "timer", -1, "W119",
                           fmt::format("no timer watches over `{}`", rule),
                           limit.extends ? "it starts by the extension, ends with "
                                           "answer_dispatched, and does note_overdue"
                                         : "it starts with the arrival, ends with "
                                           "answer_dispatched, and does note_overdue");
    }
}

// Whoever proposed must not approve: every way into the state is named by every way on.
void check_four_eyes(const check_context& context, const definition& d) {
    for (const auto& t : d.transitions) {
        if (!t.not_same_person_as.empty() && has(t.by, "system"))
            context.report(t.at, "by", -1, "W120",
                           fmt::format("`{}` needs a second person", t.name));
        if (!has(t.from, needs_second_person) || t.stays()) continue;
        const auto* target = find_state(d, t.to);
        const bool goes_back = target && std::ranges::any_of(d.transitions, [&](const auto& in) {
                                   return in.to == needs_second_person && has(in.from, t.to);
                               });
        if (goes_back || t.outcome == "withdrawn") continue;
        for (const auto& in : d.transitions)
            if (in.to == needs_second_person && kinds_meet(in, t) &&
                !has(t.not_same_person_as, in.name))
                context.report(
                    t.at, "not_same_person_as", -1, "W120",
                    fmt::format("the person who took `{}` could also take `{}`", in.name, t.name),
                    fmt::format("add `{}` to not_same_person_as", in.name));
    }
}

}  // namespace

void check_shape(const check_context& context, const definition& d) {
    check_states(context, d);
    for (const auto& t : d.transitions) {
        check_ends(context, d, t);
        check_effects(context, t);
        check_system(context, t);
    }
    check_timers(context, d);
    check_four_eyes(context, d);
}

}  // namespace pykala::workflow
