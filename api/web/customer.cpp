// The customer's own requests: made, followed, withdrawn.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/case/values.hpp"
#include "engine/policy/vocabulary.hpp"

#include "api/web/answers.hpp"
#include "api/web/cases.hpp"
#include "api/web/endpoints.hpp"
#include "api/web/letters.hpp"
#include "api/web/timeline.hpp"
#include "api/web/words.hpp"
#include "storage/sealing/session_seal.hpp"

namespace pykala::api::web {
namespace {

auto no_such_right() {
    return fail(problem_kind::not_found, "no_such_page", "there is no such request");
}

result<http::response> own_requests(call& at) {
    PYKALA_TRY(const auto own, cases_of_customer(at));
    value_array rows;
    for (const auto& each : own) rows.emplace_back(case_values(each, at.in));
    return page(at, "requests", {{"none", rows.empty()}, {"cases", std::move(rows)}});
}

result<http::response> request_form(call& at) {
    const auto& asked = at.parts.front();
    if (!from_name<right>(asked)) return no_such_right();
    return page(at, "request",
                {{"right", asked},
                 {"right_name", at.here.pages->text("right." + asked, at.in)},
                 {"about", at.here.pages->text("right." + asked + ".about", at.in)},
                 {"is_objection", asked == "objection"},
                 {"is_portability", asked == "portability"},
                 {"is_erasure", asked == "erasure"},
                 {"is_rectification", asked == "rectification"},
                 {"sends_mail", at.here.sends_mail},
                 {"once", storage::new_bearer_secret()}});
}

result<http::response> send_request(call& at) {
    const auto& asked = at.parts.front();
    if (!from_name<right>(asked)) return no_such_right();
    const std::string says(at.form_field("says")), receiver(at.form_field("receiver"));
    if (asked == "rectification" && says.find_first_not_of(" \t\r\n") == std::string::npos)
        return fail(problem_kind::invalid, "nothing_to_correct",
                    "the request does not say what is wrong",
                    "say what is wrong, and what is right");
    const auto now = at.here.time->now();
    value_object request;
    if (!says.empty()) request.emplace("says", says);
    if (asked == "portability" && !receiver.empty()) request.emplace("receiver", receiver);
    cases::command what{.kind = cases::command_kind::file, .by = customer_of(at)};
    what.idempotency_key = std::string(at.form_field("once"));
    what.inputs = {
        {"right", asked},
        {"channel", "portal"},
        {"language", std::string(name_of(at.in))},
        {"received_on", to_string(now.on)},
        {"received_at", to_string(now.at)},
        {"assurance", at.who.person->assurance},
        {"is_person", true},
        {"has_portal", true},
        {"notice_wished", at.here.sends_mail && at.form_field("notice") == "yes"},
        {"subject", value_object{{"hetu", at.who.person->hetu}, {"name", at.who.person->name}}},
        {"request", request}};
    if (asked == "objection") what.inputs.emplace("kind", std::string(at.form_field("kind")));
    PYKALA_TRY(const auto filed, file_request(at.here, std::move(what)));
    return see_other(at, "/requests/" + filed.given.numbers.front());
}

result<http::response> own_case(call& at) {
    PYKALA_TRY(const auto c, case_of_customer(at, at.parts.front()));
    auto shown = case_values(c, at.in);
    auto letters = letter_values(c, at.here, at.in);
    // notices to recipients and to the authority are not the customer's letters
    std::erase_if(letters, [&](const value& each) {
        const auto found = c.how->words->letters.find(*each["name"].as_string());
        return found == c.how->words->letters.end() || found->second.to != "person";
    });
    if (!letters.empty()) {
        shown.emplace("newest", value_array{letters.front()});
        letters.erase(letters.begin());
    }
    shown.emplace("has_earlier", !letters.empty());
    shown.emplace("letters", std::move(letters));
    const bool over = c.now.closed() || c.now.state == "in_force";
    shown.emplace("heading", at.here.pages->text("right." + c.now.right, at.in));
    shown.emplace("open", !over);
    const auto& stage = c.now.closed() ? c.now.outcome : c.now.state;
    shown.emplace("next", word_if(at, "customer_next", stage));
    shown.emplace("is_marketing", c.now.kind == "direct_marketing");
    shown.emplace("says", cases::text_of(c.now.request, "says"));
    if (!c.now.deferred.empty()) shown.emplace("some_later", true);
    shown.emplace("events", customer_timeline(at, c));
    PYKALA_TRY(auto answer, own_answer_values(at, c));
    if (!answer.empty()) shown.emplace("answer", std::move(answer));
    PYKALA_TRY(const auto open, at.here.desk->open_to(c.now.number, customer_of(at)));
    shown.emplace("may_withdraw", std::ranges::find(open, "withdraw") != open.end());
    return page(at, "own_case", std::move(shown));
}

result<http::response> withdraw(call& at) {
    PYKALA_TRY(const auto c, case_of_customer(at, at.parts.front()));
    cases::command what{.name = "withdraw", .by = customer_of(at)};
    PYKALA_CHECK(take(at.here, c.now.number, std::move(what)));
    return see_other(at, "/requests/" + c.now.number);
}

constexpr auto customer_table = std::to_array<endpoint>({
    {"GET", "/requests", door::portal, false, customers, own_requests},
    {"GET", "/requests/new/{right}", door::portal, false, customers, request_form},
    {"POST", "/requests/new/{right}", door::portal, false, customers, send_request},
    {"GET", "/requests/{case}", door::portal, false, customers, own_case},
    {"POST", "/requests/{case}/withdraw", door::portal, false, customers, withdraw},
});

}  // namespace

std::span<const endpoint> customer_endpoints() {
    return customer_table;
}

}  // namespace pykala::api::web
