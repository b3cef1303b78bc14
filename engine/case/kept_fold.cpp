#include "engine/case/kept_fold.hpp"

#include <algorithm>

#include "engine/case/fold_archive.hpp"

namespace pykala {

// Found by their archives through the namespace of what they are about.
template <class Archive>
void members_of(Archive& a, cases::like<pause> auto& p) {
    a.template members<pause>(p.from, p.to);
}
template <class Archive>
void members_of(Archive& a, cases::like<deadlines> auto& d) {
    a.template members<deadlines>(d.received_on, d.promise_on, d.statutory_on, d.due_on, d.act_by,
                                  d.extension_notice_on, d.extended_on, d.tolled_promise_on,
                                  d.tolled_statutory_on, d.tolled_due_on);
}

namespace cases {

template <class Archive>
void members_of(Archive& a, like<requester> auto& r) {
    a.template members<requester>(r.assurance, r.is_person, r.mandate_verified, r.mandate_until,
                                  r.has_portal, r.answer_in, r.address_known, r.address_given,
                                  r.marketing_target, r.notice_wished);
}
template <class Archive>
void members_of(Archive& a, like<case_record> auto& r) {
    a.template members<case_record>(r.id, r.source, r.assessed, r.decision, r.ground,
                                    r.decision_ground, r.suspends_erasure, r.decided_on,
                                    r.decided_by, r.executed, r.kept_by_new_hold);
}
template <class Archive>
void members_of(Archive& a, like<house_decision> auto& h) {
    a.template members<house_decision>(h.rule, h.upheld, h.ground, h.until, h.by);
}
template <class Archive>
void members_of(Archive& a, like<field_decision> auto& f) {
    a.template members<field_decision>(f.result, f.ground, f.voucher, f.self_service);
}
template <class Archive>
void members_of(Archive& a, like<register_order> auto& o) {
    a.template members<register_order>(o.id, o.verb, o.at, o.records, o.result, o.ordered_on,
                                       o.last);
}
template <class Archive>
void members_of(Archive& a, like<recipient_state> auto& r) {
    a.template members<recipient_state>(r.id, r.result);
}
template <class Archive>
void members_of(Archive& a, like<release_check> auto& r) {
    a.template members<release_check>(r.check, r.finding, r.records);
}
template <class Archive>
void members_of(Archive& a, like<proposed_exception> auto& p) {
    a.template members<proposed_exception>(p.door, p.records, p.category, p.person,
                                           p.order_document);
}
template <class Archive>
void members_of(Archive& a, like<case_task> auto& t) {
    a.template members<case_task>(t.id, t.assignee, t.due_on, t.done);
}
template <class Archive>
void members_of(Archive& a, like<pending_timer> auto& t) {
    a.template members<pending_timer>(t.name, t.fires_on);
}
template <class Archive>
void members_of(Archive& a, like<letter_sent> auto& l) {
    a.template members<letter_sent>(l.name, l.way, l.dispatched_on, l.seq);
}
template <class Archive>
void members_of(Archive& a, like<notice_state> auto& n) {
    a.template members<notice_state>(n.letter, n.result, n.why, n.on);
}
template <class Archive>
void members_of(Archive& a, like<deferred_erasure> auto& d) {
    a.template members<deferred_erasure>(d.record, d.erase_on, d.state);
}
template <class Archive>
void members_of(Archive& a, like<taken> auto& t) {
    a.template members<taken>(t.role, t.id, t.seq);
}
template <class Archive>
void members_of(Archive& a, like<case_state> auto& c) {
    a.template members<case_state>(
        c.version, c.number, c.right, c.kind, c.scope, c.linked, c.state, c.outcome, c.channel,
        c.language, c.facts, c.received_on, c.received_at, c.entered_at, c.entered_on, c.due,
        c.extended_to, c.pauses, c.paused_since, c.question_left_on, c.order_due_on, c.closed_on,
        c.in_force_on, c.answered_on, c.overdue_noted, c.late_refusal, c.who, c.person,
        c.person_tags, c.subject_kind, c.subject, c.request, c.records, c.contested, c.uses,
        c.places_searched, c.flags, c.release_calls, c.release_checks, c.house, c.exception,
        c.orders, c.recipients, c.deferred, c.letters, c.notices, c.notice_to, c.tasks, c.timers,
        c.timers_fired, c.last_taken, c.decision_ground, c.assignee, c.alerts, c.destroyed,
        c.evidence_sealed, c.transmission_asked, c.procedure);
}

namespace {

enum class kind_of_value : std::uint8_t { null, no, yes, number, text, list, object };

// No field of an event is nested deeper; it keeps bytes that are no fold from the stack.
constexpr int depth_max = 64;

}  // namespace

void fold_writer::put(const value& held) {
    const auto kind = [&](kind_of_value k) { out_ += static_cast<char>(k); };
    if (const auto* flag = held.as_bool())
        return kind(*flag ? kind_of_value::yes : kind_of_value::no);
    if (const auto* number = held.as_integer()) {
        kind(kind_of_value::number);
        return put(*number);
    }
    if (const auto* text = held.as_string()) {
        kind(kind_of_value::text);
        return put(*text);
    }
    if (const auto* list = held.as_array()) {
        kind(kind_of_value::list);
        return put(*list);
    }
    if (const auto* object = held.as_object()) {
        kind(kind_of_value::object);
        return put(*object);
    }
    kind(kind_of_value::null);
}

void fold_reader::get(value& held) {
    const auto as = [&](auto inner) {
        ++depth_;
        good_ = good_ && depth_ < depth_max;
        if (good_) get(inner);
        --depth_;
        held = std::move(inner);
    };
    switch (static_cast<kind_of_value>(byte())) {
        case kind_of_value::null:
            return;
        case kind_of_value::no:
            held = false;
            return;
        case kind_of_value::yes:
            held = true;
            return;
        case kind_of_value::number:
            return as(std::int64_t{});
        case kind_of_value::text:
            return as(std::string{});
        case kind_of_value::list:
            return as(value_array{});
        case kind_of_value::object:
            return as(value_object{});
    }
    good_ = false;
}

std::string write_fold(const case_state& c) {
    fold_writer to;
    to.put(fold_version);
    to.put(c);
    return to.take();
}

std::optional<case_state> read_fold(std::string_view bytes) {
    fold_reader from(bytes);
    std::uint64_t version = 0;
    from.get(version);
    if (version != fold_version) return std::nullopt;
    std::optional<case_state> out(std::in_place);
    from.get(*out);
    if (!from.whole()) return std::nullopt;
    return out;
}

}  // namespace cases
}  // namespace pykala
