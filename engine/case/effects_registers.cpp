#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/case/assess_case.hpp"
#include "engine/case/effects.hpp"
#include "engine/case/parts.hpp"
#include "engine/case/values.hpp"

namespace pykala::cases {
namespace {

using ids = std::vector<std::string>;

// Records that name the person are touched last, after every other register has confirmed.
bool is_identity(const effect_view& v, const std::string& record) {
    const auto held = v.c.records.find(record);
    // of a case whose file is destroyed the id alone says what the record is
    const auto category = held != v.c.records.end() ? text_of(held->second.source, "category")
                                                    : record.substr(record.rfind('#') + 1);
    const auto* kind = find(v.known.law->own_pack().categories, category);
    return kind && !kind->id_parts.empty();
}

// One order for each register, with the records that it holds; a second one for identity.
void order_records(const effect_view& v, std::string_view verb, const ids& records) {
    std::map<std::pair<bool, std::string>, value_array> by_register;
    for (const auto& id : records) {
        const bool last = verb == "erase" && is_identity(v, id);
        by_register[{last, register_of(id)}].emplace_back(id);
    }
    for (auto& [where, list] : by_register)
        v.order(verb, where.second, {{"records", std::move(list)}, {"last", where.first}});
}

void order_everywhere(const effect_view& v, std::string_view verb, const value_object& more) {
    for (const auto& name : v.known.registers) v.order(verb, name, more);
}

checked read_registers(const effect_view& v) {
    order_everywhere(v, "read", {});
    return {};
}

checked find_person(const effect_view& v) {
    order_everywhere(v, "find", {});
    return {};
}

checked protect_evidence(const effect_view& v) {
    put(v.e, "evidence", true);
    v.intents.push_back({"seal_evidence", {}});
    return {};
}

checked release_evidence(const effect_view& v) {
    if (v.c.evidence_sealed) put(v.e, "evidence", false);
    return {};
}

ids contested_records(const case_state& c) {
    ids all;
    const auto add = [&](std::string id) {
        if (std::ranges::find(all, id) == all.end()) all.push_back(std::move(id));
    };
    for (const auto& [field, decision] : c.contested) add(field.substr(0, field.rfind('/')));
    for (auto& id : list_of(c.request, "records")) add(std::move(id));
    return all;
}

// Before the registers have answered, the request itself says what is contested: then every
// register is told, and restricts what it holds of it.
checked restrict_contested(const effect_view& v) {
    if (v.c.has("temporarily_restricted")) return {};
    const auto named = contested_records(v.c);
    if (named.empty())
        order_everywhere(v, "restrict", {{"contested", true}});
    else
        order_records(v, "restrict", named);
    return {};
}

checked lift_temporary_restriction(const effect_view& v) {
    if (!v.c.has("temporarily_restricted")) return {};
    ids restricted;
    bool everywhere = false;
    for (const auto& order : v.c.orders) {
        if (order.verb != "restrict") continue;
        everywhere = everywhere || order.records.empty();
        restricted.insert(restricted.end(), order.records.begin(), order.records.end());
    }
    if (everywhere)
        order_everywhere(v, "release", {{"contested", true}});
    else
        order_records(v, "release", restricted);
    return {};
}

// No case erases what another case of the person still needs (interlocks).
checked may_empty_registers(const effect_view& v, const ids& records) {
    if (v.known.others.frozen)
        return fail(problem_kind::refused, "person_frozen",
                    "another case of the person was reopened and freezes the data",
                    "finish that case first");
    if (v.known.others.evidence_unsealed)
        return fail(problem_kind::refused, "evidence_unsealed",
                    "another request of the person has not been read from the registers yet",
                    "wait for the registers to answer");
    const auto& suspended = v.known.others.suspended;
    for (const auto& id : records)
        if (std::ranges::find(suspended, id) != suspended.end())
            return fail(problem_kind::refused, "suspended_by_case",
                        "another case of the person restricts a record that would be erased",
                        "send the decision back and keep the record, or end that restriction");
    return {};
}

ids decided(const effect_view& v, std::string_view decision) {
    ids all;
    for (const auto& each : parts_of(v.c, v.known))
        if (each.decision == decision) all.push_back(each.id);
    return all;
}

checked order_erasure(const effect_view& v) {
    const auto records = decided(v, "erase");
    PYKALA_CHECK(may_empty_registers(v, records));
    order_records(v, "erase", records);
    return {};
}

bool is_retained(const case_record& held) {
    return text_of(held.assessed, "outcome") == "retain";
}

checked restrict_to_hold(const effect_view& v) {
    ids kept;
    for (const auto& [id, held] : v.c.records)
        if (is_retained(held) && text_of(held.assessed, "action") == "restrict" &&
            is_asked_for(v.c, held, v.known))
            kept.push_back(id);
    order_records(v, "hold_only", kept);
    return {};
}

value deferred_entry(const std::string& record, const value& on, std::string_view state) {
    return value_object{{"record", record}, {"on", on}, {"state", state}};
}

// What the erasure needs when everything else of the case is gone: the person's key in the
// registers, the contact for the notice, and the tags under which other cases find this one. Not
// the identity code: the register's own key leads to the records.
value person_of_deferred(const case_state& c) {
    value_object contact = c.subject;
    contact.erase("hetu");
    contact.erase("former_hetu");
    // what was decided about our own rules holds on that day too
    value_array house;
    for (const auto& each : c.house)
        house.emplace_back(value_object{{"rule", each.rule},
                                        {"upheld", each.upheld},
                                        {"ground", each.ground},
                                        {"until", date_value(each.until)}});
    return value_object{{"person", c.person},
                        {"contact", std::move(contact)},
                        {"house", std::move(house)},
                        {"person_tags", list_value(c.person_tags)}};
}

checked schedule_deferred_erasure(const effect_view& v) {
    for (const auto& [id, held] : v.c.records) {
        const auto& on = member(held.assessed, "erase_on");
        if (is_retained(held) && !on.is_null() && is_asked_for(v.c, held, v.known))
            v.append("deferred", deferred_entry(id, on, "scheduled"));
    }
    for (const auto& each : v.c.deferred) {
        const auto held = v.c.records.find(each.record);
        if (each.state == "scheduled" && (held == v.c.records.end() || !is_retained(held->second)))
            v.append("deferred",
                     deferred_entry(each.record, to_string(each.erase_on), "cancelled"));
    }
    if (v.e.fields.contains("deferred")) put(v.e, "deferred_for", person_of_deferred(v.c));
    return {};
}

// A freeze ends by a person, not on a day.
date next_look(const effect_view& v) {
    const auto* rule = find(v.how.rules->practice, "freeze_look");
    if (!rule) throw std::logic_error("policies/ holds no practice rule freeze_look");
    return v.what.on + rule->length;
}

checked erase_deferred(const effect_view& v) {
    const auto answers = assess_case(v.c, v.known);
    const bool frozen = v.c.has("frozen") || v.known.others.frozen;
    const auto& suspended = v.known.others.suspended;
    const auto later = next_look(v);
    ids free;
    for (const auto& each : v.c.deferred) {
        if (each.state != "scheduled" || each.erase_on > v.what.on) continue;
        const auto& answer = member(answers, each.record);
        const auto moved = date_of(answer["erase_on"]);
        const bool held = text_of(answer["outcome"]) == "retain" && moved && *moved > v.what.on;
        const bool waits = frozen || std::ranges::find(suspended, each.record) != suspended.end();
        if (held)
            v.append("deferred", deferred_entry(each.record, to_string(*moved), "scheduled"));
        else if (waits)
            v.append("deferred", deferred_entry(each.record, to_string(later), "scheduled"));
        else
            free.push_back(each.record);
    }
    order_records(v, "erase", free);
    return {};
}

void fold_findings(const effect_view& v, const register_order& order) {
    if (!v.known.findings) return;
    const auto& f = *v.known.findings;
    if (order.verb == "read" || !f.records.empty()) {
        value_array records;
        for (const auto& source : f.records) records.emplace_back(source);
        put(v.e, order.verb == "read" ? "found" : "found_again",
            value_object{{"register", order.at}, {"records", std::move(records)}});
    }
    if (!f.searched.empty()) put(v.e, "searched", list_value(f.searched));
    if (!f.recipients.empty()) put(v.e, "recipients", list_value(f.recipients));
    if (!f.flags.empty()) put(v.e, "flags", list_value(f.flags));
    if (!f.calls.empty()) put(v.e, "calls", list_value(f.calls));
    if (f.copy) put(v.e, "copy", *f.copy);
    if (!f.person.empty() && v.c.person.empty()) put(v.e, "person", f.person);
    if (!v.known.person_tags.empty()) put(v.e, "person_tags", list_value(v.known.person_tags));
    if (!f.person.empty() && !v.c.has("person_matched"))
        put(v.e, "marks", value_object{{"set", value_array{"person_matched"}}});
    reassess(v.c, v.e, v.known);
}

// A deferred erasure that a register carried out, or that a new hold keeps for longer.
void settle_deferred(const effect_view& v, const register_order& order, const ids& kept) {
    case_state after = v.c;
    apply(after, v.e);
    for (const auto& each : v.c.deferred) {
        if (each.state != "scheduled" || each.erase_on > v.what.on) continue;
        if (std::ranges::find(order.records, each.record) == order.records.end()) continue;
        const bool stays = std::ranges::find(kept, each.record) != kept.end();
        const auto held = after.records.find(each.record);
        auto on = held == after.records.end() ? std::optional<date>()
                                              : date_of(held->second.assessed, "erase_on");
        if (!on || *on <= v.what.on) on = next_look(v);
        v.append("deferred", stays ? deferred_entry(each.record, to_string(*on), "scheduled")
                                   : deferred_entry(each.record, to_string(v.what.on), "erased"));
    }
}

// Every register has said that it does not know who asks: somebody has to find out.
void tell_if_unknown(const effect_view& v, const register_order& answered) {
    if (answered.verb != "find" || !v.c.person.empty() || !text_of(v.e["person"]).empty()) return;
    const bool others_wait = std::ranges::any_of(v.c.orders, [&](const register_order& order) {
        return order.verb == "find" && order.id != answered.id && order.result != "done";
    });
    if (!others_wait) v.alert("person_not_found");
}

// A case whose letters are gone was kept alive by what was deferred alone. What its last steps were
// sealed with goes too.
void end_destroyed_case(const effect_view& v) {
    if (!v.c.destroyed.contains("content")) return;
    case_state after = v.c;
    apply(after, v.e);
    if (!has_deferred(after)) v.destroy({"content", "decision_facts", "deferred_erasure"});
}

checked record_register_answer(const effect_view& v) {
    const auto id = v.input("order");
    const auto order = std::ranges::find(v.c.orders, id, &register_order::id);
    if (order == v.c.orders.end())
        return fail(problem_kind::invalid, "unknown_order",
                    fmt::format("the case gave no order `{}`", id));
    if (order->result == "done" || order->result == "held")
        return fail(problem_kind::refused, "order_answered",
                    fmt::format("order `{}` has its answer", id));
    const auto result = v.input("result");
    const auto kept = v.known.findings ? v.known.findings->kept : ids{};
    put(v.e, "order_answer",
        value_object{{"order", id}, {"result", result}, {"kept", list_value(kept)}});
    if (result == "failed") v.alert("register_failed");
    fold_findings(v, *order);
    if (result != "failed") tell_if_unknown(v, *order);
    if (order->verb == "erase" && result != "failed") {
        settle_deferred(v, *order, kept);
        end_destroyed_case(v);
    }
    return {};
}

checked record_recipient(const effect_view& v) {
    const auto id = v.input("recipient");
    const auto result = v.input("result");
    if (std::ranges::find(v.c.recipients, id, &recipient_state::id) == v.c.recipients.end())
        return fail(problem_kind::invalid, "unknown_recipient",
                    "this person's data did not go to this recipient");
    if ((result == "impossible" || result == "disproportionate") && v.input("reason").empty())
        return fail(problem_kind::invalid, "missing_reason",
                    fmt::format("`{}` needs its reason", result), "give `reason`");
    put(v.e, "recipient", value_object{{"id", id}, {"result", result}});
    return {};
}

checked make_package(const effect_view& v) {
    v.order("package", "package", {{"records", list_value(decided(v, "give"))}});
    return {};
}

checked order_rectification(const effect_view& v) {
    std::map<std::string, value_array> by_register;
    const auto* now = v.e["contested"].as_array();
    const auto& fields = v.c.contested;
    for (const auto& [id, field] : fields)
        if (field.result != "refused" && (now || !field.result.empty()))
            by_register[register_of(id)].emplace_back(id);
    for (auto& [name, list] : by_register) v.order("rectify", name, {{"fields", std::move(list)}});
    return {};
}

checked order_restriction(const effect_view& v) {
    order_records(v, "restrict", decided(v, "restrict"));
    return {};
}

checked order_lift(const effect_view& v) {
    order_records(v, "release", decided(v, "restrict"));
    return {};
}

checked order_marketing_stop(const effect_view& v) {
    order_everywhere(v, "stop_marketing", {});
    return {};
}

checked stop_consent_use(const effect_view& v) {
    order_everywhere(v, "stop_consent_use", {});
    return {};
}

checked order_stop_processing(const effect_view& v) {
    order_everywhere(v, "stop_use", {{"uses", list_value(decided(v, "stop"))}});
    return {};
}

constexpr auto register_effects = std::to_array<effect_entry>({
    {"find_person", find_person},
    {"read_registers", read_registers},
    {"protect_evidence", protect_evidence},
    {"release_evidence", release_evidence},
    {"restrict_contested", restrict_contested},
    {"lift_temporary_restriction", lift_temporary_restriction},
    {"order_erasure", order_erasure},
    {"restrict_to_hold", restrict_to_hold},
    {"schedule_deferred_erasure", schedule_deferred_erasure},
    {"erase_deferred", erase_deferred},
    {"record_register_answer", record_register_answer},
    {"record_recipient", record_recipient},
    {"make_package", make_package},
    {"order_rectification", order_rectification},
    {"order_restriction", order_restriction},
    {"order_lift", order_lift},
    {"order_marketing_stop", order_marketing_stop},
    {"stop_consent_use", stop_consent_use},
    {"order_stop_processing", order_stop_processing},
});

}  // namespace

std::span<const effect_entry> effects_of_registers() {
    return register_effects;
}

}  // namespace pykala::cases
