#include "api/web/contested_fields.hpp"

#include <fmt/format.h>

#include "api/fulfilment/people.hpp"
#include "api/web/words.hpp"

namespace pykala::api::web {
namespace {

// Series and sound are not corrected field by field.
bool is_correctable(const register_record& held) {
    return !held.series;
}

value_object field_values(const call& at, const desk::open_case& c, const register_record& held,
                          const register_field& field) {
    auto id = fmt::format("{}/{}", held.facts.id, field.column);
    const bool chosen = c.now.contested.contains(id);
    return {{"label", field.label.in(at.in)},
            {"now", field.null ? std::string("–") : field.text},
            {"chosen", chosen},
            {"id", std::move(id)}};
}

}  // namespace

result<value_array> contested_fields(const call& at, const desk::open_case& c) {
    const auto& registers = at.here.registers;
    if (registers.empty()) return value_array{};
    PYKALA_TRY(const auto people, find_people(registers, registers.size() - 1, keys_of(c.now)));
    std::map<std::string, value_array> by_category;
    for (std::size_t i = 0; i < registers.size(); ++i) {
        if (people.at[i].people.empty()) continue;
        PYKALA_TRY(const auto answer, registers[i]->read(people.at[i], at.here.time->now().on));
        for (const auto& held : answer.records) {
            if (!is_correctable(held)) continue;
            auto& fields = by_category[category_word(at, c, held.facts.category)];
            for (const auto& field : held.fields)
                if (!field.media && !field.concealed)
                    fields.emplace_back(field_values(at, c, held, field));
        }
    }
    value_array shown;
    for (auto& [category, fields] : by_category)
        if (!fields.empty())
            shown.emplace_back(value_object{{"category", category},
                                            {"count", std::int64_t(fields.size())},
                                            {"fields", std::move(fields)}});
    return shown;
}

}  // namespace pykala::api::web
