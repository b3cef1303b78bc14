// Inside of facts_of_case: the case as it stands, and the words of the law in one language.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "api/letters/facts_of_case.hpp"

namespace pykala::api::letters {

struct case_view {
    const letter_occasion& about;
    cases::case_state state;
    const policy_set& rules;
    const pack& own;

    explicit case_view(const letter_occasion& occasion);

    std::string in(const text3& text) const { return text.in(about.in); }
    const cases::event& last() const { return about.events.back(); }
    // An input of the last event of one of these kinds; of any kind when none is named.
    std::string said(std::string_view input,
                     std::initializer_list<std::string_view> kinds = {}) const;
    // The category of a record; null when the pack has none of that id.
    const category* category_of(const cases::case_record& held) const;
    // The name of its category, as the notice writes it; empty when there is none.
    std::string name_of(const cases::case_record& held) const;
    // The reason given when this record was last decided.
    std::string reason_for(const std::string& record) const;

    // What completes "because …" and the provision, of a ground of refusal (`17_3_b`).
    std::string ground_says(const std::string& ground) const;
    std::string ground_cite(const std::string& ground) const;
    std::string provision_says(std::string_view id) const;
    std::string provision_cite(std::string_view id) const;
};

std::string capitalised(std::string text);

// A hold that only named staff may see (product.md): a letter says no more than that the law
// requires it.
bool is_secret(const cases::case_record& held);

// Records by what becomes of them: erased, kept, refused, given, restricted.
void add_records(const case_view& v, letter_facts& f);
// Article 15(1) of each category that is given, and to whom data went.
void add_access(const case_view& v, letter_facts& f);

}  // namespace pykala::api::letters
