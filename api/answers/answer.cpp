#include "api/answers/answer.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "engine/case/parts.hpp"
#include "engine/case/values.hpp"

#include "api/fulfilment/people.hpp"

namespace pykala::api {
namespace {

cases::facts facts_of(const desk::open_case& c, date today) {
    cases::facts known;
    known.today = today;
    known.law = c.law.get();
    known.others = c.others;
    return known;
}

bool is_given(const desk::open_case& c, const register_record& held, const cases::facts& known) {
    const auto found = c.now.records.find(held.facts.id);
    return found != c.now.records.end() &&
           cases::effective_decision(c.now, found->second, known) == "give";
}

// Amounts are integers of cents.
std::string euros(const std::string& cents) {
    const bool negative = cents.starts_with('-');
    auto digits = cents.substr(negative ? 1 : 0);
    const bool all_digits =
        std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (digits.empty() || !all_digits) return cents;
    if (digits.size() < 3) digits.insert(0, 3 - digits.size(), '0');
    digits.insert(digits.size() - 2, ",");
    return (negative ? "-" : "") + digits;
}

std::string quoted(std::string text) {
    // a cell that begins like a formula would be run by a spreadsheet
    const bool formula = !text.empty() && (text[0] == '=' || text[0] == '@');
    if (formula) text.insert(0, "'");
    if (text.find_first_of(";\"\n\r") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

std::string line_of(const std::vector<std::string>& cells) {
    std::string line;
    for (const auto& cell : cells) line += (line.empty() ? "" : ";") + quoted(cell);
    return line + "\r\n";
}

struct words {
    std::string reg, month, sum, unit, recording;
};

words words_in(language in) {
    if (in == language::sv) return {"Register", "Månad", "Summa", "Enhet", "inspelning"};
    if (in == language::en) return {"Register", "Month", "Sum", "Unit", "recording"};
    return {"Rekisteri", "Kuukausi", "Summa", "Yksikkö", "tallenne"};
}

}  // namespace

result<answer> collect_answer(std::span<register_port* const> registers, const desk::open_case& c,
                              date today) {
    answer all;
    if (registers.empty()) return all;
    PYKALA_TRY(const auto people, find_people(registers, registers.size() - 1, keys_of(c.now)));
    const auto known = facts_of(c, today);
    std::map<std::string, answer_category> by_id;
    for (std::size_t i = 0; i < registers.size(); ++i) {
        if (people.at[i].people.empty()) continue;
        PYKALA_TRY(auto read, registers[i]->read(people.at[i], today));
        for (auto& held : read.records) {
            const auto* kind = find(c.law->own_pack().categories, held.facts.category);
            if (!kind || !is_given(c, held, known)) continue;
            if (!c.now.who.is_person) std::erase_if(held.fields, &register_field::concealed);
            answer_record one{registers[i]->id(), std::move(held), {}};
            if (one.held.series) {
                PYKALA_TRY(one.values, registers[i]->series_values(one.held.facts.id));
            }
            auto& category = by_id[kind->id];
            category.id = kind->id;
            category.name = kind->name;
            category.says = kind->says;
            category.records.push_back(std::move(one));
        }
    }
    for (auto& [id, category] : by_id) all.categories.push_back(std::move(category));
    return all;
}

std::string cell_text(const register_field& field) {
    if (field.null) return {};
    return field.form == field_form::cents ? euros(field.text) : field.text;
}

std::string category_csv(const answer_category& category, language in) {
    const auto w = words_in(in);
    std::map<std::string, std::string> columns;  // by column: its label
    bool any_series = false;
    for (const auto& record : category.records) {
        any_series |= record.held.series.has_value();
        for (const auto& field : record.held.fields)
            columns.emplace(field.column, field.label.in(in));
    }
    std::vector<std::string> header{w.reg};
    if (any_series) header.insert(header.end(), {w.month, w.sum, w.unit});
    for (const auto& [column, label] : columns) header.push_back(label);
    std::string csv = line_of(header);
    for (const auto& record : category.records) {
        std::vector<std::string> row{record.reg};
        const auto& series = record.held.series;
        if (any_series && series)
            row.insert(row.end(),
                       {series->month,
                        fmt::to_string(std::accumulate(record.values.begin(), record.values.end(),
                                                       std::int64_t{0})),
                        series->unit});
        else if (any_series)
            row.insert(row.end(), 3, "");
        for (const auto& [column, label] : columns) {
            const auto field =
                std::ranges::find(record.held.fields, column, &register_field::column);
            if (field == record.held.fields.end())
                row.emplace_back();
            else
                row.push_back(field->media ? w.recording : cell_text(*field));
        }
        csv += line_of(row);
    }
    return csv;
}

}  // namespace pykala::api
