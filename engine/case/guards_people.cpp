#include <algorithm>
#include <array>

#include "engine/case/dates.hpp"
#include "engine/case/guards.hpp"
#include "engine/case/values.hpp"

namespace pykala::cases {
namespace {

bool is_strong(std::string_view assurance) {
    return assurance == "eid_substantial" || assurance == "eid_high";
}

bool reachable(const guard_view& v) {
    return v.c.who.has_portal || v.c.who.address_known || v.c.who.address_given;
}

bool strongly_identified(const guard_view& v) {
    return is_strong(v.c.who.assurance);
}

bool question_left_in_time(const guard_view& v) {
    const auto* rule = find(v.how.rules->practice, "question_within");
    if (!rule || !v.c.question_left_on) return false;
    return *v.c.question_left_on <= practice_day(*rule, *v.known.law->days, v.c.received_on, false);
}

// The narrower list of the workflow wins: kind, then scope, then default.
const workflow::name_list* accepted_levels(const guard_view& v) {
    for (const auto& name : {v.c.kind, v.c.scope, std::string("default")})
        if (const auto found = v.how.flow.assurance.find(name);
            !name.empty() && found != v.how.flow.assurance.end())
            return &found->second;
    return nullptr;
}

bool is_sufficient(const guard_view& v, std::string_view level) {
    const auto* accepted = accepted_levels(v);
    const auto known = from_name<assurance>(level);
    if (!accepted || !known || std::ranges::find(*accepted, level) == accepted->end()) return false;
    const auto& methods = v.known.law->own_pack().identity_methods;
    return std::ranges::find(methods, *known) != methods.end();
}

bool identity_sufficient(const guard_view& v) {
    return is_sufficient(v, v.c.who.assurance);
}

bool method_sufficient(const guard_view& v) {
    return is_sufficient(v, text_of(v.inputs, "method"));
}

bool requester_entitled(const guard_view& v) {
    const auto& who = v.c.who;
    if (!v.c.subject_kind.empty()) return false;
    if (who.is_person) return true;
    return who.mandate_verified && (!who.mandate_until || *who.mandate_until >= v.known.today);
}

bool by_statutory_day(const guard_view& v) {
    return v.known.today <= v.c.due.statutory_on;
}

bool sends_personal_data(const guard_view& v) {
    if (!v.taken) return true;
    return std::ranges::any_of(v.taken->sends, [&](const std::string& letter) {
        const auto found = v.how.words->letters.find(letter);
        return found == v.how.words->letters.end() || found->second.personal;
    });
}

bool answer_address_safe(const guard_view& v) {
    const auto& who = v.c.who;
    if (who.has_portal || who.address_known) return true;
    return who.address_given && !sends_personal_data(v);
}

bool answered_in_portal(const guard_view& v) {
    const auto& who = v.c.who;
    const bool known = v.c.has("identified") || is_strong(who.assurance);
    return known && who.has_portal && (who.answer_in.empty() || who.answer_in == "portal");
}

constexpr auto people = std::to_array<guard_entry>({
    {"reachable", reachable},
    {"strongly_identified", strongly_identified},
    {"question_left_in_time", question_left_in_time},
    {"identity_sufficient", identity_sufficient},
    {"method_sufficient", method_sufficient},
    {"requester_entitled", requester_entitled},
    {"by_statutory_day", by_statutory_day},
    {"answer_address_safe", answer_address_safe},
    {"answered_in_portal", answered_in_portal},
});

}  // namespace

std::span<const guard_entry> guards_of_people() {
    return people;
}

namespace {

const guard_entry* find_guard(std::string_view name) {
    for (const auto& table : {guards_of_people(), guards_of_records()})
        for (const auto& each : table)
            if (each.name == name) return &each;
    return nullptr;
}

}  // namespace

bool is_guard(std::string_view name) {
    return find_guard(name) != nullptr;
}

bool holds(std::string_view name, const guard_view& v) {
    if (const auto* guard = find_guard(name)) return guard->holds(v);
    return v.c.has(name);
}

}  // namespace pykala::cases
