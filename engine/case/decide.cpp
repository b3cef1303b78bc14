#include "engine/case/decide.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/case/steps.hpp"
#include "engine/case/values.hpp"

namespace pykala::cases {
namespace {

constexpr std::string_view system_role = "system";

bool stands_in(const workflow::name_list& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

std::unexpected<problem> refuse(const workflow::transition& t, std::string code, std::string detail,
                                std::string hint = {}) {
    return std::unexpected(problem{problem_kind::refused, std::move(code), std::move(detail),
                                   std::move(hint), t.cite});
}

// The pending proposal is that of the person who last took one of them.
bool proposed_it(const case_state& c, const workflow::transition& t, const actor& by) {
    const taken* last = nullptr;
    for (const auto& name : t.not_same_person_as)
        if (const auto found = c.last_taken.find(name); found != c.last_taken.end())
            if (!last || found->second.seq > last->seq) last = &found->second;
    return last && last->id == by.id && by.role != system_role;
}

checked check_actor(const workflow::transition& t, const case_state& c, const command& what,
                    const facts& known) {
    if (what.expected_version && *what.expected_version != c.version)
        return fail(
            problem_kind::conflict, "version_moved",
            fmt::format("the case is at version {}, not {}", c.version, *what.expected_version),
            "read the case again");
    if (known.related_to_requester)
        return fail(problem_kind::forbidden, "barred",
                    "whoever is related to the requester does not handle the case",
                    "give the case to somebody else");
    if (!stands_in(t.by, what.by.role))
        return fail(problem_kind::forbidden, "wrong_role",
                    fmt::format("`{}` is not for the role `{}`", t.name, what.by.role),
                    fmt::format("it is for {}", fmt::join(t.by, ", ")));
    if (!stands_in(t.from, c.state))
        return refuse(t, "wrong_state",
                      fmt::format("`{}` is not possible in the state `{}`", t.name, c.state),
                      fmt::format("it begins in {}", fmt::join(t.from, ", ")));
    if (!t.kinds.empty() && !stands_in(t.kinds, c.kind))
        return refuse(t, "wrong_kind",
                      fmt::format("`{}` is not for requests of the kind `{}`", t.name, c.kind));
    if (proposed_it(c, t, what.by))
        return fail(problem_kind::forbidden, "same_person",
                    "who proposed a decision does not approve it", "another person must look");
    return {};
}

// Runs letters, then effects, in the order of the file.
struct maker {
    const procedure& how;
    const case_state& c;
    const command& what;
    const facts& known;
    step made{};
    fact_changes changes{};

    checked send(const workflow::transition& t);
    checked run(const workflow::name_list& effects, std::string_view cause);
};

std::string way_of(const case_state& c, const command& what) {
    auto asked = text_of(what.inputs, "way");
    if (!asked.empty()) return asked;
    if (!c.who.answer_in.empty()) return c.who.answer_in;
    return c.who.has_portal ? "portal" : "post";
}

checked maker::send(const workflow::transition& t) {
    if (t.sends.empty()) return {};
    const auto on = date_of(what.inputs, "dispatched_on").value_or(what.on);
    if (on > what.on || on < c.received_on)
        return fail(problem_kind::invalid, "bad_dispatch_day",
                    fmt::format("a letter cannot have left on `{}`", to_string(on)),
                    "not before the request arrived, and not after today");
    const auto way = way_of(c, what);
    value_array letters;
    for (const auto& name : t.sends) {
        const auto term = how.words->letters.find(name);
        if (term == how.words->letters.end()) continue;
        value_object letter{{"name", name}, {"way", way}, {"on", to_string(on)}};
        letters.emplace_back(letter);
        letter.insert_or_assign("language", c.language);
        letter.insert_or_assign("to", term->second.to);
        // one notice of an event, however many letters it sends
        if (c.who.notice_wished && way == "portal" && term->second.to == "person" &&
            std::ranges::none_of(made.intents,
                                 [](const intent& each) { return flag_of(each.what, "notice"); }))
            letter.insert_or_assign("notice", true);
        made.intents.push_back({"letter", std::move(letter)});
        changes.note(term->second);
        if (stands_in(term->second.sets, "answer_dispatched"))
            put(made.happened, "answered_on", to_string(on));
        if (name == "identity_request" || name == "clarification_request")
            put(made.happened, "question_on", to_string(on));
    }
    put(made.happened, "letters", std::move(letters));
    return {};
}

checked maker::run(const workflow::name_list& effects, std::string_view cause) {
    const effect_view v{how, c, what, known, made.happened, made.intents, cause};
    for (const auto& name : effects) {
        const auto* effect = find_effect(name);
        const auto term = how.words->effects.find(name);
        if (!effect || term == how.words->effects.end())
            return fail(problem_kind::corrupt, "unknown_effect",
                        fmt::format("the program has no effect `{}`", name),
                        "`pykala workflow check` shows where it stands");
        PYKALA_CHECK(effect->run(v));
        changes.note(term->second);
    }
    return {};
}

// A person of the staff has acted: what put the case first has been seen.
void settle_alerts(const case_state& c, event& e) {
    constexpr auto staff = std::to_array<std::string_view>({"officer", "dpo", "reviewer"});
    const bool by_staff = std::ranges::find(staff, e.role) != staff.end();
    if (!by_staff || c.alerts.empty()) return;
    auto alerts = object_of(e["alerts"]);
    alerts.insert_or_assign("clear", true);
    put(e, "alerts", std::move(alerts));
}

result<step> take(const procedure& how, const case_state& c, const command& what,
                  const facts& known) {
    const auto* t = workflow::find_transition(how.flow, what.name);
    if (!t)
        return fail(problem_kind::invalid, "unknown_transition",
                    fmt::format("`{}` has no transition `{}`", how.flow.id, what.name));
    PYKALA_CHECK(check_actor(*t, c, what, known));
    PYKALA_CHECK(check_inputs(*t, what.inputs));
    const guard_view v{how, c, known, what.inputs, t};
    PYKALA_CHECK(check_open(*t, v, what.by.role == system_role));

    maker m{how, c, what, known};
    m.made.happened = begin_event(how, c, what, known, t->name);
    m.made.reasons = t->cite;
    auto& e = m.made.happened;
    for (const auto& [name, given] : what.inputs) put(e, "in_" + name, given);
    put(e, "moved", value_object{{"from", c.state}, {"to", t->target(c.state)}});
    if (!t->outcome.empty()) put(e, "outcome", t->outcome);
    if (!t->after.empty()) put(e, "used", t->after);
    PYKALA_CHECK(m.send(*t));
    PYKALA_CHECK(m.run(t->does, t->name));
    put_facts(e, m.changes);
    settle_alerts(c, e);
    PYKALA_CHECK(follow(how, c, e, known));
    return std::move(m.made);
}

result<step> fire(const procedure& how, const case_state& c, const command& what,
                  const facts& known) {
    const auto* t = workflow::find_timer(how.flow, what.name);
    const auto waiting = std::ranges::find(c.timers, what.name, &pending_timer::name);
    if (!t || waiting == c.timers.end())
        return fail(problem_kind::refused, "no_such_timer",
                    fmt::format("no timer `{}` waits", what.name));
    if (waiting->fires_on > what.on)
        return fail(
            problem_kind::refused, "too_early",
            fmt::format("timer `{}` waits until {}", what.name, to_string(waiting->fires_on)));
    maker m{how, c, what, known};
    m.made.happened = begin_event(how, c, what, known, kind_timer_fired);
    auto& e = m.made.happened;
    put(e, "fired", value_object{{"name", t->name}, {"on", to_string(waiting->fires_on)}});
    PYKALA_CHECK(m.run(t->does, t->name));
    put_facts(e, m.changes);
    PYKALA_CHECK(follow(how, c, e, known));
    return std::move(m.made);
}

result<step> note_interlock(const procedure& how, const case_state& c, const command& what,
                            const facts& known) {
    step made;
    made.happened = begin_event(how, c, what, known, kind_interlock_noted);
    PYKALA_CHECK(follow(how, c, made.happened, known));
    case_state after = c;
    apply(after, made.happened);
    if (after.timers == c.timers)
        return fail(problem_kind::refused, "nothing_moved",
                    "no day of this case hangs on the person's other cases");
    return made;
}

// What the decision knew that its case does not say, so that it can be computed again.
void put_known(event& e, const facts& known) {
    auto all = interlocks_value(known.others);
    if (known.findings) all.emplace("findings", true);
    if (e.fields.contains("orders")) all.emplace("registers", list_value(known.registers));
    if (!all.empty()) put(e, "known", std::move(all));
}

result<step> decide_by_kind(const procedure& how, const case_state& c, const command& what,
                            const facts& known) {
    if (what.kind == command_kind::transition) return take(how, c, what, known);
    if (what.kind == command_kind::file) return decide_filing(how, c, what, known);
    if (what.kind == command_kind::migrate) return decide_migration(how, c, what, known);
    if (what.by.role != system_role)
        return fail(problem_kind::forbidden, "wrong_role", "only the system does this");
    if (what.kind == command_kind::notice) return decide_notice(how, c, what, known);
    return what.kind == command_kind::timer ? fire(how, c, what, known)
                                            : note_interlock(how, c, what, known);
}

}  // namespace

event begin_event(const procedure& how, const case_state& c, const command& what,
                  const facts& known, std::string_view kind) {
    event e;
    e.kind = kind;
    e.seq = c.version;
    e.at = what.at;
    e.on = what.on;
    e.role = what.by.role;
    e.procedure = how.hash;
    if (known.law) e.law = known.law->hash;
    if (!what.by.id.empty()) put(e, "actor", what.by.id);
    return e;
}

checked check_open(const workflow::transition& t, const guard_view& v, bool by_system) {
    if (!t.after.empty() && !v.c.timers_fired.contains(t.after))
        return refuse(t, "too_early", fmt::format("`{}` waits for `{}`", t.name, t.after));
    const auto need = [&](const workflow::name_list& names) -> checked {
        for (const auto& name : names)
            if (!holds(name, v))
                return refuse(t, "needs_" + name,
                              fmt::format("`{}` is open only when `{}`", t.name, name));
        return {};
    };
    PYKALA_CHECK(need(t.requires_all));
    if (by_system) PYKALA_CHECK(need(t.system_requires));
    for (const auto& name : t.unless)
        if (holds(name, v))
            return refuse(t, "blocked_by_" + name,
                          fmt::format("`{}` is not open while `{}`", t.name, name));
    return {};
}

bool is_open(const workflow::transition& t, const guard_view& v, bool by_system) {
    if (!stands_in(t.from, v.c.state)) return false;
    if (!t.kinds.empty() && !stands_in(t.kinds, v.c.kind)) return false;
    return check_open(t, v, by_system).has_value();
}

result<step> decide(const procedure& how, const case_state& c, const command& what,
                    const facts& known) {
    auto made = decide_by_kind(how, c, what, known);
    if (made) put_known(made->happened, known);
    return made;
}

std::optional<std::string> next_by_system(const procedure& how, const case_state& c,
                                          const facts& known) {
    static const value_object no_inputs;
    const workflow::transition* by_timer = nullptr;
    for (const auto& t : how.flow.transitions) {
        if (!stands_in(t.by, system_role) || (!t.at_once && t.after.empty())) continue;
        if (std::ranges::any_of(t.inputs, &workflow::input::required)) continue;
        if (!is_open(t, {how, c, known, no_inputs, &t}, true)) continue;
        if (t.at_once) return t.name;
        if (!by_timer) by_timer = &t;
    }
    if (by_timer) return by_timer->name;
    return std::nullopt;
}

std::vector<std::string> open_transitions(const procedure& how, const case_state& c,
                                          const actor& by, const facts& known) {
    std::vector<std::string> open;
    static const value_object no_inputs;
    for (const auto& t : how.flow.transitions) {
        if (!stands_in(t.by, by.role) || known.related_to_requester) continue;
        if (proposed_it(c, t, by)) continue;
        auto asked = t;  // the method is not given yet
        std::erase(asked.requires_all, "method_sufficient");
        if (is_open(asked, {how, c, known, no_inputs, &t}, by.role == system_role))
            open.push_back(t.name);
    }
    return open;
}

}  // namespace pykala::cases
