#include "api/command_line/workflow_trace.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "engine/assess/table.hpp"
#include "engine/case/guards.hpp"
#include "engine/case/values.hpp"
#include "engine/load/load_workflow.hpp"
#include "engine/log/canonical_json.hpp"

#include "api/command_line/print.hpp"
#include "api/command_line/random_commands.hpp"
#include "api/definitions/definitions.hpp"
#include "api/definitions/law.hpp"

namespace pykala::api {
namespace {

using namespace cases;

constexpr auto roles = std::to_array<std::string_view>(
    {"customer", "representative", "officer", "reviewer", "dpo", "customer_service", "system"});
constexpr auto tenant = "valkeakoski";
// A case that nobody can bring to an end is left after so many attempts.
constexpr std::size_t attempts_of_a_case = 120;

class tracer {
public:
    tracer(const procedure& how, const tenant_law& law, std::uint64_t seed)
        : how_(how), law_(law), random_(seed, how, law) {}

    // One attempt, as a line.
    value_object line();

private:
    facts known_now() const;
    value_object situation(const facts& known) const;
    value guards_that_differ(const guard_view& plain, const workflow::transition& t,
                             const value_object& inputs) const;
    value_object open_steps(const facts& known) const;
    value_object attempt_of(const attempt& made, const facts& known) const;
    value_object answer(const attempt& made, facts known);
    value_object take(const step& made, const facts& known);
    void begin_case();
    void let_days_pass();

    const procedure& how_;
    const tenant_law& law_;
    random_commands random_;
    case_state now_{};
    std::vector<case_state> others_{};
    date today_ = make_date(2026, 1, 5);
    std::size_t cases_ = 0, attempts_ = 0;
};

value_object tracer::line() {
    if (now_.version == 0 || attempts_ >= attempts_of_a_case ||
        (now_.closed() && random_.once_in(5)))
        begin_case();
    else
        let_days_pass();
    ++attempts_;
    const auto known = known_now();
    const bool fresh = now_.version == 0;
    const auto made = fresh ? random_.filing(today_) : random_.next(now_, known);
    value_object out{{"case", static_cast<std::int64_t>(cases_)}, {"on", to_string(today_)}};
    out.emplace("before", fresh ? value() : situation(known));
    out.emplace("open", fresh ? value() : open_steps(known));
    out.emplace("attempt", attempt_of(made, known));
    out.emplace("answer", answer(made, known));
    return out;
}

// Another request of the same person, so that interlocks have something to look at.
void tracer::begin_case() {
    now_ = {};
    ++cases_;
    attempts_ = 0;
    others_.clear();
    today_ = make_date(2026, 1, 5) + std::chrono::days(random_.below(330));
    if (!random_.once_in(3)) return;
    case_state other;
    other.version = 1;
    other.right = how_.flow.id == "access" ? "erasure" : "access";
    other.state = "in_progress";
    other.due.act_by = today_ + std::chrono::days(25);
    others_.push_back(std::move(other));
}

void tracer::let_days_pass() {
    if (random_.once_in(4))
        today_ += std::chrono::days(random_.once_in(6) ? 30 + random_.below(60) : random_.below(9));
    if (!others_.empty() && random_.once_in(10)) others_.front().facts.insert("answer_dispatched");
}

facts tracer::known_now() const {
    facts known;
    known.today = today_;
    known.law = &law_;
    known.registers = sample_registers();
    known.others = interlocks_of(others_);
    return known;
}

// Guards of a step that answer otherwise when they see the step and its inputs.
value tracer::guards_that_differ(const guard_view& plain, const workflow::transition& t,
                                 const value_object& inputs) const {
    const guard_view seen{plain.how, plain.c, plain.known, inputs, &t};
    name_set differ;
    for (const auto* names : {&t.requires_all, &t.system_requires, &t.unless})
        for (const auto& name : *names)
            if (is_guard(name) && holds(name, seen) != holds(name, plain)) differ.insert(name);
    return list_value(differ);
}

value_object tracer::situation(const facts& known) const {
    static const value_object no_inputs;
    const guard_view plain{how_, now_, known, no_inputs};
    value_array hold;
    for (const auto& guards : {guards_of_people(), guards_of_records()})
        for (const auto& guard : guards)
            if (guard.holds(plain)) hold.emplace_back(guard.name);
    value_object differ;
    for (const auto& t : how_.flow.transitions)
        if (auto names = guards_that_differ(plain, t, no_inputs); !names.as_array()->empty())
            differ.emplace(t.name, std::move(names));
    value_object last;
    for (const auto& [name, who] : now_.last_taken)
        last.emplace(name, value_array{static_cast<std::int64_t>(who.seq), who.id});
    name_set timers;
    for (const auto& timer : now_.timers) timers.insert(timer.name);
    return {{"kind", now_.kind.empty() ? value() : value(now_.kind)},
            {"scope", now_.scope},
            {"assurance", now_.who.assurance},
            {"state", now_.state},
            {"outcome", now_.outcome.empty() ? value() : value(now_.outcome)},
            {"facts", list_value(now_.facts)},
            {"guards", std::move(hold)},
            {"guards_of_step", std::move(differ)},
            {"last", std::move(last)},
            {"running", list_value(timers)},
            {"fired", list_value(now_.timers_fired)},
            {"paused", now_.paused_since.has_value()}};
}

value_object tracer::open_steps(const facts& known) const {
    value_object all;
    for (const auto& role : roles)
        all.emplace(role,
                    list_value(open_transitions(how_, now_, {std::string(role), "nobody"}, known)));
    return all;
}

value_object tracer::attempt_of(const attempt& made, const facts& known) const {
    constexpr auto kinds =
        std::to_array<std::string_view>({"file", "transition", "timer", "interlock"});
    value_object out{{"what", std::string(kinds[static_cast<std::size_t>(made.what.kind)])},
                     {"name", made.what.name},
                     {"role", made.what.by.role},
                     {"by", made.what.by.id},
                     {"inputs", made.what.inputs}};
    static const value_object no_inputs;
    const auto* t = workflow::find_transition(how_.flow, made.what.name);
    if (made.what.kind != command_kind::transition || !t) return out;
    out.emplace("guards_of_step",
                guards_that_differ({how_, now_, known, no_inputs}, *t, made.what.inputs));
    return out;
}

// Refused, or the step and every step that the system takes by itself after it.
value_object tracer::answer(const attempt& made, facts known) {
    known.findings = made.findings;
    auto first = decide(how_, now_, made.what, known);
    if (!first) return {{"refused", first.error().code}};
    known.findings.reset();
    value_array events{take(*first, known)};
    while (const auto name = next_by_system(how_, now_, known)) {
        command what{.name = *name, .by = {"system", {}}, .at = made.what.at, .on = made.what.on};
        const auto next = decide(how_, now_, what, known);
        if (!next) return {{"refused", next.error().code}, {"events", std::move(events)}};
        events.emplace_back(take(*next, known));
        if (events.size() > how_.flow.transitions.size())
            throw std::logic_error("steps of the system never end: " + *name);
    }
    return {{"events", std::move(events)}};
}

value_object tracer::take(const step& made, const facts& known) {
    const auto& e = made.happened;
    apply(now_, e);
    value_array letters, intents;
    for (const auto& letter : objects_of(e["letters"])) letters.push_back(member(letter, "name"));
    for (const auto& each : made.intents) intents.emplace_back(each.kind);
    value_object out{{"kind", e.kind}, {"role", e.role}};
    out.emplace("letters", std::move(letters));
    out.emplace("intents", std::move(intents));
    out.emplace("set", list_value(list_of(e["marks"]["set"])));
    out.emplace("cleared", list_value(list_of(e["marks"]["clear"])));
    name_set started;
    for (const auto& timer : objects_of(e["timers"]["start"]))
        started.insert(text_of(timer, "name"));
    out.emplace("started", list_value(started));
    out.emplace("days_moved", e.fields.contains("dates") || e.fields.contains("extended_to") ||
                                  e.fields.contains("deferred"));
    out.emplace("after", situation(known));
    return out;
}

result<procedure> read_procedure(const trace_options& options, const policy_set& law) {
    PYKALA_TRY(const auto root, find_definitions(options.definitions));
    PYKALA_TRY(const auto texts, read_definitions(root, "workflows"));
    diagnostics findings;
    auto set = load_workflows(texts, findings);
    const auto found = set.workflows.find(options.right);
    if (has_errors(findings) || found == set.workflows.end())
        return fail(problem_kind::corrupt, "unsound_workflow",
                    "the workflow `" + options.right + "` has errors and is not followed",
                    "run pykala workflow check");
    return procedure{{},
                     std::move(found->second),
                     std::make_shared<const workflow::vocabulary>(std::move(set.words)),
                     std::make_shared<const policy_set>(law)};
}

// One law for all days of the trace: what matters here is the workflow.
result<tenant_law> sample_law(const policy_set& law) {
    PYKALA_TRY(auto table, assessment_table::compile(law, tenant, make_date(2026, 11, 22)));
    const auto rules = std::make_shared<const policy_set>(law);
    return tenant_law{
        {},
        rules,
        tenant,
        std::make_shared<const calendar>(rules->calendars.at(rules->packs.at(tenant).calendar)),
        std::make_shared<const assessment_table>(std::move(table))};
}

result<bool> write_trace(const trace_options& options) {
    PYKALA_TRY(const auto rules, load_law(options.definitions));
    PYKALA_TRY(const auto how, read_procedure(options, rules));
    PYKALA_TRY(const auto law, sample_law(rules));
    tracer trace(how, law, options.seed);
    for (std::uint64_t i = 0; i < options.steps; ++i) {
        PYKALA_TRY(const auto text, canonical_json(trace.line()));
        std::cout << text << '\n';
    }
    return true;
}

}  // namespace

int run_trace(const trace_options& options) {
    const auto written = write_trace(options);
    return written ? 0 : print(written.error());
}

std::string trace_help() {
    return "Drives the engine with random commands on made-up cases and prints a JSON line for "
           "each\n"
           "attempt: ground for a second interpreter of the workflow files (workflows/README.md).\n"
           "  before   the situation: state, facts, guards that hold, guards that answer "
           "otherwise\n"
           "           for one step (guards_of_step), who last took what, timers running and "
           "fired\n"
           "  open     the steps open to each role, apart from inputs and four eyes\n"
           "  attempt  what was tried, by whom, with which inputs\n"
           "  answer   refused: the code; or events: the step and those of the system after it, "
           "each\n"
           "           with letters, facts set and cleared, and the situation after\n"
           "Example: pykala workflow trace --right erasure --seed 7 --steps 100";
}

}  // namespace pykala::api
