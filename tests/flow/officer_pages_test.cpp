// Protects what officers read of a case when not everything went as asked: a decision on everything
// says what it could not reach, and what was destroyed says so where it stood. A whole utility on
// real files; pages are asked for as a browser does.
#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/case/values.hpp"

#include "api/web/cases.hpp"
#include "tests/support/browser.hpp"
#include "tests/support/flow_steps.hpp"

using namespace pykala;
using namespace pykala::tests;
namespace http = api::http;

namespace {

bool has(const http::response& said, std::string_view text) {
    return said.body.find(text) != std::string::npos;
}

std::size_t count_of(const cases::case_state& c, std::string_view outcome, bool liftable) {
    return std::size_t(std::ranges::count_if(c.records, [&](const auto& each) {
        const auto& held = each.second;
        return cases::text_of(held.assessed, "outcome") == outcome && held.decision.empty() &&
               (!liftable || cases::flag_of(held.assessed, "liftable"));
    }));
}

// The day on which this class went, as a Finnish page writes it.
std::string destroyed_on(const desk::open_case& c, const std::string& of) {
    for (const auto& e : c.events)
        for (const auto& name : cases::list_of(e["destroyed"]))
            if (name == of) return api::web::day_text(e.on, language::fi);
    return "never";
}

}  // namespace

TEST_SUITE("flow/officer_pages") {
    TEST_CASE("decision on everything: takes what can be erased and names what stays and why") {
        flow_world w("kuopio");
        const auto who = sample_person_of("kuopio", 0);
        const auto number = w.file("erasure", who.hetu, who.name);
        w.work();
        const auto before = w.state(number);
        const auto open = count_of(before, "review", false);
        const auto house = count_of(before, "retain", true);
        REQUIRE(open > 0);
        REQUIRE(house > 0);
        const browser officer(w, "officer");
        const auto page = "/officer/cases/" + number;
        const auto form = fmt::format(
            "transition=decide_records&records=%3Devery&decision=erase&reason=Ei+tarpeen&once=1"
            "&version={}",
            before.version);
        const auto said = officer.post(page + "/steps", form);
        CHECK(said.status == 303);
        CHECK(header_of(said, "Location").ends_with(fmt::format("{}?house={}", page, house)));
        CHECK(
            has(officer.get(fmt::format("{}?house={}", page, house)),
                fmt::format("{} tietoa odottaa, koska yhtiön oma säilytysaika pitää ne.", house)));
        const auto after = w.state(number);
        CHECK(count_of(after, "review", false) == 0);
        CHECK(count_of(after, "retain", true) == house);
        for (const auto& [id, held] : after.records) {
            const bool waited =
                cases::text_of(before.records.at(id).assessed, "outcome") == "review";
            if (waited) CHECK(held.decision == "erase");
        }
        // only rules of our own are left: then the refusal says why nothing is decided
        const auto again = officer.post(
            page + "/steps",
            fmt::format("transition=decide_records&records=%3Devery&decision=erase&reason=x&once=2"
                        "&version={}",
                        after.version));
        CHECK(again.status == 422);
        CHECK(has(again, "Yhtiön oma säilytysaika pitää tiedon."));
    }

    TEST_CASE("house rule: one that begins after a running statute can be upheld on the page") {
        flow_world w("kuopio");
        // the contract ended in 2024: the act holds it to 2030, our own rule to 2034
        const auto who = sample_person_of("kuopio", 4);
        const auto number = w.file("erasure", who.hetu, who.name);
        w.work();
        const std::string rule = "kuopio.contract_data";
        for (const auto& [id, held] : w.state(number).records)
            if (cases::flag_of(held.assessed, "confirm"))
                CHECK(cases::member(held.assessed, "governing")["rule"] != value(rule));
        const browser officer(w, "officer");
        const auto page = "/officer/cases/" + number;
        const auto step = page + "/steps/uphold_house_rule";
        const auto option = fmt::format("<option value=\"{}\"", rule);
        REQUIRE(has(officer.get(step), option));
        // nothing waits for it: when what waits is settled the step is still at hand
        settle(w, number);
        CHECK(has(officer.get(page), step));
        const auto said = officer.post(
            page + "/steps",
            fmt::format(
                "transition=uphold_house_rule&rule={}&ground=17_3_e&reason=Asiasta+on+riita."
                "&until=2034-12-31&once=9",
                rule));
        CHECK(said.status == 303);
        const auto after = w.state(number);
        const auto found = std::ranges::find(after.house, rule, &cases::house_decision::rule);
        REQUIRE(found != after.house.end());
        CHECK(found->until == make_date(2034, 12, 31));
        // what is settled is not asked again, and a rule that holds nothing is not offered
        const auto again = officer.get(step);
        CHECK_FALSE(has(again, option));
        CHECK_FALSE(has(again, "<option value=\"kuopio.recordings\""));
    }

    TEST_CASE("destroyed: the page says on which day and under what instead of an empty field") {
        flow_world w("kuopio");
        const auto who = sample_person_of("kuopio", 0);
        const auto number = w.file("access", who.hetu, who.name,
                                   {{"request", value_object{{"says", "Kiitos jo nyt."}}}});
        w.work();
        release_answer(w, number);
        w.work();
        const auto closed_on = w.state(number).closed_on;
        REQUIRE(closed_on);
        // each time anew: a session does not live for years
        const auto officer = [&] { return browser(w, "officer"); };
        const auto page = "/officer/cases/" + number;
        const auto fresh = officer().get(page);
        CHECK(has(fresh, who.name));
        CHECK_FALSE(has(fresh, "Hävitetty"));

        w.time.set(*closed_on + std::chrono::days(92));
        REQUIRE(w.fulfilment->run_due());
        const auto later = officer().get(page);
        const auto package_day = destroyed_on(w.desk->read(number).value(), "package");
        CHECK(has(later, who.name));
        CHECK(has(later,
                  fmt::format("Hävitetty {}: tietopaketin säilytysaika päättyi", package_day)));
        CHECK_FALSE(has(later, "kirjeiden ja päätöksen säilytysaika"));

        w.time.set(add_years(*closed_on, 3) + std::chrono::days(2));
        REQUIRE(w.fulfilment->run_due());
        const auto bare = officer().get(page);
        const auto c = w.desk->read(number).value();
        const auto words = fmt::format("Hävitetty {}: kirjeiden ja päätöksen säilytysaika päättyi",
                                       destroyed_on(c, "content"));
        CHECK(bare.status == 200);
        std::size_t told = 0;
        for (auto at = bare.body.find(words); at != std::string::npos;
             at = bare.body.find(words, at + 1))
            ++told;
        // who asks, how it was known, who dealt with it, what was written, records, letters
        CHECK(told == 6);
        CHECK_FALSE(has(bare, who.name));
        CHECK_FALSE(has(bare, page + "/letters/"));
        REQUIRE_FALSE(c.now.letters.empty());
        const auto letter =
            officer().get(fmt::format("{}/letters/{}", page, c.now.letters.front().seq));
        CHECK(letter.status == 404);
        CHECK(has(letter, "Kirje on hävitetty"));
    }
}
