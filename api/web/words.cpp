#include "api/web/words.hpp"

#include <array>

#include <fmt/format.h>

#include "engine/case/values.hpp"

#include "api/web/cases.hpp"

namespace pykala::api::web {
namespace {

std::string capital(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = char(text[0] - 32);
    return text;
}

}  // namespace

std::string word_if(const call& at, std::string_view group, std::string_view name) {
    const auto key = fmt::format("{}.{}", group, name);
    return at.here.pages->texts().contains(key) ? at.here.pages->text(key, at.in) : std::string();
}

std::string word(const call& at, std::string_view group, std::string_view name) {
    auto text = word_if(at, group, name);
    return text.empty() ? std::string(name) : text;
}

std::string choice_word(const call& at, const desk::open_case& c, std::string_view choice) {
    if (auto text = word_if(at, "choice", choice); !text.empty()) return text;
    const auto* known = c.law->rules->find_ground(choice);
    if (!known) return std::string(choice);
    return fmt::format("{} ({})", capital(known->says.in(at.in)), known->cite_text.in(at.in));
}

std::string category_word(const call& at, const desk::open_case& c, std::string_view category) {
    const auto* known = find(c.law->own_pack().categories, category);
    return known ? capital(known->name.in(at.in)) : std::string(category);
}

std::string recipient_word(const call& at, const desk::open_case& c, std::string_view recipient) {
    const auto* known = find(c.law->own_pack().recipients, recipient);
    if (!known) return std::string(recipient);
    return known->name.empty() ? known->purpose.in(at.in) : known->name;
}

std::string purpose_word(const call& at, const desk::open_case& c, std::string_view purpose) {
    const auto* known = find(c.law->own_pack().purposes, purpose);
    return known ? known->name.in(at.in) : std::string(purpose);
}

std::string step_word(const call& at, const desk::open_case& c, std::string_view transition) {
    const auto known = c.how->words->transitions.find(transition);
    const bool named = known != c.how->words->transitions.end() && known->second.label;
    return named ? known->second.label->in(at.in) : std::string(transition);
}

rule_words words_of_rule(const call& at, const desk::open_case& c, std::string_view rule) {
    const auto& rules = *c.law->rules;
    if (rule.starts_with("case.")) {
        const auto* by_case = find(rules.case_rules, rule.substr(5));
        if (!by_case) return {};
        return {by_case->cite_text.in(at.in), by_case->says.in(at.in), word(at, "change", "case")};
    }
    const auto* found = rules.find_rule(std::string(rule));
    if (!found) return {};
    const bool house = found->by == authority::house;
    return {house ? word(at, "change", "notice") : found->cite_text.in(at.in),
            found->says.in(at.in), word(at, "change", house ? "house" : "statute")};
}

std::string day_word(const value& day, language in) {
    const auto known = cases::date_of(day);
    return known ? day_text(*known, in) : std::string();
}

}  // namespace pykala::api::web
