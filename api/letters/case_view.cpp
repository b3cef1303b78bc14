#include "api/letters/case_view.hpp"

#include <algorithm>
#include <ranges>

#include "engine/case/values.hpp"

namespace pykala::api::letters {

case_view::case_view(const letter_occasion& occasion)
    : about(occasion),
      state(cases::fold({occasion.events.begin(), occasion.events.end()})),
      rules(*occasion.known.law->rules),
      own(occasion.known.law->own_pack()) {}

std::string case_view::said(std::string_view input,
                            std::initializer_list<std::string_view> kinds) const {
    const auto field = "in_" + std::string(input);
    for (const auto& e : about.events | std::views::reverse) {
        const bool meant = kinds.size() == 0 || std::ranges::find(kinds, e.kind) != kinds.end();
        if (meant && e.fields.contains(field)) return cases::text_of(e[field]);
    }
    return {};
}

const category* case_view::category_of(const cases::case_record& held) const {
    return find(own.categories, cases::text_of(held.source, "category"));
}

std::string case_view::name_of(const cases::case_record& held) const {
    const auto* kind = category_of(held);
    return kind ? in(kind->name) : std::string();
}

std::string case_view::reason_for(const std::string& record) const {
    for (const auto& e : about.events | std::views::reverse) {
        const auto records = cases::list_of(e["decided"]["records"]);
        if (std::ranges::find(records, record) != records.end())
            return cases::text_of(e["in_reason"]);
    }
    return {};
}

std::string case_view::provision_says(std::string_view id) const {
    const auto* found = find(rules.provisions, id);
    return found ? in(found->says) : std::string();
}

std::string case_view::provision_cite(std::string_view id) const {
    const auto* found = find(rules.provisions, id);
    return found ? in(found->cite_text) : std::string();
}

std::string case_view::ground_says(const std::string& ground) const {
    const auto* found = rules.find_ground(ground);
    return found ? in(found->says) : std::string();
}

std::string case_view::ground_cite(const std::string& ground) const {
    const auto* found = rules.find_ground(ground);
    return found ? in(found->cite_text) : std::string();
}

bool is_secret(const cases::case_record& held) {
    return std::ranges::any_of(cases::objects_of(cases::member(held.source, "holds")),
                               [](const auto& hold) { return cases::flag_of(hold, "secret"); });
}

std::string capitalised(std::string text) {
    if (text.empty()) return text;
    if (text[0] >= 'a' && text[0] <= 'z') {
        text[0] = char(text[0] - 32);
    } else if (text.size() > 1 && text[0] == '\xC3' && text[1] >= '\xA0' && text[1] <= '\xBE') {
        text[1] = char(text[1] - 32);  // ä, ö, å and the other letters of Latin-1
    }
    return text;
}

}  // namespace pykala::api::letters
