#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/case/apply_fields.hpp"
#include "engine/case/dates.hpp"
#include "engine/case/effects.hpp"
#include "engine/case/values.hpp"

namespace pykala::cases {
namespace {

checked link_person(const effect_view& v) {
    put(v.e, "person", v.input("person"));
    if (!v.known.person_tags.empty()) put(v.e, "person_tags", list_value(v.known.person_tags));
    return {};
}

checked accept_identity(const effect_view& v) {
    put(v.e, "identity",
        value_object{{"assurance", v.c.who.assurance}, {"on", to_string(v.what.on)}});
    return {};
}

checked record_identity(const effect_view& v) {
    put(v.e, "identity",
        value_object{
            {"assurance", v.input("method")}, {"by", v.what.by.id}, {"on", to_string(v.what.on)}});
    return {};
}

checked destroy_identity_copy(const effect_view& v) {
    v.intents.push_back({"destroy_identity_copy", {}});
    return {};
}

// A ban on marketing can begin as soon as it is said what to leave in peace.
checked record_clarification(const effect_view& v) {
    if (v.c.kind == "direct_marketing") put(v.e, "target_named", true);
    return v.input("person").empty() ? checked{} : link_person(v);
}

checked extend_deadline(const effect_view& v) {
    PYKALA_TRY(const auto due,
               deadlines_for(v.how, *v.known.law, v.c.received_on, v.c.pauses, true));
    put(v.e, "extended_to", to_string(due.extended_on));
    put(v.e, "dates", deadlines_value(due));
    return {};
}

checked correct_arrival(const effect_view& v) {
    const auto day = date_of(v.what.inputs, "received_on");
    if (!day || *day > v.what.on)
        return fail(problem_kind::invalid, "arrival_in_future",
                    fmt::format("a request cannot have arrived on `{}`, after today",
                                v.input("received_on")));
    const bool extended = v.c.extended_to.has_value();
    PYKALA_TRY(const auto due, deadlines_for(v.how, *v.known.law, *day, v.c.pauses, extended));
    if (extended) put(v.e, "extended_to", to_string(due.extended_on));
    put(v.e, "arrival",
        value_object{{"received_on", to_string(*day)}, {"was", to_string(v.c.received_on)}});
    put(v.e, "dates", deadlines_value(due));
    return {};
}

checked mark_late_refusal(const effect_view& v) {
    if (v.what.on > v.c.last_statutory_day()) put(v.e, "late", true);
    return {};
}

checked assign(const effect_view& v) {
    put(v.e, "assignee", v.input("assignee"));
    return {};
}

checked add_task(const effect_view& v) {
    value_object task{{"id", fmt::format("t{}", v.c.tasks.size() + 1)}};
    add_text(task, "assignee", v.input("assignee"));
    add_text(task, "due_on", v.input("task_due_on"));
    v.append("tasks", std::move(task));
    return {};
}

checked finish_task(const effect_view& v) {
    const auto id = v.input("task_id");
    const auto found = std::ranges::find(v.c.tasks, id, &case_task::id);
    if (found == v.c.tasks.end())
        return fail(problem_kind::invalid, "unknown_task",
                    fmt::format("the case has no task `{}`", id));
    if (found->done)
        return fail(problem_kind::refused, "task_done", fmt::format("task `{}` is done", id));
    put(v.e, "task_done", id);
    return {};
}

// The answer, or what an order of an authority asks for, is not there on the morning after its last
// day. After an extension the first day is no longer the last.
checked note_overdue(const effect_view& v) {
    const bool by_order = v.cause == "order_due";
    const auto last = by_order && v.c.order_due_on ? *v.c.order_due_on : v.c.last_statutory_day();
    if (v.what.on > last) put(v.e, "overdue", true);
    return {};
}

checked alert_officers(const effect_view& v) {
    v.alert(v.cause);
    v.intents.push_back({"alert", {{"why", std::string(v.cause)}, {"to", v.c.assignee}}});
    return {};
}

checked alert_if_paper(const effect_view& v) {
    const auto& who = v.c.who;
    const bool paper = !who.has_portal || (!who.answer_in.empty() && who.answer_in != "portal");
    return paper ? alert_officers(v) : checked{};
}

checked escalate_review(const effect_view& v) {
    const bool waits = std::ranges::any_of(v.c.records, [](const auto& each) {
        const auto& held = each.second;
        return held.decision.empty() && text_of(held.assessed, "outcome") == "review";
    });
    if (!waits) return {};
    v.alert("review_escalated");
    v.intents.push_back({"alert", {{"why", "review_escalated"}, {"to_role", "dpo"}}});
    return {};
}

checked note_deferred_erasure(const effect_view& v) {
    v.alert("deferred_erasure_due");
    return {};
}

// What is deferred still needs its own key: it is destroyed when the last of it is done.
checked destroy_content(const effect_view& v) {
    v.destroy({"content", "decision_facts"});
    if (!has_deferred(v.c)) v.destroy({"deferred_erasure"});
    return {};
}

checked destroy_package(const effect_view& v) {
    v.destroy({"package"});
    return {};
}

checked destroy_proof(const effect_view& v) {
    put(v.e, "destroyed", value_array{"proof"});
    v.intents.push_back({"remove_case", {}});
    return {};
}

checked note_in_force(const effect_view& v) {
    put(v.e, "in_force_on", to_string(v.what.on));
    return {};
}

checked record_lift_wish(const effect_view& v) {
    v.alert("lift_asked");
    return {};
}

checked begin_anew(const effect_view& v) {
    put(v.e, "outcome", "");
    put(v.e, "answered_on", value());
    put(v.e, "order_due_on", date_value(date_of(v.what.inputs, "order_due_on")));
    put(v.e, "refusal_ground", "");
    return {};
}

constexpr auto course_effects = std::to_array<effect_entry>({
    {"link_person", link_person},
    {"accept_identity", accept_identity},
    {"record_identity", record_identity},
    {"record_doubt", keep_inputs},
    {"destroy_identity_copy", destroy_identity_copy},
    {"record_clarification", record_clarification},
    {"extend_deadline", extend_deadline},
    {"correct_arrival", correct_arrival},
    {"mark_late_refusal", mark_late_refusal},
    {"freeze_data", keep_inputs},
    {"release_freeze", keep_inputs},
    {"begin_anew", begin_anew},
    {"assign", assign},
    {"record_note", keep_inputs},
    {"add_task", add_task},
    {"finish_task", finish_task},
    {"note_overdue", note_overdue},
    {"alert_officers", alert_officers},
    {"alert_if_paper", alert_if_paper},
    {"escalate_review", escalate_review},
    {"note_deferred_erasure", note_deferred_erasure},
    {"destroy_content", destroy_content},
    {"destroy_package", destroy_package},
    {"destroy_proof", destroy_proof},
    {"note_in_force", note_in_force},
    {"record_use", keep_inputs},
    {"record_lift_wish", record_lift_wish},
    {"record_lift_reason", keep_inputs},
    {"cancel_lift", keep_inputs},
    {"record_balancing", keep_inputs},
});

}  // namespace

std::span<const effect_entry> effects_of_course() {
    return course_effects;
}

}  // namespace pykala::cases
