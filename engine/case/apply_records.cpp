#include <algorithm>

#include "engine/case/apply_fields.hpp"
#include "engine/case/values.hpp"

namespace pykala::cases {
namespace {

// What a register found replaces what it said before; a decision stands while its record is the
// same.
void fold_found(case_state& c, const event&, const value& v) {
    const auto begins = text_of(v["register"]) + "/";
    std::map<std::string, case_record, std::less<>> now;
    for (auto& [id, held] : c.records)
        if (!id.starts_with(begins)) now.emplace(id, std::move(held));
    for (const auto& source : objects_of(v["records"])) {
        const auto id = text_of(source, "id");
        const auto before = c.records.find(id);
        case_record held;
        if (before != c.records.end() && before->second.source == source)
            held = std::move(before->second);
        held.id = id;
        held.source = source;
        now.insert_or_assign(id, std::move(held));
    }
    c.records = std::move(now);
}

void fold_assessed(case_state& c, const event&, const value& v) {
    const auto* all = v.as_object();
    if (!all) return;
    for (const auto& [id, answer] : *all)
        if (const auto found = c.records.find(id); found != c.records.end())
            found->second.assessed = object_of(answer);
}

// A register that kept records says what it holds of them now; the others stay as they were.
void fold_found_again(case_state& c, const event&, const value& v) {
    for (const auto& source : objects_of(v["records"]))
        if (const auto held = c.records.find(text_of(source, "id")); held != c.records.end())
            held->second.source = source;
}

void fold_decided(case_state& c, const event& e, const value& v) {
    const auto by = text_of(e["actor"]);
    for (const auto& id : list_of(v["records"])) {
        const auto found = c.records.find(id);
        if (found == c.records.end()) continue;
        auto& held = found->second;
        held.decision = text_of(v["decision"]);
        held.ground = text_of(v["ground"]);
        held.decision_ground = text_of(v["decision_ground"]);
        held.suspends_erasure = flag_of(v["suspends_erasure"]);
        held.decided_on = e.on;
        held.decided_by = by;
        held.kept_by_new_hold = false;
    }
}

void fold_contested(case_state& c, const event&, const value& v) {
    for (const auto& each : objects_of(v)) {
        auto& field = c.contested[text_of(each, "field")];
        field.result = text_of(each, "result");
        field.ground = text_of(each, "ground");
        if (each.contains("voucher")) field.voucher = flag_of(each, "voucher");
        if (each.contains("self_service")) field.self_service = flag_of(each, "self_service");
    }
}

void fold_uses(case_state& c, const event&, const value& v) {
    if (const auto* all = v.as_object())
        for (const auto& [purpose, decision] : *all) c.uses[purpose] = text_of(decision);
}

void fold_house(case_state& c, const event& e, const value& v) {
    const auto rule = text_of(v["rule"]);
    std::erase_if(c.house, [&](const auto& each) { return each.rule == rule; });
    c.house.push_back({rule, flag_of(v["upheld"]), text_of(v["ground"]), date_of(v["until"]),
                       text_of(e["actor"])});
}

void fold_exception(case_state& c, const event&, const value& v) {
    if (v.is_null()) {
        c.exception.reset();
        return;
    }
    c.exception = {text_of(v["door"]), list_of(v["records"]), text_of(v["category"]),
                   text_of(v["person"]), text_of(v["order_document"])};
}

void fold_orders(case_state& c, const event& e, const value& v) {
    for (const auto& each : objects_of(v))
        c.orders.push_back({text_of(each, "id"),
                            text_of(each, "verb"),
                            text_of(each, "at"),
                            list_of(each, "records"),
                            {},
                            e.on,
                            flag_of(each, "last")});
}

void fold_order_answer(case_state& c, const event&, const value& v) {
    const auto kept = list_of(v["kept"]);
    for (auto& order : c.orders) {
        if (order.id != text_of(v["order"])) continue;
        order.result = text_of(v["result"]);
        for (const auto& id : order.records) {
            const auto found = c.records.find(id);
            if (found == c.records.end()) continue;
            const bool stays = std::ranges::find(kept, id) != kept.end();
            found->second.kept_by_new_hold = stays;
            found->second.executed = !stays && order.result == "done";
        }
    }
}

void fold_recipients(case_state& c, const event&, const value& v) {
    for (const auto& id : list_of(v))
        if (std::ranges::find(c.recipients, id, &recipient_state::id) == c.recipients.end())
            c.recipients.push_back({id, {}});
}

void fold_recipient(case_state& c, const event&, const value& v) {
    for (auto& each : c.recipients)
        if (each.id == text_of(v["id"])) each.result = text_of(v["result"]);
}

// The door of an exception was opened: records are of another category, or of another person.
void fold_reattributed(case_state& c, const event&, const value& v) {
    const auto category = text_of(v["category"]);
    for (const auto& id : list_of(v["records"])) {
        const auto found = c.records.find(id);
        if (found == c.records.end()) continue;
        if (category.empty())
            c.records.erase(found);
        else
            found->second.source.insert_or_assign("category", category);
    }
}

void fold_release_check(case_state& c, const event&, const value& v) {
    c.release_checks.push_back({text_of(v["check"]), text_of(v["finding"]), list_of(v["records"])});
}

void fold_calls(case_state& c, const event&, const value& v) {
    for (const auto& call : list_of(v))
        if (std::ranges::find(c.release_calls, call) == c.release_calls.end())
            c.release_calls.push_back(call);
}

// The days of deferred erasures; an entry of the same record replaces the one before.
void fold_deferred(case_state& c, const event&, const value& v) {
    for (const auto& each : objects_of(v)) {
        const deferred_erasure next{text_of(each, "record"), date_of(each, "on").value_or(date{}),
                                    text_of(each, "state")};
        const auto before = std::ranges::find(c.deferred, next.record, &deferred_erasure::record);
        if (before == c.deferred.end())
            c.deferred.push_back(next);
        else
            *before = next;
    }
}

// Whom deferred erasures are about, and how to reach them: it stands in where the case itself has
// been destroyed, and says nothing new before.
void fold_deferred_for(case_state& c, const event&, const value& v) {
    if (c.person.empty()) c.person = text_of(v["person"]);
    if (c.subject.empty()) c.subject = object_of(v["contact"]);
    if (c.person_tags.empty()) c.person_tags = list_of(v["person_tags"]);
    if (c.house.empty())
        for (const auto& each : objects_of(v["house"]))
            c.house.push_back({text_of(each, "rule"),
                               flag_of(each, "upheld"),
                               text_of(each, "ground"),
                               date_of(each, "until"),
                               {}});
}

constexpr auto records = std::to_array<field_fold>({
    {"found", fold_found},
    {"found_again", fold_found_again},
    {"searched",
     [](case_state& c, const event&, const value& v) {
         for (auto& place : list_of(v)) c.places_searched.insert(std::move(place));
     }},
    {"flags",
     [](case_state& c, const event&, const value& v) {
         for (auto& flag : list_of(v)) c.flags.insert(std::move(flag));
     }},
    {"calls", fold_calls},
    {"decided", fold_decided},
    {"contested", fold_contested},
    {"uses", fold_uses},
    {"house", fold_house},
    {"exception", fold_exception},
    {"reattributed", fold_reattributed},
    {"assessed", fold_assessed},
    {"release_check", fold_release_check},
    {"refusal_ground",
     [](case_state& c, const event&, const value& v) { c.decision_ground = text_of(v); }},
    {"orders", fold_orders},
    {"order_answer", fold_order_answer},
    {"recipients", fold_recipients},
    {"recipient", fold_recipient},
    {"deferred", fold_deferred},
    {"deferred_for", fold_deferred_for},
});

}  // namespace

std::span<const field_fold> folds_of_records() {
    return records;
}

}  // namespace pykala::cases
