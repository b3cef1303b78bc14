// A case moves to a newer procedure: it stays where it stands, and its days and timers become those
// of the newer one. Everything that it holds must have its place there, or be given one.
#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"
#include "engine/case/apply_fields.hpp"
#include "engine/case/dates.hpp"
#include "engine/case/steps.hpp"
#include "engine/case/values.hpp"

namespace pykala::cases {
namespace {

constexpr auto migrating_roles = std::to_array<std::string_view>({"administrator", "dpo"});
constexpr std::size_t reason_max = 10'000;  // bytes

template <class List>
bool stands_in(const List& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

// A room of names that a case holds and a workflow knows, and that may be called otherwise in the
// newer one. What is given an empty name there ends.
struct name_room {
    std::string_view name;
    std::string_view says;  // of one of its names, in messages
    bool may_end;
    name_set (*held)(const case_state& c);
    bool (*known)(const procedure& to, std::string_view name);
};

name_set state_held(const case_state& c) {
    return {c.state};
}

name_set timers_held(const case_state& c) {
    auto all = c.timers_fired;
    for (const auto& each : c.timers) all.insert(each.name);
    return all;
}

name_set facts_held(const case_state& c) {
    return c.facts;
}

name_set steps_held(const case_state& c) {
    name_set all;
    for (const auto& [name, who] : c.last_taken) all.insert(name);
    return all;
}

constexpr auto rooms = std::to_array<name_room>({
    {"states", "state", false, state_held,
     [](const procedure& to, std::string_view name) {
         return workflow::find_state(to.flow, name) != nullptr;
     }},
    {"facts", "fact", true, facts_held,
     [](const procedure& to, std::string_view name) { return to.words->facts.contains(name); }},
    {"timers", "timer", true, timers_held,
     [](const procedure& to, std::string_view name) {
         return workflow::find_timer(to.flow, name) != nullptr;
     }},
    {"transitions", "step", false, steps_held,
     [](const procedure& to, std::string_view name) {
         return workflow::find_transition(to.flow, name) != nullptr;
     }},
});

// What a name is called in the newer procedure; empty: it ends.
std::string renamed(const value& names, const std::string& name) {
    const auto& given = names[name];
    return given.as_string() ? *given.as_string() : name;
}

std::unexpected<problem> is_gone(std::string code, std::string detail, std::string hint) {
    return fail(problem_kind::refused, std::move(code), std::move(detail), std::move(hint));
}

checked check_asker(const case_state& c, const command& what) {
    if (what.expected_version && *what.expected_version != c.version)
        return fail(
            problem_kind::conflict, "version_moved",
            fmt::format("the case is at version {}, not {}", c.version, *what.expected_version),
            "read the case again");
    if (!stands_in(migrating_roles, what.by.role))
        return fail(problem_kind::forbidden, "wrong_role",
                    fmt::format("the role `{}` moves no case to another procedure", what.by.role),
                    fmt::format("it is for {}", fmt::join(migrating_roles, ", ")));
    for (const auto& [name, given] : what.inputs)
        if (name != "reason" && name != "names")
            return fail(problem_kind::invalid, "unknown_input",
                        fmt::format("a migration takes no input `{}`", name),
                        "`reason` and `names`");
    const auto reason = text_of(what.inputs, "reason");
    if (reason.find_first_not_of(" \t\r\n") == std::string::npos)
        return fail(problem_kind::invalid, "missing_input", "a migration needs a `reason`",
                    "it stays in the history of the case");
    if (reason.size() > reason_max)
        return fail(problem_kind::invalid, "bad_input", "`reason` is too long",
                    "at most 10,000 bytes");
    return {};
}

checked check_name(const name_room& room, const procedure& to, const case_state& c,
                   const std::string& old, const value& given) {
    const auto* now = given.as_string();
    const auto wrong = [&](std::string why, std::string hint) {
        return fail(problem_kind::invalid, "bad_input", std::move(why), std::move(hint));
    };
    if (!room.held(c).contains(old))
        return wrong(fmt::format("the case has no {} `{}`", room.says, old),
                     "name only what the case holds");
    if (room.known(to, old))
        return wrong(fmt::format("the newer workflow knows the {} `{}`", room.says, old),
                     "it keeps its name");
    if (now && now->empty() && room.may_end) return {};
    if (now && room.known(to, *now)) return {};
    return wrong(fmt::format("the newer workflow has no {} `{}`", room.says,
                             now ? *now : std::string("(no text)")),
                 "`pykala workflow draw` shows its names");
}

checked check_names(const procedure& to, const case_state& c, const value& names) {
    if (names.is_null()) return {};
    const auto* given = names.as_object();
    for (const auto& [room, all] : given ? *given : value_object{{"names", value()}}) {
        const auto found = std::ranges::find(rooms, room, &name_room::name);
        if (found == rooms.end() || !all.as_object())
            return fail(problem_kind::invalid, "bad_input", "`names` is not what it should be",
                        "states, facts, timers and transitions, each from the old name to the new");
        for (const auto& [old, now] : *all.as_object())
            PYKALA_CHECK(check_name(*found, to, c, old, now));
    }
    return {};
}

bool can_take(const procedure& to, const std::string& state, std::string_view effect) {
    return std::ranges::any_of(to.flow.transitions, [&](const workflow::transition& t) {
        return stands_in(t.from, state) && stands_in(t.does, effect);
    });
}

// State, kind, scope, facts and timers of the case, as it would stand.
checked check_place(const procedure& to, const case_state& c) {
    if (!workflow::find_state(to.flow, c.state))
        return is_gone(
            "state_is_gone",
            fmt::format("the newer workflow has no state `{}`, in which the case stands", c.state),
            "say what it is called there with --state, or take a step to a state that "
            "both workflows have");
    if (!c.kind.empty() && !stands_in(to.flow.kinds, c.kind))
        return is_gone("kind_is_gone",
                       fmt::format("the newer workflow has no kind of request `{}`", c.kind),
                       "the case ends under the workflow that it began with");
    if (!c.scope.empty() && !to.words->scopes.contains(c.scope))
        return is_gone("scope_is_gone",
                       fmt::format("the newer vocabulary has no scope `{}`", c.scope),
                       "the case ends under the workflow that it began with");
    for (const auto& fact : c.facts)
        if (!to.words->facts.contains(fact))
            return is_gone(
                "fact_is_gone",
                fmt::format("the newer vocabulary has no fact `{}`, which the case holds", fact),
                "say what it is called there with --fact OLD=NEW, or that it ends with OLD=");
    for (const auto& timer : timers_held(c))
        if (!workflow::find_timer(to.flow, timer))
            return is_gone(
                "timer_is_gone",
                fmt::format("the newer workflow has no timer `{}`, which the case waits for or has "
                            "heard",
                            timer),
                "say what it is called there with --timer OLD=NEW, or that it ends with OLD=");
    return {};
}

// What is under way must have an end in the newer procedure.
checked check_under_way(const procedure& to, const case_state& c) {
    const auto& state = *workflow::find_state(to.flow, c.state);
    if (c.paused_since && state.clock != workflow::state_clock::paused)
        return is_gone("pause_is_gone",
                       fmt::format("the clock of the case pauses, and the newer state `{}` allows "
                                   "no pause",
                                   c.state),
                       "end the pause first, by the step that takes the case out of it");
    if (std::ranges::any_of(c.tasks, [](const case_task& task) { return !task.done; }) &&
        !can_take(to, c.state, "finish_task"))
        return is_gone("task_is_gone",
                       "a task is open, and the newer workflow has no step that ends one",
                       "finish the open tasks first");
    const bool waits = std::ranges::any_of(
        c.orders, [](const register_order& order) { return order.result.empty(); });
    if (waits && !can_take(to, c.state, "record_register_answer"))
        return is_gone("order_is_gone",
                       "an order to a register waits for its answer, and the newer workflow has "
                       "no step that takes it",
                       "wait for the answer of the register");
    return {};
}

// The pending proposal that a step of four eyes looks at; null when nothing waits for one.
const std::string* pending_proposal(const workflow::definition& flow, const case_state& c,
                                    const workflow::transition& t) {
    const std::pair<const std::string, taken>* last = nullptr;
    for (const auto& name : t.not_same_person_as)
        if (const auto found = c.last_taken.find(name); found != c.last_taken.end())
            if (!last || found->second.seq > last->second.seq) last = &*found;
    if (!last) return nullptr;
    const auto* proposed = workflow::find_transition(flow, last->first);
    if (!proposed) return nullptr;
    const bool waits = proposed->stays() ? c.exception.has_value() : proposed->to == c.state;
    return waits ? &last->first : nullptr;
}

// Who proposed what waits for approval must not become free to approve it.
checked check_four_eyes(const procedure& to, const case_state& c, const case_state& moved,
                        const workflow::definition& old, const value& names) {
    for (const auto& t : old.transitions) {
        if (!stands_in(t.from, c.state)) continue;
        const auto* proposal = pending_proposal(old, c, t);
        if (!proposal) continue;
        const auto now = renamed(names["transitions"], *proposal);
        const auto knows = [&](const workflow::transition& each) {
            return stands_in(each.from, moved.state) && stands_in(each.not_same_person_as, now);
        };
        const auto* same = workflow::find_transition(to.flow, t.name);
        if (same ? knows(*same) : std::ranges::any_of(to.flow.transitions, knows)) continue;
        return is_gone("proposal_is_gone",
                       fmt::format("`{}` waits for a second person, and the newer workflow does "
                                   "not know it as a proposal",
                                   *proposal),
                       "say what the step is called there with --step OLD=NEW, or send the "
                       "proposal back first");
    }
    return {};
}

bool is_waiting(const case_state& c, std::string_view timer) {
    return std::ranges::find(c.timers, timer, &pending_timer::name) != c.timers.end();
}

std::vector<date> waits_on(const case_state& c, std::string_view timer) {
    std::vector<date> days;
    for (const auto& each : c.timers)
        if (each.name == timer) days.push_back(each.fires_on);
    return days;
}

// Timers from the arrival count anew by the rules of now, and those that only the newer workflow
// has begin: from the arrival if they count from it and its day is not past, else from today. A
// timer that waits since a step or a state keeps its day.
void follow_timers(const procedure& to, const case_state& moved, event& e, const facts& known,
                   const std::function<bool(const std::string&)>& was_there) {
    case_state after = moved;
    apply(after, e);
    auto stop = list_of(e["timers"]["stop"]);
    value_array start;
    if (const auto* begun = e["timers"]["start"].as_array()) start = *begun;
    for (const auto& t : to.flow.timers) {
        const bool by_arrival = t.start == workflow::timer_start::arrival;
        const bool waits = is_waiting(after, t.name);
        const bool here = t.start == workflow::timer_start::on_state && t.starts_at == after.state;
        const bool taken = t.start == workflow::timer_start::by_transition &&
                           after.last_taken.contains(t.starts_at);
        const bool begins = !waits && !was_there(t.name) && (by_arrival || here || taken);
        if (!begins && !(waits && by_arrival)) continue;
        if (!t.until.empty() && after.has(t.until)) continue;
        auto days = firing_days(to, t, after, known, by_arrival ? after.received_on : e.on);
        if (begins && by_arrival) std::erase_if(days, [&](date day) { return day <= e.on; });
        if (days == waits_on(after, t.name)) continue;
        if (waits) stop.push_back(t.name);
        for (const auto day : days)
            start.emplace_back(value_object{{"name", t.name}, {"on", to_string(day)}});
    }
    if (stop.empty() && start.empty()) return;
    put(e, "timers", value_object{{"stop", list_value(stop)}, {"start", std::move(start)}});
}

checked follow_days(const procedure& to, const case_state& moved, event& e, const facts& known) {
    const bool extended = moved.extended_to.has_value();
    PYKALA_TRY(const auto due,
               deadlines_for(to, *known.law, moved.received_on, moved.pauses, extended));
    if (due != moved.due) put(e, "dates", deadlines_value(due));
    if (extended && *moved.extended_to != due.extended_on)
        put(e, "extended_to", to_string(due.extended_on));
    return {};
}

}  // namespace

void fold_migrated(case_state& c, const event& e, const value& v) {
    c.procedure = e.procedure;
    const auto& names = v["names"];
    if (names.is_null()) return;
    c.state = renamed(names["states"], c.state);
    const auto all_renamed = [](const name_set& before, const value& by) {
        name_set now;
        for (const auto& each : before) now.insert(renamed(by, each));
        now.erase(std::string());
        return now;
    };
    c.facts = all_renamed(c.facts, names["facts"]);
    c.timers_fired = all_renamed(c.timers_fired, names["timers"]);
    for (auto& each : c.timers) each.name = renamed(names["timers"], each.name);
    std::erase_if(c.timers, [](const auto& each) { return each.name.empty(); });
    std::ranges::sort(c.timers, {}, [](const auto& each) {
        return std::pair(each.fires_on, std::string_view(each.name));
    });
    auto steps = std::exchange(c.last_taken, {});
    for (auto& [name, who] : steps)
        c.last_taken.insert_or_assign(renamed(names["transitions"], name), std::move(who));
}

result<step> decide_migration(const procedure& to, const case_state& c, const command& what,
                              const facts& known) {
    PYKALA_CHECK(check_asker(c, what));
    if (c.closed())
        return fail(problem_kind::refused, "case_closed",
                    "a closed case stays with the procedure that it was closed under",
                    "reopen it first, if it must be handled again");
    if (c.procedure == to.hash)
        return fail(problem_kind::refused, "nothing_to_migrate",
                    "the case follows the newest procedure already");
    const auto& names = member(what.inputs, "names");
    PYKALA_CHECK(check_names(to, c, names));

    step made;
    auto& e = made.happened = begin_event(to, c, what, known, kind_procedure_migrated);
    value_object migrated{{"from", c.procedure ? to_hex(*c.procedure) : std::string()},
                          {"to", to_hex(to.hash)}};
    if (!names.is_null()) migrated.emplace("names", names);
    case_state moved = c;
    fold_migrated(moved, e, value(migrated));
    PYKALA_CHECK(check_place(to, moved));
    PYKALA_CHECK(check_under_way(to, moved));
    if (known.leaves) {
        PYKALA_CHECK(check_four_eyes(to, c, moved, known.leaves->flow, names));
    }

    PYKALA_CHECK(follow_days(to, moved, e, known));
    PYKALA_CHECK(follow(to, moved, e, known));
    follow_timers(to, moved, e, known, [&](const std::string& name) {
        if (moved.timers_fired.contains(name)) return true;
        return !known.leaves || workflow::find_timer(known.leaves->flow, name) != nullptr;
    });
    put(e, "in_reason", text_of(what.inputs, "reason"));
    put(e, "migrated", std::move(migrated));
    return made;
}

}  // namespace pykala::cases
