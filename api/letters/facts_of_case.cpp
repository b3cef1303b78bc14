#include "api/letters/facts_of_case.hpp"

#include <algorithm>

#include "engine/case/values.hpp"

#include "api/letters/case_view.hpp"

namespace pykala::api::letters {
namespace {

void add_controllers(const pack& own, language in, letter_facts& f) {
    const auto stated = [](const marked<std::string>& held) {
        return held.value == "unstated" ? std::string() : held.value;
    };
    for (const auto& [id, party] : own.controllers)
        f.controllers.push_back({.name = party.name,
                                 .business_id = stated(party.business_id),
                                 .address = stated(party.address),
                                 .phone = stated(party.phone),
                                 .email = stated(party.email),
                                 .dpo = stated(party.dpo),
                                 .answers_for = own.controllers.size() > 1
                                                    ? party.answers_for.value.in(in)
                                                    : std::string()});
}

void add_parties(const case_view& v, letter_facts& f) {
    add_controllers(v.own, v.about.in, f);
    const auto& authority = v.own.authority;
    f.authority = {v.in(authority.name), authority.address, authority.email, authority.phone,
                   authority.web};
}

// What is enough for this kind of request, in the workflow and in the pack.
void add_identity_methods(const case_view& v, letter_facts& f) {
    const auto& by = v.about.flow.assurance;
    auto found = by.find(v.state.scope);
    if (found == by.end()) found = by.find(v.state.kind);
    if (found == by.end()) found = by.find("default");
    if (found == by.end()) return;
    for (const auto level : v.own.identity_methods)
        if (const std::string name(name_of(level));
            std::ranges::find(found->second, name) != found->second.end())
            f.identity_methods.insert(name);
}

void add_course(const case_view& v, letter_facts& f) {
    const auto& c = v.state;
    f.service = v.in(v.own.title);
    f.case_number = v.about.case_number;
    f.person_name = cases::text_of(c.subject, "name");
    f.portal_address = v.about.portal_address;
    f.letter_on = v.about.known.today;
    f.received_on = c.received_on;
    f.due_on = c.due.due_on;
    f.right = c.right;
    f.kind = c.kind;
    f.contract_goes_on = std::ranges::any_of(c.records, [](const auto& each) {
        return cases::text_of(each.second.source, "contract") == "in_force";
    });
    f.late = v.about.known.today > c.due.due_on;
    f.subject_kind = c.subject_kind;
    f.doubt = v.said("doubt");
    f.question = v.said("question");
    f.places = v.said("places");
    f.extended_on = c.extended_to;
    f.circumstance = v.said("circumstance", {"extend"});
    f.limits_cite = v.provision_cite("data_protection.access_through_authority");
    f.own_data_cite = v.provision_cite("electricity.customer_data");
}

// The reasons of the step that sends the letter, or of the decision that it carries out.
void add_reasons(const case_view& v, letter_facts& f) {
    if (v.last().fields.contains("in_reason")) f.reason = cases::text_of(v.last()["in_reason"]);
    const auto& ground = v.state.decision_ground;
    if (ground.empty() || !v.state.has("refusal_decided")) return;
    const auto* law = v.rules.find_ground(ground);
    f.unidentified = law && law->effect == provision_effect::unidentified;
    f.refused.insert(
        f.refused.begin(),
        {.because = v.ground_says(ground),
         .cite = v.ground_cite(ground),
         .reason = v.said("reason", {"refuse", "refuse_excessive", "refuse_unidentified",
                                     "refuse_unknown_target", "not_a_data_subject"})});
}

// While the case was open, even if the step that sends the letter ends it.
bool were_restricted(const case_view& v) {
    cases::case_state then;
    return std::ranges::any_of(v.about.events, [&](const cases::event& e) {
        cases::apply(then, e);
        return then.has("temporarily_restricted");
    });
}

void add_interim(const case_view& v, letter_facts& f) {
    std::set<std::string> done, pending;
    for (const auto& order : v.state.orders)
        for (const auto& id : order.records)
            if (const auto found = v.state.records.find(id); found != v.state.records.end())
                (order.result == "done" ? done : pending)
                    .insert(capitalised(v.name_of(found->second)));
    for (const auto& name : pending) done.erase(name);
    f.done.assign(done.begin(), done.end());
    f.pending.assign(pending.begin(), pending.end());
}

// `record/field`; the record's own id may hold strokes, its category holds none.
const cases::case_record* record_of_field(const case_view& v, const std::string& field) {
    const auto found = v.state.records.find(field.substr(0, field.rfind('/')));
    return found == v.state.records.end() ? nullptr : &found->second;
}

std::string value_said(const case_view& v, const std::string& field) {
    std::string value;
    for (const auto& e : v.about.events) {
        const auto fields = cases::list_of(e["in_fields"]);
        if (std::ranges::find(fields, field) != fields.end() && e.fields.contains("in_value"))
            value = cases::text_of(e["in_value"]);
    }
    return value;
}

// No letter prints a protected address, not even a corrected one.
bool may_be_printed(const case_view& v, const cases::case_record& held) {
    const auto* kind = v.category_of(held);
    const bool code = kind && std::ranges::find(kind->id_parts, "hetu") != kind->id_parts.end();
    const bool hidden =
        kind && kind->protected_address && v.state.flags.contains("address_protected");
    return kind && !hidden && !code;
}

void add_fields(const case_view& v, letter_facts& f) {
    for (const auto& [id, decided] : v.state.contested) {
        const auto* held = record_of_field(v, id);
        if (!held) continue;
        if (decided.result == "refused") {
            const auto ground = decided.ground.empty()
                                    ? workflow::ground_for(v.about.flow, decided.result)
                                    : decided.ground;
            f.refused.push_back({.name = capitalised(v.name_of(*held)),
                                 .because = v.ground_says(ground),
                                 .cite = v.ground_cite(ground)});
            continue;
        }
        f.fields.push_back({.name = capitalised(v.name_of(*held)),
                            .corrected = decided.result == "corrected",
                            .completed = decided.result == "completed",
                            .statement = decided.result == "statement_attached",
                            .entry = decided.result == "correcting_entry",
                            .value = may_be_printed(v, *held) ? value_said(v, id) : std::string()});
    }
}

void add_uses(const case_view& v, letter_facts& f) {
    const auto name = [&](const std::string& id) {
        const auto* found = find(v.own.purposes, id);
        return found ? capitalised(v.in(found->name)) : id;
    };
    const auto goes_on = workflow::ground_for(v.about.flow, "continue");
    for (const auto& [id, decision] : v.state.uses) {
        if (decision == "stop")
            f.stopped.push_back(name(id));
        else if (decision == "continue")
            f.refused.push_back({.name = name(id),
                                 .because = v.ground_says(goes_on),
                                 .cite = v.ground_cite(goes_on),
                                 .reason = v.said("reason", {"decide_uses"})});
    }
    if (v.state.kind != "consent_withdrawal") return;
    // what another ground carries goes on: a use has ended only where nothing but consent carried
    // it
    std::set<std::string> on_consent, otherwise;
    for (const auto& [id, held] : v.state.records)
        if (const auto* kind = v.category_of(held))
            for (const auto basis : kind->facts.basis.value)
                for (const auto& use : kind->facts.purposes.value)
                    (basis == legal_basis::consent ? on_consent : otherwise).insert(name(use));
    std::erase_if(on_consent, [&](const auto& use) { return otherwise.contains(use); });
    f.stopped.assign(on_consent.begin(), on_consent.end());
}

void add_right(const case_view& v, letter_facts& f) {
    const auto& c = v.state;
    f.in_force_on = c.in_force_on ? c.in_force_on : day(v.about.known.today);
    f.package_until = v.about.package_until;
    f.lift_reason = v.said("lift_reason", {"warn_of_lifting"});
    f.lifted_on = v.about.known.today;
    for (const auto& timer : c.timers)
        if (timer.name == "lift_day") f.lift_on = timer.fires_on;
    f.receiver = v.said("receiver", {"record_transmission"});
    const auto transmission = v.said("transmission", {"record_transmission"});
    f.not_feasible = transmission == "not_feasible";
    for (const auto& e : v.about.events)
        if (transmission == "sent" && e.kind == "record_transmission") f.sent_on = e.on;
    for (const auto scope : v.own.direct_marketing.value)
        f.marketing_scope.insert(std::string(name_of(scope)));
    f.pending_by = c.due.due_on;
}

void add_notice(const case_view& v, letter_facts& f) {
    const auto* to = find(v.own.recipients, v.about.recipient);
    if (!to) return;
    f.recipient_name = to->name.empty() ? v.in(to->purpose) : to->name;
    f.reference = v.about.reference;
    f.change = v.state.right;
    for (const auto& line : f.fields) f.changed.push_back({line.name, line.value});
    for (const auto& line : f.erased) f.changed.push_back({line.name, {}});
    for (const auto& line : f.restricted) f.changed.push_back({line.name, {}});
    for (const auto& name : f.stopped) f.changed.push_back({name, {}});
    if (f.change == "objection" && !f.erased.empty()) f.change = "erasure";
}

}  // namespace

letter_facts facts_of_notice(const pack& own, const std::string& portal_address, language in) {
    letter_facts f;
    f.service = own.title.in(in);
    f.portal_address = portal_address;
    add_controllers(own, in, f);
    return f;
}

letter_facts facts_of_case(const letter_occasion& about) {
    const case_view v{about};
    letter_facts f;
    add_course(v, f);
    add_parties(v, f);
    add_identity_methods(v, f);
    f.was_restricted = were_restricted(v);
    const bool by_record = v.state.right != "rectification" && v.state.kind != "direct_marketing";
    if (by_record) add_records(v, f);
    if (v.state.right == "access") add_access(v, f);
    add_fields(v, f);
    add_uses(v, f);
    add_reasons(v, f);
    add_right(v, f);
    add_notice(v, f);
    if (!v.last()["letters"].is_null() && v.last().kind == "send_interim_answer") add_interim(v, f);
    return f;
}

}  // namespace pykala::api::letters
