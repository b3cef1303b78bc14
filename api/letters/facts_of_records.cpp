#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "engine/case/parts.hpp"
#include "engine/case/values.hpp"

#include "api/letters/case_view.hpp"

namespace pykala::api::letters {
namespace {

using cases::case_record;

// A hold that only named staff may see (product.md): the letter says no more than that the law
// requires it.
bool is_secret(const case_record& held) {
    return std::ranges::any_of(cases::objects_of(cases::member(held.source, "holds")),
                               [](const auto& hold) { return cases::flag_of(hold, "secret"); });
}

const cases::house_decision* upheld(const case_view& v, const std::string& rule) {
    for (const auto& each : v.state.house)
        if (each.rule == rule && each.upheld) return &each;
    return nullptr;
}

// An officer keeps what no rule holds, on a ground of article 17(3).
kept_line kept_by_officer(const case_view& v, const case_record& held) {
    return {.name = v.name_of(held),
            .open = true,
            .because = v.ground_says(held.ground),
            .cite = v.ground_cite(held.ground),
            .reason = v.reason_for(held.id)};
}

kept_line kept_by_house(const case_view& v, const case_record& held, const std::string& rule) {
    const auto* decided = upheld(v, rule);
    if (!decided) return kept_by_officer(v, held);
    kept_line line{
        .name = v.name_of(held),
        .until = decided->until ? decided->until : cases::date_of(held.assessed, "retain_until"),
        .because = v.ground_says(decided->ground),
        .cite = v.ground_cite(decided->ground)};
    for (const auto& e : v.about.events)
        if (cases::text_of(e["house"]["rule"]) == rule)
            line.reason = cases::text_of(e["in_reason"]);
    line.open = !line.until;
    return line;
}

kept_line kept_by_law(const case_view& v, const case_record& held) {
    const auto id = cases::text_of(cases::member(held.assessed, "governing")["rule"]);
    if (const auto* secret = find(v.rules.case_rules, "secret_hold"); secret && is_secret(held))
        return {.name = v.name_of(held),
                .open = true,
                .because = v.in(secret->says),
                .cite = v.in(secret->cite_text)};
    if (const auto* by_case = find(v.rules.case_rules, id.substr(id.find('.') + 1));
        by_case && id.starts_with("case.")) {
        const auto hold = cases::text_of(held.assessed, "hold");
        kept_line line{.name = v.name_of(held),
                       .while_contract = hold == "contract",
                       .because = v.in(by_case->says),
                       .cite = v.in(by_case->cite_text)};
        if (hold == "dated") line.until = cases::date_of(held.assessed, "retain_until");
        line.open = !line.until && !line.while_contract;
        return line;
    }
    const auto* rule = v.rules.find_rule(id);
    if (!rule) return kept_by_officer(v, held);
    if (rule->by == authority::house) return kept_by_house(v, held, id);
    kept_line line{.name = v.name_of(held),
                   .until = cases::date_of(held.assessed, "retain_until"),
                   .because = v.in(rule->says),
                   .cite = v.in(rule->cite_text)};
    line.open = !line.until;
    return line;
}

// Whether two records share one fate, so that one line says it of both.
bool same(const kept_line& a, const kept_line& b) {
    return a.while_contract == b.while_contract && a.open == b.open && a.because == b.because &&
           a.cite == b.cite && a.reason == b.reason;
}

bool same(const erased_line& a, const erased_line& b) {
    return a.name == b.name && a.unlinked == b.unlinked && a.reduced == b.reduced;
}

bool same(const refused_line& a, const refused_line& b) {
    return a.because == b.because && a.cite == b.cite && a.reason == b.reason;
}

bool same(const restricted_line& a, const restricted_line& b) {
    return a.cite == b.cite;
}

void add_name(std::string& names, const std::string& name) {
    const bool known = (", " + names + ",").contains(", " + name + ",");
    if (!known) names += (names.empty() ? "" : ", ") + name;
}

void merge(kept_line& into, const kept_line& line) {
    ++into.count;
    if (!line.until || line.until == into.until) return;
    const auto first = std::min(line.first_until ? *line.first_until : *line.until,
                                into.first_until ? *into.first_until : *into.until);
    into.until = std::max(*into.until, *line.until);
    into.first_until = std::min(first, *line.until);
}

void merge(erased_line& into, const erased_line&) {
    ++into.count;
}
void merge(refused_line&, const refused_line&) {}
void merge(restricted_line&, const restricted_line&) {}

template <class T>
void gather(std::vector<T>& lines, T line) {
    for (auto& known : lines)
        if (same(known, line)) {
            add_name(known.name, line.name);
            merge(known, line);
            return;
        }
    lines.push_back(std::move(line));
}

// The dated lines first, in order of their days.
void finish(letter_facts& f) {
    std::ranges::sort(f.kept, {}, [](const kept_line& line) {
        return std::tuple(!line.until, line.until.value_or(date{}), line.name);
    });
    const auto capital = [](auto& lines) {
        for (auto& line : lines) line.name = capitalised(line.name);
    };
    capital(f.kept);
    capital(f.erased);
    capital(f.refused);
    capital(f.restricted);
}

void gather_name(std::vector<std::string>& names, const std::string& name) {
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
}

refused_line refused_of(const case_view& v, const case_record& held, const std::string& decision) {
    const auto ground =
        held.ground.empty() ? workflow::ground_for(v.about.flow, decision) : held.ground;
    return {.name = v.name_of(held),
            .because = v.ground_says(ground),
            .cite = v.ground_cite(ground),
            .reason = v.reason_for(held.id)};
}

void add_restricted(const case_view& v, const case_record& held, letter_facts& f) {
    gather(f.restricted, {.name = v.name_of(held),
                          .says = v.ground_says(held.decision_ground),
                          .cite = v.ground_cite(held.decision_ground)});
}

void add_record(const case_view& v, const case_record& held, letter_facts& f) {
    const auto decision = cases::effective_decision(v.state, held, v.about.known);
    if (decision == "erase") {
        const auto action = cases::text_of(held.assessed, "action");
        if (held.executed || v.state.orders.empty())
            gather(f.erased, {.name = v.name_of(held),
                              .unlinked = action == "unlink",
                              .reduced = action == "reduce"});
        else
            gather_name(f.pending, capitalised(v.name_of(held)));
    } else if (decision == "keep") {
        const bool by_law = cases::text_of(held.assessed, "outcome") == "retain";
        gather(f.kept, by_law ? kept_by_law(v, held) : kept_by_officer(v, held));
    } else if (decision == "restrict") {
        add_restricted(v, held, f);
    } else if (decision == "leave" || decision == "withhold" || decision == "redact") {
        gather(f.refused, refused_of(v, held, decision));
    } else if (decision == "give") {
        if (v.state.right == "portability") gather_name(f.covered, capitalised(v.name_of(held)));
    } else {
        gather_name(f.pending, capitalised(v.name_of(held)));
    }
}

std::string joined(const case_view& v, const std::vector<std::string>& ids,
                   const by_id<named_text>& names) {
    std::string all;
    for (const auto& id : ids)
        if (const auto* found = find(names, id))
            all += (all.empty() ? "" : "; ") + v.in(found->name);
    return all;
}

std::string recipient_name(const case_view& v, const recipient& to) {
    return to.name.empty() ? v.in(to.purpose) : to.name;
}

category_line line_of(const case_view& v, const category& kind) {
    category_line line{
        .id = kind.id, .name = capitalised(v.in(kind.name)), .says = v.in(kind.says)};
    line.purposes = joined(v, kind.facts.purposes.value, v.own.purposes);
    line.sources = joined(v, kind.facts.sources.value, v.own.sources);
    const auto add = [](std::string& list, const std::string& text) {
        if (!text.empty()) list += (list.empty() ? "" : "; ") + text;
    };
    for (const auto basis : kind.facts.basis.value)
        if (const auto* found = find(v.about.words.bases, pykala::name_of(basis)))
            add(line.basis, v.in(*found));
    for (const auto& id : kind.facts.recipients.value)
        if (const auto* found = find(v.own.recipients, id))
            add(line.recipients, recipient_name(v, *found));
    for (const auto& id : kind.facts.transfers.value)
        if (const auto* found = find(v.own.transfers, id)) add(line.transfers, v.in(found->text));
    return line;
}

// The latest end among the records of the category; none while one of them has none.
void add_period(const case_view& v, const std::vector<const case_record*>& records,
                category_line& line) {
    for (const auto* held : records) {
        if (cases::text_of(held->assessed, "outcome") != "retain") continue;
        const auto kept = kept_by_law(v, *held);
        line.while_contract |= kept.while_contract;
        if (kept.until && (!line.until || *line.until < *kept.until)) {
            line.until = kept.until;
            line.kept_because = kept.because;
        }
    }
    if (line.while_contract) line.until.reset();
    line.no_period = !line.while_contract && !line.until;
}

}  // namespace

void add_records(const case_view& v, letter_facts& f) {
    for (const auto& [id, held] : v.state.records) {
        const auto* kind = v.category_of(held);
        if (kind && cases::is_asked_for(v.state, held, v.about.known)) add_record(v, held, f);
    }
    finish(f);
}

void add_access(const case_view& v, letter_facts& f) {
    std::map<std::string, std::vector<const case_record*>> by_category;
    for (const auto& [id, held] : v.state.records)
        if (const auto* kind = v.category_of(held);
            kind && kind->personal &&
            cases::effective_decision(v.state, held, v.about.known) != "withhold")
            by_category[kind->id].push_back(&held);
    for (const auto& [id, records] : by_category) {
        auto line = line_of(v, v.own.categories.at(id));
        add_period(v, records, line);
        f.categories.push_back(std::move(line));
    }
    for (const auto& told : v.state.recipients)
        if (const auto* found = find(v.own.recipients, told.id))
            f.told.push_back({recipient_name(v, *found), {}});
}

}  // namespace pykala::api::letters
