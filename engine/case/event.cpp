#include "engine/case/event.hpp"

#include <algorithm>
#include <array>

namespace pykala::cases {
namespace {

using log::data_class;

// Fields that are sealed under the key of the decision: who, what was found, what was decided.
constexpr auto decision_facts = std::to_array<std::string_view>(
    {"actor",        "asked",        "assessed",   "assignee",       "calls",
     "contested",    "copy",         "decided",    "exception",      "flags",
     "found",        "found_again",  "house",      "identity",       "known",
     "notice",       "order_answer", "orders",     "person",         "person_tags",
     "reattributed", "recipient",    "recipients", "refusal_ground", "release_check",
     "searched",     "subject_kind", "task_done",  "tasks",          "uses",
     "who"});

// Fields that say nothing about a person, and stay as the bare proof.
constexpr auto open_fields = std::to_array<std::string_view>(
    {"alerts",      "arrival",     "attempt",      "dates",        "destroyed", "evidence",
     "extended_to", "filed",       "fired",        "in_force_on",  "late",      "letters",
     "marks",       "migrated",    "moved",        "order_due_on", "outcome",   "overdue",
     "pauses",      "question_on", "target_named", "answered_on",  "timers",    "used"});

// Inputs in words; every other input is a name or a day and part of the decision.
constexpr auto worded_inputs = std::to_array<std::string_view>(
    {"in_answer", "in_attachment", "in_balancing", "in_compelling_grounds", "in_doubt", "in_note",
     "in_order_document", "in_places", "in_question", "in_reason", "in_receiver", "in_statement",
     "in_task", "in_value"});

template <class List>
bool stands_in(const List& list, std::string_view name) {
    return std::ranges::find(list, name) != list.end();
}

}  // namespace

const value& event::operator[](std::string_view name) const {
    static const value null;
    const auto found = fields.find(name);
    return found == fields.end() ? null : found->second.held;
}

data_class class_of_field(std::string_view name) {
    if (stands_in(open_fields, name)) return data_class::open;
    if (stands_in(decision_facts, name)) return data_class::decision_facts;
    if (name == "deferred" || name == "deferred_for") return data_class::deferred_erasure;
    if (name.starts_with("in_") && !stands_in(worded_inputs, name))
        return data_class::decision_facts;
    return data_class::content;  // `request`, `subject`, words
}

void put(event& e, std::string_view name, value held) {
    e.fields.insert_or_assign(std::string(name),
                              event_field{class_of_field(name), std::move(held)});
}

}  // namespace pykala::cases
