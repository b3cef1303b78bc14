#include "api/fulfilment/release_checks.hpp"

#include <algorithm>
#include <set>

#include "engine/case/dates.hpp"
#include "engine/case/values.hpp"

namespace pykala::api {
namespace {

// Lower case for ASCII and the letters of Latin-1 (Å, Ä, Ö and their kin) in UTF-8.
std::string lower(std::string_view text) {
    std::string out;
    bool latin = false;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (latin && byte >= 0x80 && byte <= 0x9E && byte != 0x97)
            out += static_cast<char>(byte + 0x20);
        else
            out += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 0x20) : c;
        latin = byte == 0xC3;
    }
    return out;
}

std::set<std::string> words_of(std::string_view name) {
    std::set<std::string> words;
    std::string word;
    for (const char c : lower(name)) {
        if (c == ' ' || c == ',') {
            if (!word.empty()) words.insert(std::move(word));
            word.clear();
        } else {
            word += c;
        }
    }
    if (!word.empty()) words.insert(std::move(word));
    return words;
}

bool changed_lately(const cases::tenant_law& law, const std::optional<date>& changed, date today) {
    const auto* rule = find(law.rules->practice, "contact_stable");
    return rule && changed && today <= cases::practice_day(*rule, *law.days, *changed, false);
}

}  // namespace

bool same_name(std::string_view identified, std::string_view in_register) {
    return std::ranges::includes(words_of(identified), words_of(in_register));
}

std::vector<std::string> release_calls(const cases::case_state& c, const cases::tenant_law& law,
                                       const found_person& found, const register_answer& answer,
                                       date today) {
    if (c.right != "access" && c.right != "portability") return {};
    std::set<std::string> calls;
    const auto name = cases::text_of(c.subject, "name");
    for (const auto& person : answer.people) {
        if (person.protected_address) calls.insert("protected_address");
        if (changed_lately(law, person.contact_changed_on, today)) calls.insert("contact_changed");
        if (!name.empty() && !person.name.empty() && c.who.is_person &&
            !same_name(name, person.name))
            calls.insert("name_differs");
    }
    const bool by_code = found.found_by.contains("hetu") || found.found_by.contains("former_hetu");
    if (by_code && found.people.size() > 1) calls.insert("shared_identity_code");
    if (!c.who.is_person) calls.insert("mandate");
    for (const auto& held : answer.records) {
        if (held.several_parties) calls.insert("several_parties");
        if (held.outside_contract) calls.insert("outside_contract_interval");
    }
    return {calls.begin(), calls.end()};
}

}  // namespace pykala::api
