// Reads that are made of others: they know no TOML.
#include <algorithm>

#include <fmt/format.h>

#include "engine/base/nearest.hpp"
#include "engine/load/table_reader.hpp"

namespace pykala {
std::optional<period> table_reader::parsed_length(std::string_view key, int index,
                                                  std::string_view text) const {
    auto parsed = parse_period(text);
    if (parsed) return *parsed;
    owner_->findings_.push_back(diagnostic_at(at(key, index), severity::error, "S03",
                                              parsed.error().detail, parsed.error().hint));
    return std::nullopt;
}

period table_reader::length(std::string_view key) const {
    const auto written = text(key);
    if (written.empty()) return {};
    return parsed_length(key, -1, written).value_or(period{});
}

std::vector<period> table_reader::lengths_if(std::string_view key) const {
    std::vector<period> all;
    const auto written = texts_if(key);
    for (std::size_t i = 0; i < written.size(); ++i)
        if (auto parsed = parsed_length(key, int(i), written[i])) all.push_back(*parsed);
    return all;
}

std::vector<std::string> table_reader::texts(std::string_view key) const {
    return texts_of(key, require(key));
}

std::vector<std::string> table_reader::texts_if(std::string_view key) const {
    return texts_of(key, ask(key));
}

text3 table_reader::in_three_languages(std::string_view prefix) const {
    const auto key = [&](std::string_view which) {
        return prefix.empty() ? std::string(which) : fmt::format("{}_{}", prefix, which);
    };
    return {text(key("fi")), text(key("sv")), text(key("en"))};
}

text3 table_reader::in_three_languages_if(std::string_view prefix) const {
    bool any = false;
    for (const auto& [which, name] : names_of<language>)
        any = has(fmt::format("{}_{}", prefix, name)) || any;
    return any ? in_three_languages(prefix) : text3{};
}

std::size_t table_reader::pick(std::string_view key, const std::string& text, int index,
                               std::span<const std::string_view> names) const {
    const auto found = std::ranges::find(names, std::string_view(text));
    if (found == names.end() && !text.empty())
        owner_->findings_.push_back(diagnostic_at(at(key, index), severity::error, "S05",
                                                  fmt::format("`{}` cannot be `{}`", key, text),
                                                  hint_for(text, names)));
    return std::size_t(found - names.begin());
}

std::string table_reader::one_of(std::string_view key,
                                 std::span<const std::string_view> names) const {
    auto written = text(key);
    return pick(key, written, -1, names) < names.size() ? written : std::string{};
}

}  // namespace pykala
