// Names of workflow, law and registers as people read them: out of the texts of the pages, the
// vocabulary and the law. A name without words is shown as it is, so that the gap is seen.
#pragma once

#include <string>
#include <string_view>

#include "engine/desk/desk.hpp"

#include "api/web/call.hpp"

namespace pykala::api::web {

// The text `GROUP.NAME`; empty where there is none.
std::string word_if(const call& at, std::string_view group, std::string_view name);
// The same, or the name.
std::string word(const call& at, std::string_view group, std::string_view name);

// What can be chosen in a form. Grounds of the law are named by their provision.
std::string choice_word(const call& at, const desk::open_case& c, std::string_view choice);
std::string category_word(const call& at, const desk::open_case& c, std::string_view category);
std::string recipient_word(const call& at, const desk::open_case& c, std::string_view recipient);
std::string purpose_word(const call& at, const desk::open_case& c, std::string_view purpose);
std::string step_word(const call& at, const desk::open_case& c, std::string_view transition);

// Why a rule holds: where it is written, and its plain sentence. Empty for a name of no rule.
struct rule_words {
    std::string cite, because;
    std::string who_may_change;
};
rule_words words_of_rule(const call& at, const desk::open_case& c, std::string_view rule);

// `2026-01-30` as an event or an assessment writes it, as people write it; empty when it is no day.
std::string day_word(const value& day, language in);

}  // namespace pykala::api::web
