#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "engine/case/parts.hpp"
#include "engine/case/rules_of_case.hpp"
#include "engine/case/values.hpp"

#include "api/letters/case_view.hpp"

namespace pykala::api::letters {
namespace {

using cases::case_record;

using rules_by_record = std::map<std::string, std::vector<cases::rule_of_record>>;

bool is_upheld(const case_view& v, const std::string& rule) {
    return std::ranges::any_of(v.state.house,
                               [&](const auto& each) { return each.rule == rule && each.upheld; });
}

// An officer keeps what no rule holds, on a ground of article 17(3).
kept_line kept_by_officer(const case_view& v, const case_record& held) {
    kept_line line{.name = v.name_of(held),
                   .because = v.ground_says(held.ground),
                   .cite = v.ground_cite(held.ground),
                   .reason = v.reason_for(held.id)};
    if (cases::text_of(held.assessed, "hold") == "dated")
        line.until = cases::date_of(held.assessed, "retain_until");
    line.open = !line.until;
    return line;
}

// The statute that ends on the day: of the record itself or, for what names the person, of what it
// belongs to.
const rule* statute_until(const case_view& v, const rules_by_record& all, const std::string& record,
                          date until) {
    const auto meant = [&](const cases::rule_of_record& each) {
        return each.by == authority::statute && each.until == until;
    };
    const auto in = [&](const std::vector<cases::rule_of_record>& some) -> const rule* {
        const auto found = std::ranges::find_if(some, meant);
        return found == some.end() ? nullptr : v.rules.find_rule(found->rule);
    };
    if (const auto own = all.find(record); own != all.end())
        if (const auto* found = in(own->second)) return found;
    for (const auto& [id, some] : all)
        if (const auto* found = in(some)) return found;
    return nullptr;
}

// What the law says first, where our own rule holds longer than it.
void add_law(const case_view& v, const rules_by_record& all, const case_record& held,
             kept_line& line) {
    const auto until = cases::date_of(held.assessed, "statutory_until");
    if (!until || *until < v.about.known.today) return;
    const auto* law = statute_until(v, all, held.id, *until);
    if (!law) return;
    line.law_until = until;
    line.law_because = v.in(law->says);
    line.law_cite = v.in(law->cite_text);
}

// Until when: a day, the end of the contract, or not known yet.
void add_end(const case_record& held, kept_line& line) {
    const auto hold = cases::text_of(held.assessed, "hold");
    line.while_contract = hold == "contract";
    if (hold == "dated") line.until = cases::date_of(held.assessed, "retain_until");
    line.open = !line.until && !line.while_contract;
}

// No letter rests on a rule of our own that nobody has upheld.
kept_line kept_by_house(const case_view& v, const rules_by_record& all, const case_record& held,
                        const std::string& rule) {
    if (!is_upheld(v, rule)) return kept_by_officer(v, held);
    const auto decided = std::ranges::find(v.state.house, rule, &cases::house_decision::rule);
    kept_line line{.name = v.name_of(held),
                   .because = v.ground_says(decided->ground),
                   .cite = v.ground_cite(decided->ground)};
    add_end(held, line);
    for (const auto& e : v.about.events)
        if (cases::text_of(e["house"]["rule"]) == rule)
            line.reason = cases::text_of(e["in_reason"]);
    add_law(v, all, held, line);
    return line;
}

kept_line kept_by_law(const case_view& v, const rules_by_record& all, const case_record& held) {
    const auto id = cases::text_of(cases::member(held.assessed, "governing")["rule"]);
    if (const auto* secret = find(v.rules.case_rules, "secret_hold"); secret && is_secret(held))
        return {.name = v.name_of(held),
                .open = true,
                .because = v.in(secret->says),
                .cite = v.in(secret->cite_text)};
    if (const auto* by_case = find(v.rules.case_rules, id.substr(id.find('.') + 1));
        by_case && id.starts_with("case.")) {
        kept_line line{.name = v.name_of(held),
                       .because = v.in(by_case->says),
                       .cite = v.in(by_case->cite_text)};
        add_end(held, line);
        return line;
    }
    const auto* rule = v.rules.find_rule(id);
    if (!rule) return kept_by_officer(v, held);
    if (rule->by == authority::house) return kept_by_house(v, all, held, id);
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
           a.cite == b.cite && a.reason == b.reason && a.law_because == b.law_because &&
           a.law_cite == b.law_cite;
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

// The latest and, where they differ, the earliest of the days.
void widen(day& last, day& first, const day& with, const day& with_first) {
    if (!with || !last) return;
    const auto earliest = std::min(first.value_or(*last), with_first.value_or(*with));
    last = std::max(*last, *with);
    if (earliest != *last) first = earliest;
}

void merge(kept_line& into, const kept_line& line) {
    ++into.count;
    widen(into.until, into.first_until, line.until, line.first_until);
    widen(into.law_until, into.law_first_until, line.law_until, line.law_first_until);
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

void add_record(const case_view& v, const rules_by_record& all, const case_record& held,
                letter_facts& f) {
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
        gather(f.kept, by_law ? kept_by_law(v, all, held) : kept_by_officer(v, held));
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

}  // namespace

void add_records(const case_view& v, letter_facts& f) {
    const auto all = cases::rules_of_case(v.state, v.about.known);
    for (const auto& [id, held] : v.state.records) {
        const auto* kind = v.category_of(held);
        if (kind && cases::is_asked_for(v.state, held, v.about.known)) add_record(v, all, held, f);
    }
    finish(f);
}

}  // namespace pykala::api::letters
