#include "api/fulfilment/orders.hpp"

#include <algorithm>
#include <set>

#include "engine/case/values.hpp"

namespace pykala::api {
namespace {

using cases::list_of;
using cases::text_of;

const category* category_of(const order_view& o, std::string_view id) {
    return find(o.c.law->own_pack().categories, id);
}

std::string category_id(std::string_view record) {
    const auto at = record.rfind('#');
    return at == std::string_view::npos ? std::string() : std::string(record.substr(at + 1));
}

// A category of several classes is erased in the way of the first that has a way of its own.
erase_action way_of(const order_view& o, std::string_view category_name) {
    const auto* kind = category_of(o, category_name);
    if (!kind) return erase_action::delete_record;
    for (const auto& name : kind->classes)
        if (const auto* of = find(o.c.law->rules->classes, name);
            of && of->erase != erase_action::delete_record)
            return of->erase;
    return erase_action::delete_record;
}

register_verb verb_of(erase_action way) {
    if (way == erase_action::unlink) return register_verb::unlink;
    if (way == erase_action::reduce) return register_verb::reduce;
    return register_verb::erase;
}

template <class List, class Item>
bool stands_in(const List& list, const Item& item) {
    return std::ranges::find(list, item) != list.end();
}

std::vector<record_change> with_verb(std::span<const std::string> records, register_verb verb) {
    std::vector<record_change> changes;
    for (const auto& id : records) changes.push_back({.record = id, .verb = verb});
    return changes;
}

using name_set = std::set<std::string, std::less<>>;

bool rests_only_on(const category& kind, legal_basis basis) {
    const auto& all = kind.facts.basis.value;
    return !all.empty() && std::ranges::all_of(all, [&](auto b) { return b == basis; });
}

bool serves_only(const category& kind, const name_set& uses) {
    const auto& all = kind.facts.purposes.value;
    return !all.empty() &&
           std::ranges::all_of(all, [&](const auto& use) { return uses.contains(use); });
}

bool serves_any(const category& kind, const name_set& uses) {
    return std::ranges::any_of(kind.facts.purposes.value,
                               [&](const auto& use) { return uses.contains(use); });
}

// What the pack says that choices about marketing are for, is marketing: categories that shrink to
// a suppression key are those choices.
name_set marketing_uses(const order_view& o) {
    name_set uses;
    for (const auto& [id, kind] : o.c.law->own_pack().categories)
        if (way_of(o, id) == erase_action::reduce)
            uses.insert(kind.facts.purposes.value.begin(), kind.facts.purposes.value.end());
    return uses;
}

// Contested in general: an objection contests its uses, an erasure all that it asks for. A
// rectification that names no field contests no value that could be restricted.
bool is_contested(const order_view& o, const category& kind) {
    const auto& c = o.c.now;
    if (c.right == "objection") {
        name_set uses;
        for (const auto& [use, decision] : c.uses) uses.insert(use);
        return stands_in(kind.facts.basis.value, legal_basis::interest) && serves_any(kind, uses);
    }
    if (c.right != "erasure") return false;
    const auto named = list_of(c.request, "categories");
    return named.empty() || stands_in(named, kind.id);
}

bool restricts(const cases::case_state& c, const std::string& record) {
    if (c.closed()) return false;
    if (c.right == "restriction" && !c.has("lift_ordered"))
        if (const auto held = c.records.find(record);
            held != c.records.end() && held->second.decision == "restrict")
            return true;
    if (!c.has("temporarily_restricted")) return false;
    return std::ranges::any_of(c.orders, [&](const auto& order) {
        return order.verb == "restrict" &&
               (order.records.empty() || stands_in(order.records, record));
    });
}

bool restricted_by_other(const order_view& o, const std::string& record) {
    return std::ranges::any_of(o.c.others,
                               [&](const auto& other) { return restricts(other, record); });
}

bool kept_for_hold(const order_view& o, const std::string& record) {
    const auto waits = [&](const cases::case_state& c) {
        return std::ranges::any_of(c.deferred, [&](const auto& each) {
            return each.record == record && each.state == "scheduled";
        });
    };
    return waits(o.c.now) || std::ranges::any_of(o.c.others, waits);
}

constexpr auto marking_verbs =
    std::to_array<std::string_view>({"restrict", "stop_marketing", "stop_consent_use", "stop_use"});

}  // namespace

std::vector<record_change> erasure_changes(const order_view& o) {
    std::vector<record_change> changes;
    for (const auto& id : o.order.records) {
        record_change change{.record = id, .verb = verb_of(way_of(o, category_id(id)))};
        const auto held = o.c.now.records.find(id);
        if (held != o.c.now.records.end() && held->second.decision == "erase" &&
            held->second.ground != "order")
            change.decided = from_name<review_reason>(text_of(held->second.assessed, "reason"))
                                 .value_or(review_reason::none);
        changes.push_back(std::move(change));
    }
    return changes;
}

std::vector<record_change> marking_changes(const order_view& o, const register_answer& now) {
    const auto& verb = o.order.verb;
    if (verb == "hold_only") return with_verb(o.order.records, register_verb::hold_only);
    if (!o.order.records.empty()) return with_verb(o.order.records, register_verb::restrict_use);
    const auto marketing = verb == "stop_marketing" ? marketing_uses(o) : name_set();
    name_set uses;
    for (auto& use : list_of(o.what["uses"])) uses.insert(std::move(use));
    std::vector<record_change> changes;
    for (const auto& held : now.records) {
        const auto* kind = category_of(o, held.facts.category);
        if (!kind) continue;
        if (verb == "stop_marketing" && way_of(o, kind->id) == erase_action::reduce) continue;
        if ((verb == "stop_marketing" && serves_only(*kind, marketing)) ||
            (verb == "stop_consent_use" && rests_only_on(*kind, legal_basis::consent)) ||
            (verb == "stop_use" && serves_only(*kind, uses)) ||
            (verb == "restrict" && is_contested(o, *kind)))
            changes.push_back({.record = held.facts.id, .verb = register_verb::restrict_use});
    }
    return changes;
}

std::vector<record_change> bans(const order_view& o, bool known) {
    std::vector<record_change> changes;
    if (known) changes.push_back({.verb = register_verb::ban});
    for (const auto* kind : {"phone", "email"})
        if (const auto address = text_of(o.c.now.subject, kind); !known && !address.empty())
            changes.push_back({.verb = register_verb::ban, .field = kind, .new_value = address});
    return changes;
}

std::vector<record_change> release_changes(const order_view& o, const register_answer& now) {
    std::vector<std::string> free;
    for (const auto& held : now.records) {
        const auto& id = held.facts.id;
        const bool meant = o.order.records.empty() || stands_in(o.order.records, id);
        if (meant && held.marks.restricted && !restricted_by_other(o, id)) free.push_back(id);
    }
    return with_verb(free, register_verb::release);
}

std::vector<record_change> own_marks_released(const order_view& o) {
    const bool marked = std::ranges::any_of(o.c.now.orders, [&](const auto& order) {
        return order.at == o.order.at && stands_in(marking_verbs, order.verb);
    });
    if (!marked) return {};
    std::vector<std::string> free;
    for (const auto& id : o.order.records)
        if (!restricted_by_other(o, id)) free.push_back(id);
    return with_verb(free, register_verb::release);
}

std::vector<record_change> holds_renewed(const order_view& o,
                                         std::span<const record_change> released) {
    std::vector<std::string> kept;
    for (const auto& change : released)
        if (kept_for_hold(o, change.record)) kept.push_back(change.record);
    return with_verb(kept, register_verb::hold_only);
}

namespace {

// What was decided about a field: the last decision of an officer, else what the person asked for.
value_object decided_field(const order_view& o, const std::string& field) {
    value_object found;
    for (const auto& each : cases::objects_of(cases::member(o.c.now.request, "fields")))
        if (text_of(each, "field") == field)
            found = {{"result", "corrected"}, {"value", text_of(each, "value")}};
    for (const auto& e : o.c.events) {
        if (!stands_in(list_of(e["in_fields"]), field)) continue;
        found = {{"result", text_of(e["in_field_result"])},
                 {"value", text_of(e["in_value"])},
                 {"statement", text_of(e["in_statement"])}};
    }
    return found;
}

}  // namespace

std::vector<record_change> rectifications(const order_view& o, const register_answer& now,
                                          std::vector<std::string>& problems) {
    std::vector<record_change> changes;
    for (const auto& id : list_of(o.what["fields"])) {
        const auto at = id.rfind('/');
        const auto record = id.substr(0, at);
        const auto column = id.substr(at + 1);
        const auto held =
            std::ranges::find(now.records, record, [](const auto& r) { return r.facts.id; });
        if (held == now.records.end()) {
            problems.push_back(record);
            continue;
        }
        const auto decided = decided_field(o, id);
        const bool statement = text_of(decided, "result") == "statement_attached";
        record_change change{.record = record, .verb = register_verb::rectify, .field = column};
        change.new_value = text_of(decided, statement ? "statement" : "value");
        if (statement) change.correction = "supplementary_statement";
        const auto field = std::ranges::find(held->fields, column, &register_field::column);
        if (field == held->fields.end() || change.new_value->empty() ||
            (statement && !held->voucher)) {
            problems.push_back(record);
            continue;
        }
        if (!field->null) change.old_value = field->text;
        if (change.old_value != change.new_value || held->voucher)
            changes.push_back(std::move(change));
    }
    return changes;
}

}  // namespace pykala::api
