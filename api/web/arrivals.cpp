// Requests that came by letter, e-mail, phone or at a visit, entered by staff. They go through the
// same desk as those of the portal; the day of arrival governs, the day of entry is kept beside it.
#include <algorithm>
#include <array>

#include "engine/policy/vocabulary.hpp"

#include "api/web/cases.hpp"
#include "api/web/endpoints.hpp"
#include "api/web/words.hpp"
#include "storage/sealing/session_seal.hpp"

namespace pykala::api::web {
namespace {

constexpr role_set enterers{role::officer, role::dpo, role::customer_service};
constexpr auto methods =
    std::to_array<std::string_view>({"none", "matched", "call_back", "code_letter", "visit_id"});
constexpr auto kinds = std::to_array<std::string_view>(
    {"direct_marketing", "legitimate_interest", "consent_withdrawal"});

value_array choices(const call& at, std::string_view group, const auto& names,
                    std::string_view chosen) {
    value_array options;
    for (const auto& name : names)
        options.emplace_back(value_object{{"choice", std::string(name)},
                                          {"says", word(at, group, name)},
                                          {"chosen", name == chosen}});
    return options;
}

// Ways in which this company takes requests, but the portal, where people file them themselves.
std::vector<std::string> ways_in(const call& at) {
    std::vector<std::string> ways;
    for (const auto way : at.here.own->channels_accepted)
        if (way != channel::portal) ways.emplace_back(name_of(way));
    return ways;
}

result<http::response> form_again(call& at, std::string_view wrong) {
    const auto today = to_string(at.here.time->now().on);
    const auto sent = [&](std::string_view name) { return std::string(at.form_field(name)); };
    value_array rights;
    for (const auto& [which, name] : names_of<right>) {
        const bool chosen =
            std::ranges::find(at.form, http::field_list::value_type{"right", std::string(name)}) !=
            at.form.end();
        rights.emplace_back(value_object{
            {"choice", std::string(name)}, {"says", word(at, "short", name)}, {"chosen", chosen}});
    }
    value_object shown{{"today", today},
                       {"received_on", sent("received_on").empty() ? today : sent("received_on")},
                       {"rights", std::move(rights)},
                       {"kinds", choices(at, "short", kinds, sent("kind"))},
                       {"channels", choices(at, "choice", ways_in(at), sent("channel"))},
                       {"methods", choices(at, "choice", methods, sent("assurance"))},
                       {"tongues", choices(at, "tongue", std::array{"fi", "sv", "en"},
                                           sent("language").empty() ? "fi" : sent("language"))},
                       {"address_known", !sent("address_known").empty()},
                       {"once", storage::new_bearer_secret()}};
    for (const auto* name : {"name", "hetu", "customer_number", "phone", "email", "says"})
        shown.emplace(name, sent(name));
    if (!wrong.empty()) shown.emplace("wrong", word(at, "arrival.wrong", wrong));
    return page(at, "arrival", std::move(shown), wrong.empty() ? 200 : 400);
}

result<http::response> arrival_form(call& at) {
    return form_again(at, {});
}

value_object inputs_of_arrival(const call& at) {
    value_object subject, request;
    for (const auto* name : {"name", "hetu", "customer_number", "phone", "email"})
        if (const auto text = at.form_field(name); !text.empty())
            subject.emplace(name, std::string(text));
    if (const auto says = at.form_field("says"); !says.empty())
        request.emplace("says", std::string(says));
    value_object inputs{{"channel", std::string(at.form_field("channel"))},
                        {"language", std::string(at.form_field("language"))},
                        {"received_on", std::string(at.form_field("received_on"))},
                        {"assurance", std::string(at.form_field("assurance"))},
                        {"is_person", true},
                        {"request", std::move(request)}};
    if (const auto number = at.form_field("customer_number"); !number.empty())
        inputs.emplace("person", "customer_number:" + std::string(number));
    if (!at.form_field("address_known").empty()) inputs.emplace("address_known", true);
    if (subject.contains("phone") || subject.contains("email"))
        inputs.emplace("marketing_target", true);
    inputs.emplace("subject", std::move(subject));
    return inputs;
}

std::string_view fault_of(const call& at) {
    const auto received = parse_date(at.form_field("received_on"));
    if (std::ranges::none_of(at.form, [](const auto& each) { return each.first == "right"; }))
        return "right";
    if (!received) return "received_on";
    if (*received > at.here.time->now().on) return "future";
    if (at.form_field("name").empty()) return "name";
    return {};
}

result<http::response> enter(call& at) {
    if (const auto wrong = fault_of(at); !wrong.empty()) return form_again(at, wrong);
    cases::actor by;
    for (const auto& each : actors_of(at.who))
        if (by.role.empty() && each.role != "reviewer") by = each;
    std::vector<cases::command> message;
    for (const auto& [name, asked] : at.form) {
        if (name != "right" || !from_name<right>(asked)) continue;
        cases::command one{.kind = cases::command_kind::file, .by = by};
        one.inputs = inputs_of_arrival(at);
        one.inputs.emplace("right", asked);
        if (asked == "objection") one.inputs.emplace("kind", std::string(at.form_field("kind")));
        if (message.empty()) one.idempotency_key = std::string(at.form_field("once"));
        message.push_back(std::move(one));
    }
    PYKALA_TRY(const auto filed, file_message(at.here, std::move(message)));
    // several stand in the queue one below the other
    const auto& numbers = filed.given.numbers;
    return see_other(at, numbers.size() == 1 ? "/officer/cases/" + numbers.front() : "/officer/");
}

constexpr auto arrivals_table = std::to_array<endpoint>({
    {"GET", "/officer/arrivals/new", door::staff, false, enterers, arrival_form},
    {"POST", "/officer/arrivals/new", door::staff, false, enterers, enter},
});

}  // namespace

std::span<const endpoint> arrival_endpoints() {
    return arrivals_table;
}

}  // namespace pykala::api::web
