#include <algorithm>

#include "engine/case/apply_fields.hpp"
#include "engine/case/dates.hpp"
#include "engine/case/steps.hpp"
#include "engine/case/values.hpp"

namespace pykala::cases {
namespace {

case_state after_event(const case_state& before, const event& e) {
    case_state after = before;
    apply(after, e);
    return after;
}

// A state pauses the clock only while all that its policy asks for holds.
bool clock_pauses(const procedure& how, const case_state& c, const facts& known) {
    const auto* state = workflow::find_state(how.flow, c.state);
    if (!state || state->clock != workflow::state_clock::paused || c.has("answer_dispatched"))
        return false;
    static const value_object no_inputs;
    const guard_view v{how, c, known, no_inputs};
    const auto holds_now = [&](const std::string& name) { return holds(name, v); };
    return std::ranges::all_of(state->pause_requires, holds_now) &&
           std::ranges::none_of(state->pause_unless, holds_now);
}

value pauses_value(const case_state& c) {
    value_array all;
    for (const auto& each : c.pauses)
        all.emplace_back(value_object{{"from", to_string(each.from)}, {"to", to_string(each.to)}});
    if (c.paused_since) all.emplace_back(value_object{{"from", to_string(*c.paused_since)}});
    return all;
}

checked follow_pauses(const procedure& how, const case_state& before, event& e,
                      const facts& known) {
    auto after = after_event(before, e);
    const bool pauses = clock_pauses(how, after, known);
    if (pauses == after.paused_since.has_value()) return {};
    if (pauses) {
        after.paused_since = e.on;
        put(e, "pauses", pauses_value(after));
        return {};
    }
    if (*after.paused_since < e.on) after.pauses.push_back({*after.paused_since, e.on});
    after.paused_since.reset();
    put(e, "pauses", pauses_value(after));
    PYKALA_TRY(const auto due, deadlines_for(how, *known.law, after.received_on, after.pauses,
                                             after.extended_to.has_value()));
    if (due != after.due) put(e, "dates", deadlines_value(due));
    return {};
}

bool is_waiting(const case_state& c, std::string_view timer) {
    return std::ranges::find(c.timers, timer, &pending_timer::name) != c.timers.end();
}

struct timer_view {
    const case_state& before;
    const case_state& after;
    const event& e;
    bool moved;  // a step that names the state in which the case stands enters it again

    bool has(std::string_view field) const { return e.fields.contains(field); }
    // Whether the timer belongs to a state that is left, and to nothing else.
    bool leaves(const workflow::timer& t) const {
        return t.start == workflow::timer_start::on_state && t.until.empty() &&
               t.starts_at == before.state && before.state != after.state;
    }
};

bool has_ended(const workflow::timer& t, const timer_view& v) {
    if (!t.until.empty() && v.after.has(t.until)) return true;
    const bool of_state = t.start == workflow::timer_start::on_state;
    if (v.after.closed() && v.moved) return !of_state || t.starts_at != v.after.state;
    return v.leaves(t);
}

// A timer starts where its file says so, and anew when a day that it counts from moves.
bool starts_now(const workflow::timer& t, const timer_view& v) {
    const bool dates_moved = v.has("dates") || v.has("extended_to");
    const bool waits = is_waiting(v.before, t.name);
    if (t.date == "erase_on" && v.has("deferred") && v.after.state == t.starts_at) return true;
    switch (t.start) {
        case workflow::timer_start::arrival:
            if (t.rule == "practice.access_before_erasure" &&
                (v.e.kind == kind_interlock_noted || v.before.version == 0))
                return true;
            return v.before.version == 0 || dates_moved;
        case workflow::timer_start::on_state:
            return v.moved && t.starts_at == v.after.state;
        case workflow::timer_start::by_transition:
            return v.e.kind == t.starts_at || (dates_moved && waits);
    }
    return false;
}

void follow_timers(const procedure& how, const case_state& before, event& e, const facts& known) {
    const auto after = after_event(before, e);
    const auto* taken = workflow::find_transition(how.flow, e.kind);
    const timer_view v{before, after, e, taken ? !taken->stays() : before.version == 0};
    value_array stop, start;
    for (const auto& t : how.flow.timers) {
        const bool ended = has_ended(t, v);
        const bool starts = !ended && starts_now(t, v);
        const bool forgets = v.leaves(t) && before.timers_fired.contains(t.name);
        if (((ended || starts) && is_waiting(before, t.name)) || forgets) stop.emplace_back(t.name);
        if (!starts) continue;
        const bool restarted = before.version > 0 && t.start == workflow::timer_start::arrival;
        const auto from = t.start == workflow::timer_start::arrival ? after.received_on : e.on;
        for (const auto day : firing_days(how, t, after, known, from)) {
            // what fired already does not fire again for a day that is past
            if (restarted && day <= e.on && !is_waiting(before, t.name)) continue;
            start.emplace_back(value_object{{"name", t.name}, {"on", to_string(day)}});
        }
    }
    if (stop.empty() && start.empty()) return;
    put(e, "timers", value_object{{"stop", std::move(stop)}, {"start", std::move(start)}});
}

}  // namespace

void fact_changes::note(const workflow::term& cause) {
    for (const auto& fact : cause.clears) {
        set.erase(fact);
        clear.insert(fact);
    }
    for (const auto& fact : cause.sets) {
        clear.erase(fact);
        set.insert(fact);
    }
}

void put_facts(event& e, const fact_changes& changes) {
    auto set = changes.set;
    for (const auto& fact : list_of(e["marks"]["set"])) set.insert(fact);
    if (set.empty() && changes.clear.empty()) return;
    put(e, "marks", value_object{{"set", list_value(set)}, {"clear", list_value(changes.clear)}});
}

checked follow(const procedure& how, const case_state& before, event& e, const facts& known) {
    PYKALA_CHECK(follow_pauses(how, before, e, known));
    follow_timers(how, before, e, known);
    return {};
}

}  // namespace pykala::cases
