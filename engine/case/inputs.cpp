#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/case/steps.hpp"
#include "engine/case/values.hpp"
#include "engine/log/canonical_json.hpp"

namespace pykala::cases {
namespace {

constexpr std::size_t text_max = 10'000;   // characters
constexpr std::size_t name_max = 200;      // bytes: ids, keys and user names
constexpr std::size_t list_max = 100'000;  // records of one person, as `pykala assess`

constexpr auto list_types = std::to_array<std::string_view>({"fields", "purposes", "records"});

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool has_letter_or_digit(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x80 || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
               (byte >= '0' && byte <= '9');
    });
}

bool fits(const workflow::input& wanted, const value& given) {
    if (std::ranges::find(list_types, wanted.type) != list_types.end()) {
        const auto* items = given.as_array();
        return items && !items->empty() && items->size() <= list_max &&
               std::ranges::all_of(*items, [](const value& item) {
                   const auto* text = item.as_string();
                   return text && !text->empty() && is_utf8(*text);
               });
    }
    const auto* text = given.as_string();
    if (!text || !is_utf8(*text)) return false;
    if (!wanted.choices.empty())
        return std::ranges::find(wanted.choices, *text) != wanted.choices.end();
    if (wanted.type == "date") return parse_date(*text).has_value();
    if (wanted.type == "text") return has_letter_or_digit(*text) && characters(*text) <= text_max;
    return !text->empty() && text->size() <= name_max;
}

std::string hint_of(const workflow::input& wanted) {
    if (!wanted.choices.empty()) return fmt::format("one of {}", fmt::join(wanted.choices, ", "));
    if (wanted.type == "date") return "write it like `2026-01-30`";
    if (wanted.type == "text") return "at least one letter or digit, at most 10,000 characters";
    return fmt::format("a {} of the case", wanted.type);
}

}  // namespace

checked check_inputs(const workflow::transition& t, const value_object& inputs) {
    for (const auto& [name, given] : inputs)
        if (std::ranges::find(t.inputs, name, &workflow::input::name) == t.inputs.end())
            return fail(problem_kind::invalid, "unknown_input",
                        fmt::format("`{}` takes no input `{}`", t.name, name));
    for (const auto& wanted : t.inputs)
        if (wanted.required && member(inputs, wanted.name).is_null())
            return fail(problem_kind::invalid, "missing_input",
                        fmt::format("`{}` needs `{}`", t.name, wanted.name), hint_of(wanted));
    for (const auto& wanted : t.inputs) {
        const auto& given = member(inputs, wanted.name);
        if (!given.is_null() && !fits(wanted, given))
            return fail(problem_kind::invalid, "bad_input",
                        fmt::format("`{}` is not what `{}` takes", wanted.name, t.name),
                        hint_of(wanted));
    }
    return {};
}

}  // namespace pykala::cases
