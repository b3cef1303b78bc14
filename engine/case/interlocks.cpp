#include "engine/case/interlocks.hpp"

#include <algorithm>

#include "engine/case/values.hpp"

namespace pykala::cases {
namespace {

bool answered(const case_state& c) {
    return c.has("answer_dispatched");
}

bool suspends(const case_record& held) {
    return held.decision == "restrict" && held.suspends_erasure;
}

// `record/field`: the record's id holds slashes of its own, the field does not.
std::string record_of_field(std::string_view field) {
    return std::string(field.substr(0, field.rfind('/')));
}

void add(std::vector<std::string>& all, std::string id) {
    if (std::ranges::find(all, id) == all.end()) all.push_back(std::move(id));
}

bool access_unanswered(std::span<const case_state> others) {
    return std::ranges::any_of(others, [](const case_state& c) {
        return c.right == "access" && !c.closed() && !answered(c);
    });
}

std::optional<date> earliest_erasure_act_by(std::span<const case_state> others) {
    std::optional<date> earliest;
    for (const auto& c : others)
        if (c.right == "erasure" && !c.closed() && !answered(c))
            earliest = earliest ? std::min(*earliest, c.due.act_by) : c.due.act_by;
    return earliest;
}

std::vector<std::string> suspended_records(std::span<const case_state> others) {
    std::vector<std::string> all;
    for (const auto& c : others) {
        if (c.closed()) continue;
        if (c.right == "restriction" && !c.has("lift_ordered"))
            for (const auto& [id, held] : c.records)
                if (suspends(held)) add(all, id);
        if (!c.has("temporarily_restricted")) continue;
        for (const auto& [field, decision] : c.contested) add(all, record_of_field(field));
        for (const auto& id : list_of(c.request, "records")) add(all, id);
    }
    return all;
}

bool evidence_unsealed(std::span<const case_state> others) {
    return std::ranges::any_of(others, [](const case_state& c) {
        const bool gives = c.right == "access" || c.right == "portability";
        if (!gives || c.closed() || answered(c) || !c.evidence_sealed) return false;
        return std::ranges::any_of(c.orders, [](const register_order& order) {
            return order.verb == "read" && order.result != "done";
        });
    });
}

void add_defeats(const case_state& c, bool& consent_withdrawn, std::vector<std::string>& stopped) {
    if (c.right != "objection" || c.outcome == "withdrawn" || !c.has("identified")) return;
    if (c.kind == "consent_withdrawal") consent_withdrawn = true;
    if (c.kind != "legitimate_interest") return;
    if (!c.has("decided_in_full") && !c.has("decided_in_part")) return;
    for (const auto& [use, decision] : c.uses)
        if (decision == "stop") add(stopped, use);
}

}  // namespace

interlocks interlocks_of(std::span<const case_state> others) {
    interlocks all;
    all.access_unanswered = access_unanswered(others);
    all.erasure_act_by = earliest_erasure_act_by(others);
    all.frozen = std::ranges::any_of(others, [](const case_state& c) { return c.has("frozen"); });
    all.evidence_unsealed = evidence_unsealed(others);
    all.suspended = suspended_records(others);
    for (const auto& c : others) add_defeats(c, all.consent_withdrawn, all.stopped_uses);
    return all;
}

value_object interlocks_value(const interlocks& known) {
    value_object all;
    const auto add_flag = [&](std::string_view name, bool holds) {
        if (holds) all.emplace(std::string(name), true);
    };
    const auto add_list = [&](std::string_view name, const std::vector<std::string>& names) {
        if (!names.empty()) all.emplace(std::string(name), list_value(names));
    };
    add_flag("access_unanswered", known.access_unanswered);
    if (known.erasure_act_by) all.emplace("erasure_act_by", to_string(*known.erasure_act_by));
    add_flag("frozen", known.frozen);
    add_flag("evidence_unsealed", known.evidence_unsealed);
    add_list("suspended", known.suspended);
    add_flag("consent_withdrawn", known.consent_withdrawn);
    add_list("stopped_uses", known.stopped_uses);
    return all;
}

interlocks interlocks_from(const value& v) {
    interlocks all;
    all.access_unanswered = flag_of(v["access_unanswered"]);
    all.erasure_act_by = date_of(v["erasure_act_by"]);
    all.frozen = flag_of(v["frozen"]);
    all.evidence_unsealed = flag_of(v["evidence_unsealed"]);
    all.suspended = list_of(v["suspended"]);
    all.consent_withdrawn = flag_of(v["consent_withdrawn"]);
    all.stopped_uses = list_of(v["stopped_uses"]);
    return all;
}

defeats defeats_of(const interlocks& others, const case_state& own) {
    defeats found{others.consent_withdrawn, others.stopped_uses};
    add_defeats(own, found.consent_withdrawn, found.stopped_uses);
    return found;
}

}  // namespace pykala::cases
