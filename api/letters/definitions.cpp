#include "api/letters/definitions.hpp"

#include <chrono>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "engine/load/table_reader.hpp"
#include "engine/policy/vocabulary.hpp"

namespace pykala::api::letters {
namespace {

constexpr std::string_view definitions_file = "policies/letters/letters.toml";

void replace_all(std::string& text, std::string_view what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

date_words read_dates(const table_reader& table) {
    date_words words;
    words.pattern = table.in_three_languages();
    const auto months = [&](std::string_view key) {
        auto names = table.texts(key);
        if (names.size() != 12)
            table.fault(key, "S03", fmt::format("`{}` has {} names", key, names.size()),
                        "twelve names of months, from January on");
        names.resize(12);
        return names;
    };
    const auto fi = months("months_fi"), sv = months("months_sv"), en = months("months_en");
    for (std::size_t i = 0; i < 12; ++i) words.months[i] = {fi[i], sv[i], en[i]};
    return words;
}

void read_tables(const table_reader& root, letter_definitions& into) {
    root.number("schema", 1, 1);
    into.verified_as_of = root.day("verified_as_of");
    if (const auto table = root.table("dates")) into.dates = read_dates(*table);
    if (const auto table = root.table("neutral")) into.neutral_keys = table->texts("keys");
    if (const auto table = root.table("words")) into.never = table->texts("never");
    for (const auto& [id, table] : root.tables("basis", id_form::any)) {
        if (!from_name<legal_basis>(id))
            table.fault("fi", "S05", fmt::format("`{}` is not a legal basis", id),
                        fmt::format("one of {}", fmt::join(all_names<legal_basis>(), ", ")));
        into.bases.insert_or_assign(id, table.in_three_languages());
    }
    for (const auto& [id, table] : root.tables("part")) {
        table.text("meaning");
        into.parts.insert_or_assign(id, part_definition{.id = id,
                                                        .keys = table.texts("keys"),
                                                        .law = table.texts("law"),
                                                        .at = table.at()});
    }
    for (const auto& [id, table] : root.tables("letter")) {
        table.text("purpose");
        into.letters.insert_or_assign(id,
                                      letter_definition{.id = id,
                                                        .title = table.in_three_languages(),
                                                        .parts = table.texts("parts"),
                                                        .keys = table.texts("keys"),
                                                        .neutral = table.flag_if("neutral", false),
                                                        .at = table.at()});
    }
}

}  // namespace

std::string written_date(const date_words& words, language in, date day) {
    const std::chrono::year_month_day parts{day};
    const auto month = unsigned(parts.month());
    std::string text = words.pattern.in(in);
    replace_all(text, "{day}", std::to_string(unsigned(parts.day())));
    replace_all(text, "{month}", std::to_string(month));
    replace_all(text, "{month_name}", words.months.at(month - 1).in(in));
    replace_all(text, "{year}", std::to_string(int(parts.year())));
    return text;
}

letter_definitions read_definitions(const source_texts& sources, diagnostics& findings) {
    letter_definitions all;
    all.file = definitions_file;
    for (const auto& source : sources) {
        if (source.name != definitions_file) continue;
        toml_document document{source, all.places, findings};
        if (!document.readable()) return all;
        read_tables(document.root(), all);
        document.report_unknown_keys();
        return all;
    }
    findings.push_back({severity::error, all.file, 0, 0, "L07", "there is no list of letters",
                        "policies/letters/README.md says what it holds"});
    return all;
}

}  // namespace pykala::api::letters
