#include <algorithm>

#include <fmt/format.h>

#include "engine/load/policy_parts.hpp"

namespace pykala::loading {
namespace {

constexpr auto in_force = std::to_array<std::string_view>({"held"});
constexpr auto weekday_names = std::to_array<std::string_view>(
    {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"});
constexpr auto holiday_rules = std::to_array<std::string_view>({"fixed", "easter", "weekday_from"});
// The cases that the engine knows; each must be in the file and no other.
constexpr auto case_rules = std::to_array<std::string_view>(
    {"legal_hold", "secret_hold", "open_balance", "contract_in_force"});

std::chrono::weekday weekday_of(const std::string& name) {
    const auto found = std::ranges::find(weekday_names, std::string_view(name));
    return std::chrono::weekday(
        found == weekday_names.end() ? 0U : unsigned(found - weekday_names.begin()));
}

holiday_rule read_holiday(const table_reader& table, const std::string& id) {
    holiday_rule made{.id = id};
    const auto name = table.in_three_languages();
    made.fi = name.fi;
    made.sv = name.sv;
    made.en = name.en;
    made.cite = table.texts("cite");
    const auto rule = table.one_of("rule", holiday_rules);
    if (rule == "easter") {
        made.found_by = holiday_rule::kind::easter;
        made.offset = int(table.number("offset", -100, 100));
        return made;
    }
    made.month = unsigned(table.number("month", 1, 12));
    made.day = unsigned(table.number("day", 1, 31));
    // a day that exists every year: 29 February would not
    if (!std::chrono::year_month_day{std::chrono::year{2023}, std::chrono::month{made.month},
                                     std::chrono::day{made.day}}
             .ok())
        table.fault("day", "S03",
                    fmt::format("there is no such day every year: {}.{}.", made.day, made.month));
    if (rule == "weekday_from") {
        made.found_by = holiday_rule::kind::weekday_from;
        made.weekday = weekday_of(table.one_of("weekday", weekday_names));
    }
    return made;
}

// A period, or working days of the controller's calendar.
void read_length(const table_reader& table, practice_rule& into) {
    constexpr std::string_view working = " working days";
    auto value = table.text("value");
    if (value.ends_with(working)) {
        into.working_days = true;
        value.replace(value.size() - working.size(), working.size(), " days");
    }
    if (value.empty()) return;
    if (const auto parsed = parse_period(value))
        into.length = *parsed;
    else
        table.fault("value", "S03", parsed.error().detail,
                    "write `30 days`, `5 working days`, `1 month` or `3 years`");
}

}  // namespace

void load_practice(const table_reader& root, policy_set& into) {
    read_schema(root);
    note_verified(root.at(), root.day("verified_as_of"), into);
    const auto rules = root.table("rule");
    for (const auto name : practice_names)
        if (const auto table = rules ? rules->table(name) : std::nullopt) {
            practice_rule made{.id = std::string(name), .at = table->at()};
            read_length(*table, made);
            made.says = table->text("says");
            made.cite = table->text_if("cite");
            made.row = table->text_if("row");
            made.grade = table->choice<grade>("grade");
            made.rationale = table->text("rationale");
            into.practice.emplace(made.id, std::move(made));
        }
}

void load_classes(const table_reader& root, policy_set& into) {
    read_schema(root);
    note_verified(root.at(), root.day("verified_as_of"), into);
    // classes are written in capitals (CON, MET), as the notices' analysis does
    for (const auto& [id, table] : root.tables("class", id_form::any)) {
        record_class made{.id = id,
                          .name = table.in_three_languages(),
                          .meaning = table.text("meaning"),
                          .at = table.at()};
        made.held_in_force = table.has("in_force") && !table.one_of("in_force", in_force).empty();
        made.erase = table.choice_or("erase", erase_action::delete_record);
        made.needs_balance = table.flag_if("needs_balance", false);
        add(into.classes, table, id, std::move(made));
    }
    for (const auto& [id, table] : root.tables("id_part"))
        add(into.id_parts, table, id,
            {.id = id,
             .name = table.in_three_languages(),
             .follows = table.choice<follows>("follows"),
             .follows_classes = table.texts_if("follows_classes"),
             .rationale = table.text("rationale"),
             .at = table.at()});
    const auto cases = root.table("case_rule");
    for (const auto name : case_rules)
        if (const auto table = cases ? cases->table(name) : std::nullopt) {
            const std::string id(name);
            add(into.case_rules, *table, id,
                {.id = id,
                 .cite = table->text("cite"),
                 .cite_text = table->in_three_languages("cite"),
                 .says = table->in_three_languages("says"),
                 .ground = table->one_of("ground", grounds_of_refusal),
                 .rationale = table->text("rationale"),
                 .at = table->at()});
        }
}

void load_calendar(const table_reader& root, policy_set& into) {
    read_schema(root);
    calendar_data made{.id = read_file_id(root)};
    note_verified(root.at(), root.day_if("verified_as_of"), into);
    if (const auto title = root.table("title")) title->in_three_languages();
    if (const auto weekend = root.table("weekend")) {
        const auto days = weekend->texts("days");
        for (std::size_t i = 0; i < days.size(); ++i) {
            if (std::ranges::find(weekday_names, std::string_view(days[i])) == weekday_names.end())
                weekend->fault("days", "S05", fmt::format("`{}` is no day of the week", days[i]),
                               "write `saturday`");
            else
                made.weekend.push_back(weekday_of(days[i]));
        }
        made.weekend_cite = weekend->texts("cite");
    }
    for (const auto& [id, table] : root.tables("holiday"))
        made.holidays.push_back(read_holiday(table, id));
    for (const auto& [id, table] : root.tables("official")) {
        const int year = int(table.number("year", 1990, 2150));
        const auto days = table.days("days");
        table.text("source");
        table.text("rationale");
        for (const auto& day : days)
            if (year_of(day) != year)
                table.fault("days", "S03",
                            fmt::format("{} is no day of the year {}", to_string(day), year));
        if (!made.official.emplace(year, days).second)
            table.fault({}, "S06", fmt::format("the official list of {} stands twice", year));
    }
    auto id = made.id;
    add(into.calendars, root, id, std::move(made));
}

}  // namespace pykala::loading
