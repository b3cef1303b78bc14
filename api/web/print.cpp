// A letter on paper: as it left, with the address of the register where a window envelope shows it.
// Whoever posts it takes the step that dispatches, with the day; this page dispatches nothing.
#include <algorithm>
#include <array>
#include <optional>

#include "engine/case/values.hpp"

#include "api/fulfilment/people.hpp"
#include "api/web/answers.hpp"
#include "api/web/cases.hpp"
#include "api/web/endpoints.hpp"
#include "api/web/letters.hpp"
#include "storage/sqlite/staff.hpp"

namespace pykala::api::web {
namespace {

// Where the person lives, as the registers say at this moment.
struct postal_address {
    std::vector<std::string> lines;  // empty: no register holds one
    bool is_protected = false;
};

bool stands_in(const std::vector<std::string>& list, std::string_view name) {
    return std::ranges::find(list, name) != list.end();
}

bool is_postcode(const std::string& text) {
    return text.size() == 5 && text.find_first_not_of("0123456789") == std::string::npos;
}

// Street first; a postcode and its town share a line.
std::vector<std::string> lines_of(const register_record& held) {
    std::vector<std::string> lines;
    bool begun = false;  // a line that the town ends
    for (const auto& field : held.fields) {
        if (field.null || field.text.empty() || field.form != field_form::text) continue;
        if (begun)
            lines.back() += " " + field.text;
        else
            lines.push_back(field.text);
        begun = is_postcode(field.text);
    }
    return lines;
}

result<postal_address> address_of(const call& at, const desk::open_case& c) {
    postal_address found{.lines = {}, .is_protected = c.now.flags.contains("address_protected")};
    const auto& registers = at.here.registers;
    if (registers.empty()) return found;
    PYKALA_TRY(const auto people, find_people(registers, registers.size() - 1, keys_of(c.now)));
    for (std::size_t i = 0; i < registers.size(); ++i) {
        if (people.at[i].people.empty()) continue;
        PYKALA_TRY(const auto held, registers[i]->read(people.at[i], at.here.time->now().on));
        for (const auto& person : held.people) found.is_protected |= person.protected_address;
        // where electricity is used is a fact of the site, and not where the person lives
        for (const auto& record : held.records) {
            const auto* kind = find(c.law->own_pack().categories, record.facts.category);
            if (!found.lines.empty() || !kind || !stands_in(kind->id_parts, "address") ||
                kind->classes != std::vector<std::string>{"ID"})
                continue;
            found.lines = lines_of(record);
        }
    }
    return found;
}

value_array sender_lines(const call& at) {
    value_array lines;
    if (at.here.own->controllers.empty()) return lines;
    const auto& first = at.here.own->controllers.begin()->second;
    lines.emplace_back(first.name);
    if (const auto& where = first.address.value; !where.empty() && where != "unstated")
        lines.emplace_back(where);
    return lines;
}

value_array as_items(const std::vector<std::string>& lines) {
    value_array items;
    for (const auto& line : lines) items.emplace_back(value_object{{"line", line}});
    return items;
}

// Only what goes to the person goes to the person's address.
bool is_to_person(const desk::open_case& c, const value& letter) {
    const auto found = c.how->words->letters.find(cases::text_of(letter["name"]));
    return found != c.how->words->letters.end() && found->second.to == "person";
}

result<http::response> print_page(call& at) {
    const auto& number = at.parts.front();
    PYKALA_TRY(const auto c, at.here.desk->read(number));
    PYKALA_CHECK(storage::note_look(*at.here.store, at.who.user, number,
                                    "/officer/cases/{case}/letters/{letter}/print",
                                    at.here.time->now().at));
    auto letters = c.now.destroyed.contains("content")
                       ? value_array()
                       : letter_values(c, at.here, at.in, at.parts.back());
    if (letters.empty())
        return fail(problem_kind::not_found, "no_such_letter", "the case has no such letter");
    PYKALA_TRY(const auto where, address_of(at, c));
    const bool to_person = is_to_person(c, letters.front());
    const bool hidden = where.is_protected && !is_named_staff(at, c);
    auto shown = case_values(c, at.in);
    shown.emplace("heading", letters.front()["title"]);
    shown.emplace("letters", std::move(letters));
    shown.emplace("hidden", to_person && hidden);
    shown.emplace("no_address", to_person && !hidden && where.lines.empty());
    std::vector<std::string> window;
    if (to_person && !hidden && !where.lines.empty()) {
        window = where.lines;
        window.insert(window.begin(), cases::text_of(c.now.subject, "name"));
    }
    shown.emplace("window", as_items(window));
    value_array sender;
    for (auto& line : sender_lines(at))
        sender.emplace_back(value_object{{"line", std::move(line)}});
    shown.emplace("sender", std::move(sender));
    return page(at, "print", std::move(shown));
}

constexpr auto print_table = std::to_array<endpoint>({
    {"GET", "/officer/cases/{case}/letters/{letter}/print", door::staff, false, case_workers,
     print_page},
});

}  // namespace

std::span<const endpoint> print_endpoints() {
    return print_table;
}

}  // namespace pykala::api::web
