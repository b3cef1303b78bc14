#include "engine/case/parts.hpp"

#include <algorithm>
#include <array>

#include "engine/case/values.hpp"

namespace pykala::cases {
namespace {

const category* category_of(const case_record& held, const facts& known) {
    if (!known.law) return nullptr;
    return find(known.law->own_pack().categories, text_of(held.source, "category"));
}

// An erasure follows the assessment: `review`, and a house rule that nobody has confirmed, wait for
// a person.
std::string erasure_by_law(const case_record& held) {
    const auto outcome = text_of(held.assessed, "outcome");
    if (outcome == "erase") return "erase";
    if (outcome == "retain" && !flag_of(held.assessed, "confirm")) return "keep";
    return {};
}

// Article 20 covers what the person provided and what was observed of them (WP 242 rev.01).
std::string portability_by_pack(const case_record& held, const facts& known) {
    const auto* kind = category_of(held, known);
    if (!kind) return {};
    const auto covered = kind->facts.portability.value;
    const bool given = covered == portability::provided || covered == portability::observed;
    return given ? "give" : "withhold";
}

bool is_personal(const case_record& held, const facts& known) {
    const auto* kind = category_of(held, known);
    return !kind || kind->personal;
}

bool withdraws_consent(const case_state& c) {
    return c.right == "objection" && c.kind == "consent_withdrawal";
}

bool rests_on_consent(const case_record& held, const facts& known) {
    const auto* kind = category_of(held, known);
    return kind && std::ranges::find(kind->facts.basis.value, legal_basis::consent) !=
                       kind->facts.basis.value.end();
}

// What has another ground too does not go by itself when the consent is withdrawn.
std::string withdrawal_by_law(const case_record& held, const facts& known) {
    const auto* kind = category_of(held, known);
    auto decided = erasure_by_law(held);
    if (decided == "erase" && kind && kind->facts.basis.value.size() > 1) return {};
    return decided;
}

// A request may name what it is about; naming nothing, it is about everything.
bool asked_for(const case_state& c, const case_record& held) {
    const auto named = list_of(c.request, "categories");
    return named.empty() ||
           std::ranges::find(named, text_of(held.source, "category")) != named.end();
}

constexpr auto in_favour =
    std::to_array<std::string_view>({"erase", "give", "restrict", "stop", "corrected", "completed",
                                     "statement_attached", "correcting_entry"});

favour favour_of(std::string_view decision) {
    if (decision.empty()) return favour::open;
    return std::ranges::find(in_favour, decision) != in_favour.end() ? favour::granted
                                                                     : favour::withheld;
}

part part_of(std::string id, std::string decision, bool by_officer) {
    const auto how = favour_of(decision);
    return {std::move(id), std::move(decision), how, by_officer};
}

}  // namespace

std::string effective_decision(const case_state& c, const case_record& held, const facts& known) {
    if (!held.decision.empty()) return held.decision;
    if (c.right == "access") return "give";
    if (c.right == "portability") return portability_by_pack(held, known);
    if (withdraws_consent(c)) return withdrawal_by_law(held, known);
    if (c.right == "erasure" || c.right == "objection") return erasure_by_law(held);
    return {};
}

bool is_asked_for(const case_state& c, const case_record& held, const facts& known) {
    if (withdraws_consent(c) && !rests_on_consent(held, known)) return false;
    return is_personal(held, known) && asked_for(c, held);
}

std::string register_of(std::string_view record) {
    return std::string(record.substr(0, record.find('/')));
}

std::vector<part> parts_of(const case_state& c, const facts& known) {
    std::vector<part> all;
    if (c.right == "rectification") {
        for (const auto& [id, field] : c.contested)
            all.push_back(part_of(id, field.result, !field.result.empty()));
        return all;
    }
    if (c.right == "objection" && c.kind == "legitimate_interest") {
        for (const auto& [use, decision] : c.uses)
            all.push_back(part_of(use, decision, !decision.empty()));
        return all;
    }
    for (const auto& [id, held] : c.records)
        if (is_asked_for(c, held, known))
            all.push_back(part_of(id, effective_decision(c, held, known), !held.decision.empty()));
    return all;
}

part_counts count_parts(const case_state& c, const facts& known) {
    part_counts counts;
    for (const auto& each : parts_of(c, known)) {
        counts.open += each.how == favour::open;
        counts.granted += each.how == favour::granted;
        counts.withheld += each.how == favour::withheld;
    }
    return counts;
}

}  // namespace pykala::cases
