#include <algorithm>

#include <fmt/format.h>

#include "engine/load/policy_parts.hpp"

namespace pykala::loading {
namespace {

// The counting methods of Regulation 1182/71 have one value each; a second one needs code first.
constexpr auto day_of_event = std::to_array<std::string_view>({"not_counted"});
constexpr auto missing_date = std::to_array<std::string_view>({"last_day_of_month"});
constexpr auto non_working_day = std::to_array<std::string_view>({"next_working_day"});

void read_kinds(const table_reader& table, rule& into) {
    const auto kinds = table.choices<rule_kind>("kind");
    into.floor = std::ranges::find(kinds, rule_kind::floor) != kinds.end();
    into.ceiling = std::ranges::find(kinds, rule_kind::ceiling) != kinds.end();
    if (kinds.empty() && table.has("kind"))
        table.fault("kind", "S02", "`kind` is empty", "write [\"floor\"], [\"ceiling\"] or both");
}

rule read_statutory_rule(const table_reader& table, std::string id) {
    rule made{.id = std::move(id), .by = authority::statute, .at = table.at()};
    read_rule(table, made);
    made.row = table.text("row");
    made.cite_text = table.in_three_languages("cite");
    made.use = table.choice<rule_use>("use");
    made.use_why =
        made.use == rule_use::assessment ? table.text_if("use_why") : table.text("use_why");
    made.commodities = table.choices_if<commodity>("commodities");
    made.condition = table.choice_if<rule_condition>("condition");
    if (table.has("unconfirmed_for")) made.unconfirmed_for = table.length("unconfirmed_for");
    made.ground = table.one_of("ground", grounds_of_refusal);
    return made;
}

deadline read_deadline(const table_reader& table, std::string id) {
    deadline made{.id = std::move(id),
                  .title = table.in_three_languages("title"),
                  .cite = table.text("cite"),
                  .cite_text = table.in_three_languages("cite"),
                  .says = table.in_three_languages("says"),
                  .rationale = table.text("rationale"),
                  .versions = read_versions(table),
                  .examples = {},
                  .at = table.at()};
    for (const auto& each : table.list("example"))
        made.examples.push_back({.start = each.day("received"),
                                 .from = {},
                                 .until = each.day("due"),
                                 .on = std::nullopt,
                                 .because = each.text("because"),
                                 .at = each.at()});
    return made;
}

counting read_counting(const table_reader& table, const std::string& id) {
    table.one_of("day_of_event", day_of_event);
    table.one_of("missing_date", missing_date);
    table.one_of("ends_on_non_working_day", non_working_day);
    return {.id = id,
            .cite = table.texts("cite"),
            .calendar = table.text("calendar"),
            .rationale = table.text("rationale"),
            .at = table.at()};
}

}  // namespace

void read_schema(const table_reader& root) {
    root.number("schema", 1, 1);
}

void note_verified(const place& table, std::optional<date> day, policy_set& into) {
    if (day) into.verified.push_back({*day, into.places.of(table, "verified_as_of")});
}

std::string read_file_id(const table_reader& root) {
    auto id = root.text("id");
    const auto& file = root.at().file;
    const auto from = file.rfind('/') + 1;
    const auto stem = file.substr(from, file.rfind('.') - from);
    if (!id.empty() && id != stem)
        root.fault("id", "S04", fmt::format("the id `{}` is not the name of the file", id),
                   fmt::format("write id = \"{}\" or rename the file", stem));
    return stem;
}

std::vector<rule_version> read_versions(const table_reader& table) {
    std::vector<rule_version> all;
    const bool counts = table.name().starts_with("deadline.");
    for (const auto& each : table.list("version")) {
        rule_version made{.effective_from = each.day("effective_from"),
                          .length = each.length("period"),
                          .steps = {},
                          .counting = {},
                          .reference = each.text_if("reference"),
                          .at = each.at()};
        if (counts) {
            made.steps = each.lengths_if("steps");
            made.counting = each.text("counting");
        }
        all.push_back(std::move(made));
    }
    if (all.empty())
        table.fault({}, "S02", fmt::format("`{}` has no version", table.name()),
                    fmt::format("add [[{}.version]]", table.name()));
    return all;
}

void read_rule(const table_reader& table, rule& into) {
    into.cite = table.text("cite");
    into.says = table.in_three_languages("says");
    into.classes = table.texts("classes");
    into.id_parts = table.texts_if("id_parts");
    into.starts = table.choice<start_function>("starts");
    into.end = table.choice<end_function>("end");
    into.grade = table.choice<grade>("grade");
    into.rationale = table.text("rationale");
    read_kinds(table, into);
    into.versions = read_versions(table);
    for (const auto& each : table.list("example")) {
        // definitions kept with older cases say `start`, whatever the rule counts from
        const std::string from(each.has("start") ? "start" : name_of(into.starts));
        into.examples.push_back({.start = each.day(from),
                                 .from = from,
                                 .until = each.day("until"),
                                 .on = each.day_if("on"),
                                 .because = each.text("because"),
                                 .at = each.at()});
    }
}

void load_statute(const table_reader& root, policy_set& into) {
    read_schema(root);
    statute made{.id = read_file_id(root), .at = root.at()};
    made.number = root.text("number");
    made.verified_as_of = root.day("verified_as_of");
    note_verified(root.at(), made.verified_as_of, into);
    made.source = root.text("source");
    if (const auto title = root.table("title")) made.title = title->in_three_languages();
    const auto full = [&](const std::string& id) { return made.id + "." + id; };
    for (const auto& [id, table] : root.tables("rule")) {
        made.rules.push_back(full(id));
        add(into.rules, table, full(id), read_statutory_rule(table, full(id)));
    }
    for (const auto& [id, table] : root.tables("deadline")) {
        made.deadlines.push_back(full(id));
        add(into.deadlines, table, full(id), read_deadline(table, full(id)));
    }
    for (const auto& [id, table] : root.tables("counting"))
        add(into.countings, table, id, read_counting(table, id));
    for (const auto& [id, table] : root.tables("provision")) {
        made.provisions.push_back(full(id));
        add(into.provisions, table, full(id),
            {.id = full(id),
             .cite = table.text("cite"),
             .cite_text = table.in_three_languages("cite"),
             .says = table.in_three_languages("says"),
             .rationale = table.text_if("rationale"),
             .effect = table.choice_or("effect", provision_effect::none),
             .at = table.at()});
    }
    auto id = made.id;
    add(into.statutes, root, id, std::move(made));
}

}  // namespace pykala::loading
