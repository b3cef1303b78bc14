#include <algorithm>
#include <array>
#include <set>

#include "engine/case/guards.hpp"
#include "engine/case/parts.hpp"
#include "engine/case/values.hpp"

namespace pykala::cases {
namespace {

// The last read order of each register; an order of an earlier round counts no more.
std::map<std::string_view, const register_order*> last_reads(const case_state& c) {
    std::map<std::string_view, const register_order*> last;
    for (const auto& order : c.orders)
        if (order.verb == "read") last[order.at] = &order;
    return last;
}

bool registers_read(const guard_view& v) {
    const auto last = last_reads(v.c);
    return !last.empty() && std::ranges::all_of(last, [](const auto& each) {
        return each.second->result == "done";
    });
}

// The places of the vocabulary's `places_searched`.
constexpr auto places = std::to_array<std::string_view>(
    {"phone", "email", "customer_number", "former_identity_codes", "recordings"});

bool places_searched(const guard_view& v) {
    return std::ranges::all_of(
        places, [&](std::string_view place) { return v.c.places_searched.contains(place); });
}

bool nothing_found(const guard_view& v) {
    return registers_read(v) && v.c.records.empty();
}

bool every_part_granted(const guard_view& v) {
    const auto counts = count_parts(v.c, v.known);
    return counts.all() > 0 && counts.granted == counts.all();
}

bool some_parts_granted(const guard_view& v) {
    const auto counts = count_parts(v.c, v.known);
    return counts.open == 0 && counts.granted > 0 && counts.withheld > 0;
}

bool no_part_granted(const guard_view& v) {
    return count_parts(v.c, v.known).granted == 0;
}

bool no_open_review(const guard_view& v) {
    return std::ranges::none_of(v.c.records, [&](const auto& each) {
        const auto& held = each.second;
        return held.decision.empty() && text_of(held.assessed, "outcome") == "review" &&
               is_asked_for(v.c, held, v.known);
    });
}

bool house_rules_settled(const guard_view& v) {
    return std::ranges::none_of(v.c.records, [&](const auto& each) {
        const auto& held = each.second;
        return held.decision != "erase" && flag_of(held.assessed, "confirm") &&
               is_asked_for(v.c, held, v.known);
    });
}

bool access_answered_first(const guard_view& v) {
    return !v.known.others.access_unanswered;
}

bool pack_restricts_on_this_right(const guard_view& v) {
    const auto& rights = v.known.law->own_pack().restrict_on.value;
    const auto own = from_name<right>(v.c.right);
    return own && std::ranges::find(rights, *own) != rights.end();
}

bool only_asks(const register_order& order) {
    return order.verb == "read" || order.verb == "find";
}

bool changes_registers(const register_order& order) {
    return !only_asks(order) && order.verb != "package";
}

bool execution_confirmed(const guard_view& v) {
    return std::ranges::all_of(v.c.orders, [](const register_order& order) {
        return only_asks(order) || order.result == "done" || order.result == "held";
    });
}

bool execution_pending(const guard_view& v) {
    return !execution_confirmed(v);
}

bool hold_began_after_decision(const guard_view& v) {
    return std::ranges::any_of(v.c.records,
                               [](const auto& each) { return each.second.kept_by_new_hold; });
}

bool recipients_to_tell(const guard_view& v) {
    return !v.c.recipients.empty() && std::ranges::any_of(v.c.orders, changes_registers);
}

bool recipients_settled(const guard_view& v) {
    if (!recipients_to_tell(v)) return true;
    return std::ranges::none_of(v.c.recipients,
                                [](const recipient_state& each) { return each.result.empty(); });
}

bool large_quantity(const guard_view& v) {
    std::set<std::string> registers;
    for (const auto& [id, held] : v.c.records) registers.insert(register_of(id));
    return v.c.records.size() > 1'000 || registers.size() > 5;
}

bool is_checked(const case_state& c, std::string_view call) {
    return std::ranges::any_of(c.release_checks,
                               [&](const release_check& each) { return each.check == call; });
}

bool is_looked_at(const case_state& c, const std::string& record) {
    return std::ranges::any_of(c.release_checks, [&](const release_check& each) {
        return std::ranges::find(each.records, record) != each.records.end();
    });
}

bool listen_first(const case_record& held, const facts& known) {
    const auto* kind = find(known.law->own_pack().categories, text_of(held.source, "category"));
    return kind && kind->listen_first;
}

bool release_checks_done(const guard_view& v) {
    const bool called = std::ranges::all_of(
        v.c.release_calls, [&](const std::string& call) { return is_checked(v.c, call); });
    if (!called) return false;
    return std::ranges::all_of(v.c.records, [&](const auto& each) {
        const auto& [id, held] = each;
        const bool leaves = effective_decision(v.c, held, v.known) != "withhold";
        return !leaves || !listen_first(held, v.known) || is_looked_at(v.c, id);
    });
}

bool address_protected(const guard_view& v) {
    return v.c.flags.contains("address_protected");
}

bool self_service_only(const guard_view& v) {
    return !v.c.contested.empty() && std::ranges::all_of(v.c.contested, [](const auto& each) {
        return each.second.self_service && !each.second.voucher;
    });
}

bool vouchers_untouched(const guard_view& v) {
    return std::ranges::none_of(v.c.contested, [](const auto& each) {
        return each.second.voucher && each.second.result == "corrected";
    });
}

bool only_scope_withheld(const guard_view& v) {
    return std::ranges::none_of(parts_of(v.c, v.known), [](const part& each) {
        return each.how == favour::withheld && each.by_officer;
    });
}

bool transmission_asked(const guard_view& v) {
    return v.c.transmission_asked;
}

bool transmission_done(const guard_view& v) {
    return !v.c.transmission_asked || v.c.has("transmission_settled");
}

bool withheld_by_dpa_34(const guard_view& v) {
    const auto is_meant = [&](const std::string& ground) {
        const auto* law = ground.empty() ? nullptr : v.known.law->rules->find_ground(ground);
        return law && law->effect == provision_effect::through_authority;
    };
    if (is_meant(v.c.decision_ground)) return true;
    return std::ranges::any_of(v.c.records, [&](const auto& each) {
        const auto& held = each.second;
        return (held.decision == "withhold" || held.decision == "redact") && is_meant(held.ground);
    });
}

bool marketing_target_known(const guard_view& v) {
    return !v.c.person.empty() || v.c.who.marketing_target;
}

constexpr auto records = std::to_array<guard_entry>({
    {"registers_read", registers_read},
    {"places_searched", places_searched},
    {"nothing_found", nothing_found},
    {"every_part_granted", every_part_granted},
    {"some_parts_granted", some_parts_granted},
    {"no_part_granted", no_part_granted},
    {"no_open_review", no_open_review},
    {"house_rules_settled", house_rules_settled},
    {"access_answered_first", access_answered_first},
    {"pack_restricts_on_this_right", pack_restricts_on_this_right},
    {"execution_confirmed", execution_confirmed},
    {"execution_pending", execution_pending},
    {"hold_began_after_decision", hold_began_after_decision},
    {"recipients_to_tell", recipients_to_tell},
    {"recipients_settled", recipients_settled},
    {"large_quantity", large_quantity},
    {"release_checks_done", release_checks_done},
    {"address_protected", address_protected},
    {"self_service_only", self_service_only},
    {"vouchers_untouched", vouchers_untouched},
    {"only_scope_withheld", only_scope_withheld},
    {"transmission_asked", transmission_asked},
    {"transmission_done", transmission_done},
    {"withheld_by_dpa_34", withheld_by_dpa_34},
    {"marketing_target_known", marketing_target_known},
});

}  // namespace

std::span<const guard_entry> guards_of_records() {
    return records;
}

}  // namespace pykala::cases
