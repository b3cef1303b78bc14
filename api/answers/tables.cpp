#include "api/answers/tables.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>

namespace pykala::api {
namespace {

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";

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

// A phone number or an amount begins with a sign and a digit; anything else is a formula.
bool is_formula(std::string_view text) {
    if (text.empty()) return false;
    if (text[0] == '=' || text[0] == '@' || text[0] == '\t' || text[0] == '\r') return true;
    if (text[0] != '+' && text[0] != '-') return false;
    return text.find_first_not_of("0123456789 ,.-", 1) != std::string_view::npos;
}

std::string quoted(std::string text) {
    if (is_formula(text)) text.insert(0, "'");
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
    for (std::size_t i = 0; i < cells.size(); ++i) line += (i ? ";" : "") + quoted(cells[i]);
    return line + "\r\n";
}

// Says that a part was withheld; no register has a column of this name.
const std::string withheld_column = "~";

using cells_by_column = std::map<std::string, std::string>;

cells_by_column cells_of(const answer_record& record, const table_words& words) {
    cells_by_column cells;
    for (const auto& field : record.held.fields) {
        auto& cell = cells[field.column];
        if (!field.media) {
            cell = cell_text(field, words);
            continue;
        }
        const auto sound = std::ranges::find(record.media, field.column, &answer_media::column);
        if (sound != record.media.end())
            cell = sound->file;
        else if (!record.transcript.empty())
            cell = fmt::format("{}: {}", words.transcript, record.transcript);
        else if (!field.null)
            cell = words.withheld;
    }
    if (record.partly) cells[withheld_column] = words.withheld;
    return cells;
}

// Columns and their labels, in the order in which they first come.
using labels = std::vector<std::pair<std::string, std::string>>;

void add_label(labels& columns, const std::string& column, const std::string& label) {
    if (std::ranges::find(columns, column, &labels::value_type::first) == columns.end())
        columns.emplace_back(column, label);
}

void add_labels(labels& columns, const answer_record& record, language in) {
    for (const auto& field : record.held.fields)
        add_label(columns, field.column, field.label.in(in));
    if (record.partly) add_label(columns, withheld_column, "");
}

std::string sum_of(const answer_record& record) {
    return fmt::to_string(
        std::accumulate(record.values.begin(), record.values.end(), std::int64_t{0}));
}

std::string row_of(const answer_record& record) {
    const auto& id = record.held.facts.id;
    return id.substr(0, id.rfind('#'));
}

}  // namespace

table category_table(const answer_category& category, language in, const table_words& words) {
    labels columns;
    const bool series = std::ranges::any_of(
        category.records, [](const auto& record) { return record.held.series.has_value(); });
    for (const auto& record : category.records) add_labels(columns, record, in);
    table all;
    all.header = {words.reg};
    if (series) all.header.insert(all.header.end(), {words.month, words.sum, words.unit});
    for (const auto& [column, label] : columns) all.header.push_back(label);
    for (const auto& record : category.records) {
        std::vector<std::string> row{record.where.in(in)};
        const auto& months = record.held.series;
        if (series && months)
            row.insert(row.end(), {months->month, sum_of(record), months->unit});
        else if (series)
            row.insert(row.end(), 3, "");
        auto cells = cells_of(record, words);
        for (const auto& [column, label] : columns) row.push_back(std::move(cells[column]));
        all.rows.push_back(std::move(row));
    }
    return all;
}

table joined_table(const std::vector<const answer_category*>& categories, language in,
                   const table_words& words) {
    labels columns;
    std::map<std::string, std::pair<std::string, cells_by_column>> rows;
    for (const auto* category : categories)
        for (const auto& record : category->records) {
            add_labels(columns, record, in);
            auto& [where, cells] = rows[row_of(record)];
            where = record.where.in(in);
            cells.merge(cells_of(record, words));
        }
    table all;
    all.header = {words.reg};
    for (const auto& [column, label] : columns) all.header.push_back(label);
    for (auto& [key, row] : rows) {
        std::vector<std::string> line{row.first};
        for (const auto& [column, label] : columns) line.push_back(std::move(row.second[column]));
        all.rows.push_back(std::move(line));
    }
    return all;
}

std::string csv_of(const table& all) {
    std::string csv(utf8_mark);
    csv += line_of(all.header);
    for (const auto& row : all.rows) csv += line_of(row);
    return csv;
}

std::string cell_text(const register_field& field, const table_words& words) {
    if (field.null) return {};
    if (field.form == field_form::cents) return euros(field.text);
    if (field.form == field_form::flag && !words.yes.empty())
        return field.text == "0" ? words.no : words.yes;
    if (field.form == field_form::day && words.day)
        if (const auto day = parse_date(field.text)) return words.day(*day);
    return field.text;
}

}  // namespace pykala::api
