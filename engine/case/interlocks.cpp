#include "engine/case/interlocks.hpp"

#include <algorithm>

#include "engine/case/values.hpp"

namespace pykala::cases {
namespace {

bool answered(const case_state& c) {
    return c.has("answer_dispatched");
}

bool suspends(const case_record& held) {
    return held.decision == "restrict" &&
           (held.decision_ground == "18_1_b" || held.decision_ground == "18_1_c");
}

// `record/field`: the record's id holds slashes of its own, the field does not.
std::string record_of_field(std::string_view field) {
    return std::string(field.substr(0, field.rfind('/')));
}

void add(std::vector<std::string>& all, std::string id) {
    if (std::ranges::find(all, id) == all.end()) all.push_back(std::move(id));
}

}  // namespace

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

bool frozen_by_other(std::span<const case_state> others) {
    return std::ranges::any_of(others, [](const case_state& c) { return c.has("frozen"); });
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

defeats defeats_of(std::span<const case_state> others, const case_state& own) {
    defeats found;
    const auto look = [&](const case_state& c) {
        if (c.right != "objection" || c.outcome == "withdrawn" || !c.has("identified")) return;
        if (c.kind == "consent_withdrawal") found.consent_withdrawn = true;
        if (c.kind != "legitimate_interest") return;
        if (!c.has("decided_in_full") && !c.has("decided_in_part")) return;
        for (const auto& [use, decision] : c.uses)
            if (decision == "stop") add(found.stopped_uses, use);
    };
    look(own);
    for (const auto& c : others) look(c);
    return found;
}

}  // namespace pykala::cases
