#include <algorithm>

#include "engine/case/apply_fields.hpp"
#include "engine/case/values.hpp"

namespace pykala::cases {
namespace {

void fold_filed(case_state& c, const event& e, const value& v) {
    c.right = text_of(v["right"]);
    c.kind = text_of(v["kind"]);
    c.scope = text_of(v["scope"]);
    c.channel = text_of(v["channel"]);
    c.language = text_of(v["language"]);
    c.linked = text_of(v["linked"]);
    c.received_on = date_of(v["received_on"]).value_or(e.on);
    c.received_at = parse_instant_utc(text_of(v["received_at"]));
    c.transmission_asked = flag_of(v["transmission_asked"]);
    c.entered_at = e.at;
    c.entered_on = e.on;
    c.procedure = e.procedure;
}

void fold_moved(case_state& c, const event&, const value& v) {
    c.state = text_of(v["to"]);
}

void fold_outcome(case_state& c, const event& e, const value& v) {
    c.outcome = text_of(v);
    c.closed_on = c.outcome.empty() ? std::nullopt : std::optional(e.on);
}

void fold_marks(case_state& c, const event&, const value& v) {
    for (const auto& name : list_of(v["set"])) c.facts.insert(name);
    for (const auto& name : list_of(v["clear"])) c.facts.erase(name);
}

void fold_arrival(case_state& c, const event&, const value& v) {
    if (const auto day = date_of(v["received_on"])) c.received_on = *day;
}

void fold_dates(case_state& c, const event&, const value& v) {
    c.due = deadlines_of(v);
}

void fold_extended(case_state& c, const event&, const value& v) {
    c.extended_to = date_of(v);
}

void fold_pauses(case_state& c, const event&, const value& v) {
    c.pauses.clear();
    c.paused_since.reset();
    for (const auto& each : objects_of(v)) {
        const auto from = date_of(each, "from");
        const auto to = date_of(each, "to");
        if (from && to) c.pauses.push_back({*from, *to});
        if (from && !to) c.paused_since = from;
    }
}

void fold_letters(case_state& c, const event& e, const value& v) {
    for (const auto& each : objects_of(v))
        c.letters.push_back({text_of(each, "name"), text_of(each, "way"),
                             date_of(each, "on").value_or(e.on), e.seq});
}

void fold_timers(case_state& c, const event&, const value& v) {
    for (const auto& name : list_of(v["stop"])) {
        std::erase_if(c.timers, [&](const auto& timer) { return timer.name == name; });
        c.timers_fired.erase(name);
    }
    for (const auto& each : objects_of(v["start"])) {
        const auto day = date_of(each, "on");
        if (!day) continue;
        c.timers.push_back({text_of(each, "name"), *day});
        c.timers_fired.erase(text_of(each, "name"));
    }
    std::ranges::sort(c.timers, {}, [](const auto& t) {
        return std::pair(t.fires_on, std::string_view(t.name));
    });
}

void fold_fired(case_state& c, const event&, const value& v) {
    const pending_timer gone{text_of(v["name"]), date_of(v["on"]).value_or(date{})};
    std::erase(c.timers, gone);
    c.timers_fired.insert(gone.name);
}

void fold_used(case_state& c, const event&, const value& v) {
    c.timers_fired.erase(text_of(v));
}

void fold_alerts(case_state& c, const event&, const value& v) {
    if (flag_of(v["clear"])) c.alerts.clear();
    for (const auto& why : list_of(v["set"])) c.alerts.insert(why);
}

void fold_who(case_state& c, const event&, const value& v) {
    auto& who = c.who;
    who.assurance = text_of(v["assurance"]);
    who.is_person = flag_of(v["is_person"]);
    who.mandate_verified = flag_of(v["mandate_verified"]);
    who.mandate_until = date_of(v["mandate_until"]);
    who.has_portal = flag_of(v["has_portal"]);
    who.answer_in = text_of(v["answer_in"]);
    who.address_known = flag_of(v["address_known"]);
    who.address_given = flag_of(v["address_given"]);
    who.marketing_target = flag_of(v["marketing_target"]);
    who.notice_wished = flag_of(v["notice_wished"]);
}

void fold_notice(case_state& c, const event& e, const value& v) {
    const auto* letter = v["letter"].as_integer();
    if (!letter) return;
    const auto of = static_cast<std::uint64_t>(*letter);
    std::erase_if(c.notices, [&](const auto& each) { return each.letter == of; });
    c.notices.push_back({of, text_of(v["result"]), text_of(v["why"]), e.on});
}

void fold_identity(case_state& c, const event&, const value& v) {
    c.who.assurance = text_of(v["assurance"]);
}

void fold_person_tags(case_state& c, const event&, const value& v) {
    for (auto& tag : list_of(v))
        if (std::ranges::find(c.person_tags, tag) == c.person_tags.end())
            c.person_tags.push_back(std::move(tag));
}

void fold_tasks(case_state& c, const event&, const value& v) {
    for (const auto& each : objects_of(v))
        c.tasks.push_back(
            {text_of(each, "id"), text_of(each, "assignee"), date_of(each, "due_on"), false});
}

void fold_task_done(case_state& c, const event&, const value& v) {
    for (auto& task : c.tasks)
        if (task.id == text_of(v)) task.done = true;
}

constexpr auto course = std::to_array<field_fold>({
    {"filed", fold_filed},
    {"who", fold_who},
    {"identity", fold_identity},
    {"target_named",
     [](case_state& c, const event&, const value& v) { c.who.marketing_target = flag_of(v); }},
    {"person", [](case_state& c, const event&, const value& v) { c.person = text_of(v); }},
    {"person_tags", fold_person_tags},
    {"subject_kind",
     [](case_state& c, const event&, const value& v) { c.subject_kind = text_of(v); }},
    {"subject", [](case_state& c, const event&, const value& v) { c.subject = object_of(v); }},
    {"asked", [](case_state& c, const event&, const value& v) { c.request = object_of(v); }},
    {"request", [](case_state& c, const event&, const value& v) { c.request = object_of(v); }},
    {"moved", fold_moved},
    {"migrated", fold_migrated},
    {"outcome", fold_outcome},
    {"marks", fold_marks},
    {"arrival", fold_arrival},
    {"dates", fold_dates},
    {"extended_to", fold_extended},
    {"pauses", fold_pauses},
    {"question_on",
     [](case_state& c, const event&, const value& v) { c.question_left_on = date_of(v); }},
    {"order_due_on",
     [](case_state& c, const event&, const value& v) { c.order_due_on = date_of(v); }},
    {"in_force_on",
     [](case_state& c, const event&, const value& v) { c.in_force_on = date_of(v); }},
    {"answered_on",
     [](case_state& c, const event&, const value& v) { c.answered_on = date_of(v); }},
    {"overdue", [](case_state& c, const event&, const value& v) { c.overdue_noted = flag_of(v); }},
    {"late", [](case_state& c, const event&, const value& v) { c.late_refusal = flag_of(v); }},
    {"letters", fold_letters},
    {"notice", fold_notice},
    {"notice_to", [](case_state& c, const event&, const value& v) { c.notice_to = text_of(v); }},
    {"fired", fold_fired},
    {"used", fold_used},
    {"timers", fold_timers},
    {"alerts", fold_alerts},
    {"destroyed",
     [](case_state& c, const event&, const value& v) {
         for (auto& what : list_of(v)) c.destroyed.insert(std::move(what));
     }},
    {"evidence",
     [](case_state& c, const event&, const value& v) { c.evidence_sealed = flag_of(v); }},
    {"assignee", [](case_state& c, const event&, const value& v) { c.assignee = text_of(v); }},
    {"tasks", fold_tasks},
    {"task_done", fold_task_done},
});

struct named_day {
    std::string_view name;
    date deadlines::* day;
};

constexpr auto named_days = std::to_array<named_day>({
    {"received_on", &deadlines::received_on},
    {"promise_on", &deadlines::promise_on},
    {"statutory_on", &deadlines::statutory_on},
    {"due_on", &deadlines::due_on},
    {"act_by", &deadlines::act_by},
    {"extension_notice_on", &deadlines::extension_notice_on},
    {"extended_on", &deadlines::extended_on},
    {"tolled_promise_on", &deadlines::tolled_promise_on},
    {"tolled_statutory_on", &deadlines::tolled_statutory_on},
    {"tolled_due_on", &deadlines::tolled_due_on},
});

}  // namespace

std::span<const field_fold> folds_of_course() {
    return course;
}

namespace {

// All of them, in the order in which they apply.
const std::vector<field_fold>& all_folds() {
    static const auto all = [] {
        std::vector<field_fold> folds(course.begin(), course.end());
        folds.insert(folds.end(), folds_of_records().begin(), folds_of_records().end());
        return folds;
    }();
    return all;
}

// An event has few of the many fields there are: so its fields are looked up, and not the folds.
std::optional<std::size_t> place_of_fold(std::string_view field) {
    using placed = std::pair<std::string_view, std::size_t>;
    static const auto places = [] {
        std::vector<placed> all;
        for (const auto& each : all_folds()) all.emplace_back(each.field, all.size());
        std::ranges::sort(all);
        return all;
    }();
    const auto found = std::ranges::lower_bound(places, field, {}, &placed::first);
    if (found == places.end() || found->first != field) return std::nullopt;
    return found->second;
}

}  // namespace

value_object deadlines_value(const deadlines& d) {
    value_object all;
    for (const auto& [name, day] : named_days) all.emplace(std::string(name), to_string(d.*day));
    return all;
}

deadlines deadlines_of(const value& v) {
    deadlines d{};
    for (const auto& [name, day] : named_days) d.*day = date_of(v[name]).value_or(date{});
    return d;
}

void apply(case_state& c, const event& e) {
    std::vector<std::pair<std::size_t, const value*>> carried;
    for (const auto& [name, field] : e.fields)
        if (const auto place = place_of_fold(name)) carried.emplace_back(*place, &field.held);
    std::ranges::sort(carried);
    for (const auto& [place, held] : carried) all_folds()[place].fold(c, e, *held);
    if (e.fields.contains("moved"))
        c.last_taken.insert_or_assign(e.kind, taken{e.role, text_of(e["actor"]), e.seq});
    c.version = e.seq + 1;
}

case_state fold(const std::vector<event>& events) {
    case_state c;
    for (const auto& each : events) apply(c, each);
    return c;
}

std::vector<pending_timer> due_timers(const case_state& c, date today) {
    std::vector<pending_timer> due;
    for (const auto& timer : c.timers)
        if (timer.fires_on <= today) due.push_back(timer);
    return due;
}

}  // namespace pykala::cases
