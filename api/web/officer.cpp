// The officer's case: what is asked, by when, what the registers hold and what the law says about
// it, and every step that is open.
#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/case/values.hpp"

#include "api/web/answers.hpp"
#include "api/web/bulk.hpp"
#include "api/web/case_parts.hpp"
#include "api/web/cases.hpp"
#include "api/web/endpoints.hpp"
#include "api/web/letters.hpp"
#include "api/web/quarantine.hpp"
#include "api/web/record_groups.hpp"
#include "api/web/step_forms.hpp"
#include "api/web/timeline.hpp"
#include "api/web/words.hpp"
#include "storage/sealing/session_seal.hpp"
#include "storage/sqlite/staff.hpp"

namespace pykala::api::web {
namespace {

// Everyday work and rare turns: at hand, but not in the way of the next step.
constexpr auto aside = std::to_array<std::string_view>(
    {"add_note", "add_task", "ask_clarification", "ask_identity", "assign", "correct_arrival",
     "extend", "finish_task", "lift_house_rule", "match_person", "not_a_data_subject",
     "propose_exception", "record_use", "refuse_excessive", "reopen", "restrict_meanwhile",
     "send_back", "withdraw"});

// A rule of our own that only a later day brings up can be upheld already; nothing waits for it.
bool is_aside(const open_step& each, const desk::open_case& c) {
    const auto waits = [](const auto& held) {
        return cases::flag_of(held.second.assessed, "confirm");
    };
    if (each.step->name == "uphold_house_rule") return std::ranges::none_of(c.now.records, waits);
    return std::ranges::find(aside, each.step->name) != aside.end();
}

result<desk::open_case> looked_at(const call& at, const std::string& route) {
    const auto& number = at.parts.front();
    PYKALA_TRY(auto c, at.here.desk->read(number));
    PYKALA_CHECK(
        storage::note_look(*at.here.store, at.who.user, number, route, at.here.time->now().at));
    return c;
}

const open_step* find_step(const std::vector<open_step>& steps, std::string_view name) {
    const auto found =
        std::ranges::find(steps, name, [](const open_step& each) { return each.step->name; });
    return found == steps.end() ? nullptr : &*found;
}

// What an answer gives is given unless an officer decides otherwise: then deciding is no first
// step.
bool decides_on_the_page(const cases::case_state& c) {
    return c.right != "access" && c.right != "portability";
}

void put_steps(value_object& shown, const call& at, const desk::open_case& c) {
    const auto steps = open_steps(at, c);
    const bool here = decides_on_the_page(c.now);
    value_array now, others;
    for (const auto& each : steps) {
        // records are decided where they are shown
        const bool decides = each.step->name == "decide_records";
        if ((here && decides) || !has_object(at, c, *each.step)) continue;
        (decides || is_aside(each, c) ? others : now).emplace_back(step_values(at, c, each));
    }
    shown.emplace("no_steps", now.empty());
    shown.emplace("steps", std::move(now));
    shown.emplace("has_other_steps", !others.empty());
    shown.emplace("other_steps", std::move(others));
    const auto* deciding = here ? find_step(steps, "decide_records") : nullptr;
    shown.emplace("may_decide", deciding != nullptr);
    shown.emplace("may_uphold", find_step(steps, "uphold_house_rule") != nullptr);
    if (!deciding) return;
    for (const auto& input : deciding->step->inputs) {
        if (input.name != "decision" && !input.name.ends_with("ground")) continue;
        value_array options;
        for (const auto& each : input.choices)
            options.emplace_back(
                value_object{{"choice", each}, {"says", choice_word(at, c, each)}});
        shown.emplace("has_" + input.name, true);
        shown.emplace(input.name + "_options", std::move(options));
    }
}

// A case that stands still shows what it holds and why it stands, and offers no step.
result<http::response> whole_page(call& at, const std::optional<desk::quarantined_case>& mark) {
    PYKALA_TRY(const auto c, looked_at(at, "/officer/cases/{case}"));
    auto shown = case_values(c, at.in);
    put_summary(shown, at, c);
    put_left(shown, at);
    if (mark)
        shown.emplace("stopped", stopped_values(at, *mark));
    else
        put_steps(shown, at, c);
    put_parts(shown, at, c);
    const auto groups = grouped(c);
    shown.emplace("has_records", !groups.empty());
    shown.emplace("look_first", !mark && !groups.empty() && groups.front().name == "look");
    shown.emplace("records_count", std::int64_t(c.now.records.size()));
    shown.emplace("groups", group_values(at, c, groups, true));
    shown.emplace("events", officer_timeline(at, c));
    shown.emplace("once", storage::new_bearer_secret());
    PYKALA_TRY(auto answer, answer_look_values(at, c));
    if (!answer.empty()) shown.emplace("answer", std::move(answer));
    return page(at, "case", std::move(shown));
}

// Where it cannot even be read, its page says at least that.
result<http::response> stopped_page(call& at, const desk::quarantined_case& mark) {
    try {
        auto whole = whole_page(at, mark);
        if (whole || whole.error().kind != problem_kind::corrupt) return whole;
    } catch (const std::logic_error& broken) {
        fmt::print(stderr, "request {}: a stopped case cannot be read: {}\n", at.asked.id,
                   broken.what());
    }
    return page(at, "stopped", {{"heading", mark.number}, {"stopped", stopped_values(at, mark)}});
}

result<http::response> case_page(call& at) {
    PYKALA_TRY(const auto mark, mark_of(at.here, at.parts.front()));
    return mark ? stopped_page(at, *mark) : whole_page(at, mark);
}

result<http::response> step_page(call& at) {
    PYKALA_TRY(const auto c, looked_at(at, "/officer/cases/{case}/steps/{step}"));
    const auto steps = open_steps(at, c);
    const auto* open = find_step(steps, at.parts.back());
    if (!open)
        return fail(problem_kind::not_found, "step_not_open", "this step is not open now",
                    "open the case again to see what is");
    auto shown = case_values(c, at.in);
    PYKALA_TRY(auto inputs, input_values(at, c, *open->step));
    shown.emplace("heading", step_word(at, c, open->step->name));
    shown.emplace("transition", open->step->name);
    shown.emplace("inputs", std::move(inputs));
    shown.emplace("once", storage::new_bearer_secret());
    return page(at, "step", std::move(shown));
}

// Who erases everything that waits means what can be erased: what law, rule or another case keeps
// is left, and the page that follows says so. Gives its query.
std::string leave_what_is_kept(const call& at, const desk::open_case& c, cases::command& what) {
    const std::pair<std::string, std::string> every{"records", every_open_record};
    if (what.name != "decide_records" || cases::text_of(what.inputs, "decision") != "erase" ||
        std::ranges::find(at.form, every) == at.form.end())
        return {};
    const auto reached = reach_of(c, cases::list_of(what.inputs, "records"));
    // where nothing is left to decide, the refusal says why
    if (reached.decided.empty()) return {};
    what.inputs.insert_or_assign("records", cases::list_value(reached.decided));
    return left_query(reached);
}

result<http::response> take_step(call& at) {
    const auto& number = at.parts.front();
    const std::string name(at.form_field("transition"));
    PYKALA_TRY(const auto c, at.here.desk->read(number));
    const auto* step = workflow::find_transition(c.how->flow, name);
    if (!step)
        return fail(problem_kind::invalid, "no_such_transition",
                    fmt::format("`{}` has no step `{}`", c.how->flow.id, name));
    cases::command what{.name = name, .inputs = inputs_of(at, c, *step)};
    for (const auto& by : actors_of(at.who))
        if (what.by.role.empty() && std::ranges::find(step->by, by.role) != step->by.end())
            what.by = by;
    if (what.by.role.empty())
        return fail(problem_kind::forbidden, "wrong_role",
                    fmt::format("none of your roles takes `{}`", name));
    // what was ticked was ticked on what was seen
    const auto seen = at.form_field("version");
    std::uint64_t version = 0;
    if (const auto [end, wrong] = std::from_chars(seen.data(), seen.data() + seen.size(), version);
        wrong == std::errc() && end == seen.data() + seen.size() && what.inputs.contains("records"))
        what.expected_version = version;
    what.idempotency_key = std::string(at.form_field("once"));
    const auto left = leave_what_is_kept(at, c, what);
    PYKALA_CHECK(take(at.here, number, std::move(what)));
    return see_other(at, "/officer/cases/" + number + left);
}

result<http::response> letter_page(call& at) {
    PYKALA_TRY(const auto c, looked_at(at, "/officer/cases/{case}/letters/{letter}"));
    if (c.now.destroyed.contains("content"))
        return fail(problem_kind::not_found, "letter_destroyed", "the letter is destroyed",
                    "its time has ended; the case says when");
    auto shown = case_values(c, at.in);
    auto letters = letter_values(c, at.here, at.in, at.parts.back());
    if (letters.empty())
        return fail(problem_kind::not_found, "no_such_letter", "the case has no such letter");
    const auto* letter = letters.front().as_object();
    shown.emplace("heading", letter->at("title"));
    shown.emplace("seq", at.parts.back());
    shown.emplace("letters", std::move(letters));
    return page(at, "letter", std::move(shown));
}

constexpr auto officer_table = std::to_array<endpoint>({
    {"GET", "/officer/cases/{case}", door::staff, false, case_workers, case_page},
    {"GET", "/officer/cases/{case}/steps/{step}", door::staff, false, case_workers, step_page},
    {"POST", "/officer/cases/{case}/steps", door::staff, false, case_workers, take_step},
    {"GET", "/officer/cases/{case}/letters/{letter}", door::staff, false, case_workers,
     letter_page},
});

}  // namespace

std::span<const endpoint> officer_endpoints() {
    return officer_table;
}

}  // namespace pykala::api::web
