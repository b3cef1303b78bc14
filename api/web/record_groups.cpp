#include "api/web/record_groups.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/case/parts.hpp"
#include "engine/case/values.hpp"

#include "api/web/cases.hpp"
#include "api/web/words.hpp"

namespace pykala::api::web {
namespace {

using cases::case_record;
using cases::text_of;

constexpr std::string_view look = "look";
constexpr auto order = std::to_array<std::string_view>(
    {look, "erase", "keep", "give", "redact", "withhold", "restrict", "leave", "held"});

std::size_t place_of(std::string_view name) {
    return std::size_t(std::ranges::find(order, name) - order.begin());
}

// Rights under which each record has a fate; under the others the records are only there to be
// seen.
bool decides_records(const cases::case_state& c) {
    if (c.right == "rectification") return false;
    return c.right != "objection" || c.kind == "consent_withdrawal";
}

bool waits_for_listener(const desk::open_case& c, const case_record& held) {
    const auto* kind = find(c.law->own_pack().categories, text_of(held.source, "category"));
    if (!kind || !kind->listen_first) return false;
    return std::ranges::none_of(c.now.release_checks, [&](const auto& each) {
        return std::ranges::find(each.records, held.id) != each.records.end();
    });
}

std::string reason_to_look(const case_record& held) {
    if (text_of(held.assessed, "outcome") == "retain") return "confirm";
    // it may go by the law, and yet nobody decided: something else than the consent carries it
    if (text_of(held.assessed, "outcome") == "erase") return "other_basis";
    const auto reason = text_of(held.assessed, "reason");
    return reason.empty() ? "none" : reason;
}

struct fate {
    std::string group, note;
};

fate fate_of(const desk::open_case& c, const case_record& held, const cases::facts& known) {
    if (!decides_records(c.now) || !cases::is_asked_for(c.now, held, known)) return {"held", {}};
    auto decided = cases::effective_decision(c.now, held, known);
    const bool gives = c.now.right == "access" || c.now.right == "portability";
    if (gives && decided != "withhold" && !c.now.closed() && waits_for_listener(c, held))
        return {std::string(look), "listen"};
    if (!decided.empty()) return {std::move(decided), {}};
    if (c.now.right == "restriction") return {std::string(look), "none"};
    return {std::string(look), reason_to_look(held)};
}

std::string rule_of(const case_record& held) {
    return text_of(cases::member(held.assessed, "governing")["rule"]);
}

void add(record_row& row, const case_record& held) {
    row.records.push_back(&held);
    row.executed += held.executed;
    row.kept_anew += held.kept_by_new_hold;
    const auto until = cases::date_of(held.assessed, "retain_until");
    if (until && (!row.until || *row.until < *until)) row.until = until;
}

bool keeps(const record_group& group, const record_row& row) {
    return group.name == "keep" || row.note == "confirm";
}

std::string until_words(const call& at, const record_row& row) {
    if (row.hold == "contract" || row.hold == "open") return word(at, "until", row.hold);
    return row.until ? day_text(*row.until, at.in) : word(at, "until", "unknown");
}

// The day that tells records of a category apart.
std::string own_day(const case_record& held, language in) {
    const auto& dates = cases::member(held.source, "dates");
    for (const auto* name : {"event", "contract_end", "role_end", "accounting_period_end"})
        if (auto text = day_word(dates[name], in); !text.empty()) return text;
    return {};
}

value_array line_values(const record_row& row, language in) {
    value_array lines;
    for (const auto* held : row.records) {
        const auto key = held->id.substr(0, held->id.find('#'));
        lines.emplace_back(
            value_object{{"id", held->id},
                         {"key", key},
                         {"day", own_day(*held, in)},
                         {"until", day_word(cases::member(held->assessed, "retain_until"), in)}});
    }
    return lines;
}

std::string names_of_categories(const call& at, const desk::open_case& c, const record_row& row) {
    if (!row.category.empty()) return category_word(at, c, row.category);
    std::set<std::string> names;
    for (const auto* held : row.records)
        names.insert(category_word(at, c, text_of(held->source, "category")));
    return fmt::format("{}", fmt::join(names, ", "));
}

value_object row_values(const call& at, const desk::open_case& c, const record_group& group,
                        const record_row& row, bool single) {
    value_object shown{{"mark", row.mark},
                       {"category", names_of_categories(at, c, row)},
                       {"count", std::int64_t(row.records.size())},
                       {"note", row.note.empty() ? std::string() : word(at, "review", row.note)},
                       {"proposed", row.note == "retention_unstated"},
                       {"needs_confirming", row.note == "confirm"},
                       {"to_listen", row.note == "listen"},
                       {"all_executed", row.executed == row.records.size()},
                       {"kept_anew", row.kept_anew > 0}};
    if (keeps(group, row)) {
        const auto words = words_of_rule(at, c, row.rule);
        const auto ground = row.records.front()->ground;
        shown.emplace("because", !words.because.empty() ? words.because
                                 : ground.empty()       ? std::string()
                                                        : choice_word(at, c, ground));
        shown.emplace("cite", words.cite);
        shown.emplace("change", words.who_may_change);
        shown.emplace("until", until_words(at, row));
    }
    if (single) shown.emplace("lines", line_values(row, at.in));
    return shown;
}

}  // namespace

std::vector<record_group> grouped(const desk::open_case& c) {
    cases::facts known;
    known.law = c.law.get();
    known.others = cases::interlocks_of(c.others);
    std::map<std::size_t, std::map<std::string, record_row>> all;
    for (const auto& [id, held] : c.now.records) {
        auto [group, note] = fate_of(c, held, known);
        // one period of our own is confirmed once, whatever it keeps
        const auto category = note == "confirm" ? std::string() : text_of(held.source, "category");
        const bool shows_rule = group == "keep" || note == "confirm";
        const auto rule = shows_rule ? rule_of(held) : std::string();
        const auto hold = shows_rule ? text_of(held.assessed, "hold") : std::string();
        auto mark = fmt::format("={}|{}|{}|{}|{}", group, category, rule, hold, note);
        const auto at = place_of(group);
        auto [row, fresh] = all[at].try_emplace(mark);
        if (fresh)
            row->second = {.mark = mark,
                           .category = category,
                           .rule = rule,
                           .note = std::move(note),
                           .records = {},
                           .until = {},
                           .hold = hold};
        row->second.by_officer |= !held.decision.empty();
        add(row->second, held);
    }
    std::vector<record_group> groups;
    for (auto& [at, rows] : all) {
        record_group group{.name = at < order.size() ? std::string(order[at]) : "held", .rows = {}};
        for (auto& [mark, row] : rows) {
            group.count += row.records.size();
            group.rows.push_back(std::move(row));
        }
        groups.push_back(std::move(group));
    }
    return groups;
}

std::vector<std::string> records_named(const desk::open_case& c,
                                       const std::vector<std::string>& marks_and_ids) {
    std::set<std::string> ids;
    const bool any_mark =
        std::ranges::any_of(marks_and_ids, [](const auto& each) { return each.starts_with('='); });
    const auto groups = any_mark ? grouped(c) : std::vector<record_group>();
    for (const auto& each : marks_and_ids) {
        if (each == every_open_record) {
            for (const auto& group : groups)
                for (const auto& row : group.rows)
                    for (const auto* held : row.records)
                        if (group.name == look) ids.insert(held->id);
            continue;
        }
        if (!each.starts_with('=')) {
            ids.insert(each);
            continue;
        }
        for (const auto& group : groups)
            for (const auto& row : group.rows)
                if (row.mark == each)
                    for (const auto* held : row.records) ids.insert(held->id);
    }
    return {ids.begin(), ids.end()};
}

value_array group_values(const call& at, const desk::open_case& c,
                         const std::vector<record_group>& groups, bool single) {
    value_array shown;
    for (const auto& group : groups) {
        value_array rows;
        std::int64_t proposed = 0;
        for (const auto& row : group.rows) {
            if (row.note == "retention_unstated") proposed += std::int64_t(row.records.size());
            rows.emplace_back(row_values(at, c, group, row, single));
        }
        shown.emplace_back(
            value_object{{"name", group.name},
                         {"title", word(at, c.now.closed() ? "group_done" : "group", group.name)},
                         {"count", std::int64_t(group.count)},
                         {"is_look", group.name == look},
                         {"is_keep", group.name == "keep"},
                         {"proposed", proposed > 0 ? value(proposed) : value(false)},
                         {"rows", std::move(rows)}});
    }
    return shown;
}

}  // namespace pykala::api::web
