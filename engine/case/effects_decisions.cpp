#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/case/assess_case.hpp"
#include "engine/case/effects.hpp"
#include "engine/case/rules_of_case.hpp"
#include "engine/case/values.hpp"

namespace pykala::cases {
namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, word) != words.end();
}

checked need(const effect_view& v, std::string_view input, std::string_view code,
             std::string_view why) {
    if (!v.input(input).empty()) return {};
    return fail(problem_kind::invalid, std::string(code), std::string(why),
                fmt::format("give `{}`", input));
}

checked need_ground_and_reason(const effect_view& v, std::string_view ground) {
    PYKALA_CHECK(need(v, ground, "missing_ground", "this decision needs its ground in the law"));
    return need(v, "reason", "missing_reason", "this decision needs a reason that can be shown");
}

result<const case_record*> known_record(const effect_view& v, const std::string& id) {
    const auto found = v.c.records.find(id);
    if (found == v.c.records.end())
        return fail(problem_kind::invalid, "unknown_record", "the case has no such record",
                    "records are those that the registers gave");
    return &found->second;
}

// What the law or another case forbids to erase, whoever decides it.
checked may_erase(const effect_view& v, const case_record& held) {
    const auto& suspended = v.known.others.suspended;
    if (std::ranges::find(suspended, held.id) != suspended.end())
        return fail(problem_kind::refused, "suspended_by_case",
                    "another case of the person restricts this record",
                    "it can be decided when that restriction has ended");
    if (text_of(held.assessed, "outcome") != "retain") return {};
    const auto& governing = member(held.assessed, "governing");
    problem why{.kind = problem_kind::refused,
                .code = "statutory_hold",
                .detail = "the law keeps this record, nobody can lift that",
                .hint = "keep it, with its ground of article 17(3)",
                .cites = {text_of(governing["cite"])}};
    // one that waits for an officer may hold where a statute lacks its date: lifting it is a step
    if (flag_of(held.assessed, "liftable") || flag_of(held.assessed, "confirm")) {
        why.code = "house_rule_holds";
        why.detail = fmt::format("our own rule `{}` keeps this record", text_of(governing["rule"]));
        why.hint = "lift the rule for this case first";
    }
    return std::unexpected(std::move(why));
}

// A record that waited for a look is decided with a reason, unless only the notice is silent.
checked may_decide_without_reason(const effect_view& v, const case_record& held) {
    const bool waited = text_of(held.assessed, "outcome") == "review";
    if (!waited || text_of(held.assessed, "reason") == "retention_unstated") return {};
    return need(v, "reason", "missing_reason", "a record that waited for a look needs a reason");
}

checked decide_records(const effect_view& v) {
    const auto decision = v.input("decision");
    if (is_one_of(decision, {"keep", "withhold", "redact", "leave"}))
        PYKALA_CHECK(need_ground_and_reason(v, "ground"));
    if (decision == "restrict")
        PYKALA_CHECK(need(v, "restriction_ground", "missing_ground",
                          "a restriction needs its ground of article 18(1)"));
    const auto ids = list_of(v.what.inputs, "records");
    for (const auto& id : ids) {
        PYKALA_TRY(const auto* held, known_record(v, id));
        if (decision != "erase") continue;
        PYKALA_CHECK(may_erase(v, *held));
        PYKALA_CHECK(may_decide_without_reason(v, *held));
    }
    value_object all{{"records", list_value(ids)}, {"decision", decision}};
    add_text(all, "ground", v.input("ground"));
    const auto second = v.input("erasure_ground");
    const auto restricts = v.input("restriction_ground");
    add_text(all, "decision_ground", second.empty() ? restricts : second);
    const auto* why = v.known.law->rules->find_ground(restricts);
    if (why && why->effect == provision_effect::suspends_erasure)
        all.emplace("suspends_erasure", true);
    put(v.e, "decided", std::move(all));
    return {};
}

checked is_house_rule(const effect_view& v) {
    const auto id = v.input("rule");
    const auto* found = v.known.law->rules->find_rule(id);
    if (!found)
        return fail(problem_kind::invalid, "unknown_rule",
                    fmt::format("there is no rule `{}`", id));
    if (found->by == authority::house) return {};
    return std::unexpected(problem{.kind = problem_kind::refused,
                                   .code = "statute_binds",
                                   .detail = fmt::format("`{}` is the law, not our own rule", id),
                                   .hint = "only rules of our own are upheld or lifted",
                                   .cites = {found->cite}});
}

checked decide_house_rule(const effect_view& v, bool upheld) {
    PYKALA_CHECK(is_house_rule(v));
    value_object all{{"rule", v.input("rule")}, {"upheld", upheld}};
    add_text(all, "ground", v.input("ground"));
    add_text(all, "until", v.input("until"));
    put(v.e, "house", std::move(all));
    reassess(v.c, v.e, v.known);
    return {};
}

// The last day on which the rule itself keeps anything of the case; none while a contract runs from
// whose end it counts, or where it keeps nothing.
std::optional<date> last_day_of(const effect_view& v, const std::string& rule) {
    std::optional<date> last;
    for (const auto& [id, rules] : rules_of_case(v.c, v.known))
        for (const auto& each : rules) {
            if (each.rule != rule) continue;
            if (!each.until) return std::nullopt;
            last = last ? std::max(*last, *each.until) : each.until;
        }
    return last;
}

checked uphold_house_rule(const effect_view& v) {
    const auto until = date_of(v.what.inputs, "until");
    if (until && *until < v.what.on)
        return fail(problem_kind::invalid, "until_in_past",
                    fmt::format("`{}` has passed already", v.input("until")),
                    "lift the rule when it has ended");
    PYKALA_CHECK(is_house_rule(v));
    if (const auto last = last_day_of(v, v.input("rule")); until && last && *until > *last)
        return fail(problem_kind::invalid, "until_after_rule",
                    fmt::format("`{}` keeps nothing of this case after `{}`", v.input("rule"),
                                to_string(*last)),
                    "give that day or an earlier one as the last day");
    return decide_house_rule(v, true);
}

checked lift_house_rule(const effect_view& v) {
    return decide_house_rule(v, false);
}

checked propose_exception(const effect_view& v) {
    const auto door = v.input("exception");
    const auto ids = list_of(v.what.inputs, "records");
    for (const auto& id : ids) PYKALA_CHECK(known_record(v, id));
    const auto* needs = door == "reclassify"    ? "category"
                        : door == "reattribute" ? "person"
                                                : "order_document";
    PYKALA_CHECK(need(v, needs, "missing_input", "this exception needs one thing more"));
    if (door == "reclassify" && !find(v.known.law->own_pack().categories, v.input("category")))
        return fail(problem_kind::invalid, "unknown_category",
                    fmt::format("the pack has no category `{}`", v.input("category")));
    value_object all{{"door", door}, {"records", list_value(ids)}};
    add_text(all, "category", v.input("category"));
    add_text(all, "person", v.input("person"));
    add_text(all, "order_document", v.input("order_document"));
    put(v.e, "exception", std::move(all));
    return {};
}

checked settle_exception(const effect_view& v) {
    put(v.e, "exception", value());
    if (v.input("verdict") != "approve" || !v.c.exception) return {};
    const auto& open = *v.c.exception;
    if (open.door == "carry_out_order") {
        put(v.e, "decided",
            value_object{
                {"records", list_value(open.records)}, {"decision", "erase"}, {"ground", "order"}});
        return {};
    }
    value_object moved{{"records", list_value(open.records)}};
    add_text(moved, "category", open.category);
    put(v.e, "reattributed", std::move(moved));
    if (open.door == "reattribute") v.alert("records_of_another_person");
    reassess(v.c, v.e, v.known);
    return {};
}

checked record_refusal(const effect_view& v) {
    put(v.e, "refusal_ground", v.input("ground"));
    if (const auto who = v.input("subject_kind"); !who.empty()) put(v.e, "subject_kind", who);
    return {};
}

// Records that a new hold kept wait for a person again.
checked undo_decision(const effect_view& v) {
    put(v.e, "refusal_ground", "");
    value_array kept;
    for (const auto& [id, held] : v.c.records)
        if (held.kept_by_new_hold) kept.emplace_back(id);
    if (!kept.empty())
        put(v.e, "decided", value_object{{"records", std::move(kept)}, {"decision", ""}});
    return {};
}

checked check_field(const effect_view& v, const std::string& id, std::string_view what) {
    const auto found = v.c.contested.find(id);
    const bool named = found != v.c.contested.end();
    // a request in plain words names no field: an officer finds it in what the registers gave
    if (!named && !v.c.records.contains(id.substr(0, id.rfind('/'))))
        return fail(problem_kind::invalid, "unknown_field", "this field is not contested here",
                    "decide fields that the request names, or of records that the registers gave");
    if (named && found->second.voucher && what == "corrected") {
        const auto* rule = find(v.known.law->rules->provisions, "accounting.no_alteration");
        return std::unexpected(
            problem{.kind = problem_kind::refused,
                    .code = "voucher_booked",
                    .detail = "a booked voucher is never overwritten",
                    .hint = "give a correcting entry, or attach the person's statement",
                    .cites = {rule ? rule->cite : std::string()}});
    }
    return {};
}

checked decide_fields(const effect_view& v) {
    const auto decision = v.input("field_result");
    if (is_one_of(decision, {"corrected", "completed", "correcting_entry"}))
        PYKALA_CHECK(need(v, "value", "missing_value", "a correction needs the right value"));
    if (decision == "statement_attached")
        PYKALA_CHECK(need(v, "statement", "missing_value", "a statement needs its text"));
    if (decision == "refused") PYKALA_CHECK(need_ground_and_reason(v, "ground"));
    for (const auto& id : list_of(v.what.inputs, "fields")) {
        PYKALA_CHECK(check_field(v, id, decision));
        value_object one{{"field", id}, {"result", decision}};
        add_text(one, "ground", v.input("ground"));
        v.append("contested", std::move(one));
    }
    return {};
}

checked grant_self_service(const effect_view& v) {
    for (const auto& [id, field] : v.c.contested)
        v.append("contested", value_object{{"field", id}, {"result", "corrected"}});
    return {};
}

checked decide_uses(const effect_view& v) {
    const auto decision = v.input("decision");
    if (decision == "continue") PYKALA_CHECK(need_ground_and_reason(v, "ground"));
    value_object all;
    for (const auto& id : list_of(v.what.inputs, "purposes")) {
        if (!find(v.known.law->own_pack().purposes, id) && !v.c.uses.contains(id))
            return fail(problem_kind::invalid, "unknown_use",
                        fmt::format("the pack names no use `{}`", id));
        all.insert_or_assign(id, decision);
    }
    put(v.e, "uses", std::move(all));
    return {};
}

// What a person found before release; what may not leave is decided with it.
checked record_release_check(const effect_view& v) {
    const auto ids = list_of(v.what.inputs, "records");
    for (const auto& id : ids) PYKALA_CHECK(known_record(v, id));
    const auto finding = v.input("finding");
    auto check = v.input("check");
    if (check.empty()) check = "free_text";
    put(v.e, "release_check",
        value_object{{"check", check}, {"finding", finding}, {"records", list_value(ids)}});
    if (ids.empty() || !is_one_of(finding, {"withhold", "redact"})) return {};
    PYKALA_CHECK(need(v, "reason", "missing_reason", "what does not leave needs a reason"));
    put(v.e, "decided",
        value_object{{"records", list_value(ids)},
                     {"decision", finding},
                     {"ground", workflow::ground_for(v.how.flow, finding)}});
    return {};
}

checked record_transmission(const effect_view& v) {
    if (v.input("transmission") != "not_feasible") return {};
    return need(v, "reason", "missing_reason", "say why sending it straight was not feasible");
}

constexpr auto decisions = std::to_array<effect_entry>({
    {"decide_records", decide_records},
    {"uphold_house_rule", uphold_house_rule},
    {"lift_house_rule", lift_house_rule},
    {"propose_exception", propose_exception},
    {"settle_exception", settle_exception},
    {"record_full_decision", keep_inputs},
    {"record_partial_decision", keep_inputs},
    {"record_refusal", record_refusal},
    {"record_nothing_held", keep_inputs},
    {"undo_decision", undo_decision},
    {"decide_fields", decide_fields},
    {"grant_self_service", grant_self_service},
    {"grant_absolute", keep_inputs},
    {"decide_uses", decide_uses},
    {"record_release_check", record_release_check},
    {"record_transmission", record_transmission},
});

}  // namespace

std::span<const effect_entry> effects_of_decisions() {
    return decisions;
}

}  // namespace pykala::cases
