// Protects what a letter says of a case: each record under the law that really governs it, with its
// last day, and nothing that may not be printed. Cases are made of events by hand, assessed by the
// engine under the real packs, and what comes out is compared and rendered.
#include "api/letters/facts_of_case.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/case/assess_case.hpp"
#include "engine/case/values.hpp"

#include "api/letters/letter_book.hpp"
#include "tests/support/desk_world.hpp"
#include "tests/support/letters.hpp"

using namespace pykala;
using namespace pykala::api::letters;

namespace {

const auto today = make_date(2026, 3, 2);

const letter_definitions& words() {
    static const auto all = [] {
        diagnostics none;
        return read_definitions(tests::letter_sources(), none);
    }();
    return all;
}

value_object days(std::initializer_list<std::pair<const char*, const char*>> all) {
    value_object made;
    for (const auto& [name, on] : all) made.emplace(name, on);
    return made;
}

struct story {
    std::string tenant, right;
    std::vector<cases::event> events{};
    cases::facts known{.today = today, .law = tests::law_of(tenant, today).get()};

    story(std::string of, std::string what, std::string kind = {}) : tenant(of), right(what) {
        auto& e = next("request_received");
        cases::put(e, "filed",
                   value_object{{"right", right},
                                {"kind", kind},
                                {"language", "fi"},
                                {"received_on", "2026-02-10"}});
        cases::put(e, "subject", value_object{{"name", "Aino Esimerkki"}, {"hetu", "010100-969P"}});
        cases::put(
            e, "dates",
            value_object{
                {"received_on", "2026-02-10"}, {"due_on", "2026-03-10"}, {"act_by", "2026-03-10"}});
    }
    cases::event& next(const std::string& kind) {
        cases::event e{.kind = kind, .seq = events.size(), .on = today, .role = "officer"};
        return events.emplace_back(e);
    }
    void found(value_array records) {
        cases::put(next("record_register_answer"), "found",
                   value_object{{"register", "crm"}, {"records", std::move(records)}});
        assess();
    }
    void assess() {
        auto answers = cases::assess_case(cases::fold(events), known);
        cases::put(next("assessed"), "assessed", std::move(answers));
    }
    void decided(const char* id, const char* decision, const char* ground, const char* reason) {
        auto& e = next("decide_records");
        cases::put(e, "decided",
                   value_object{{"records", value_array{id}},
                                {"decision", decision},
                                {"ground", ground},
                                {"decision_ground", ground}});
        cases::put(e, "in_reason", reason);
    }
    letter_facts facts(language in = language::fi) {
        next("dispatch");
        return facts_of_case({.events = events,
                              .case_number = "KUO-2026-000001",
                              .known = known,
                              .flow = tests::procedure_of(right)->flow,
                              .words = words(),
                              .in = in});
    }
};

value_object row(const char* id, const char* category, value_object dates) {
    return {{"id", id},
            {"category", category},
            {"commodity", "electricity"},
            {"dates", std::move(dates)},
            {"contract", "ended"},
            {"balance", "settled"}};
}

const kept_line& line_with(const letter_facts& f, std::string_view name) {
    const auto found = std::ranges::find_if(
        f.kept, [&](const kept_line& line) { return line.name.contains(name); });
    REQUIRE(found != f.kept.end());
    return *found;
}

}  // namespace

TEST_SUITE("api/letters/facts_of_case") {
    TEST_CASE("erasure: kept with act and section and last day; erased otherwise") {
        story s("kss", "erasure");
        s.found({row("crm/i/1#LEDGER", "LEDGER", days({{"accounting_period_end", "2020-12-31"}})),
                 row("crm/i/2#COR", "COR", days({{"accounting_period_end", "2022-12-31"}})),
                 row("crm/i/3#COR", "COR", days({{"accounting_period_end", "2023-12-31"}})),
                 row("crm/o/1#OUTAGE", "OUTAGE", days({{"event", "2020-01-01"}}))});
        s.decided("crm/o/1#OUTAGE", "erase", "17_1_a", "");
        const auto f = s.facts();
        CHECK(f.person_name == "Aino Esimerkki");
        CHECK(f.received_on == make_date(2026, 2, 10));
        CHECK_FALSE(f.late);
        CHECK_FALSE(f.contract_goes_on);
        REQUIRE(f.kept.size() == 2);
        CHECK(f.kept[0].cite == "kirjanpitolain (1336/1997) 2 luvun 10 §:n 2 momentti");
        CHECK(f.kept[0].until == make_date(2029, 12, 31));
        CHECK(f.kept[0].first_until == make_date(2028, 12, 31));
        CHECK(f.kept[0].count == 2);
        CHECK(f.kept[0].because.starts_with("kirjanpitolaki velvoittaa"));
        CHECK(f.kept[1].cite == "kirjanpitolain (1336/1997) 2 luvun 10 §:n 1 momentti");
        CHECK(f.kept[1].until == make_date(2030, 12, 31));
        REQUIRE(f.erased.size() == 1);
        CHECK(s.facts(language::sv).kept[0].cite.contains("bokföringslagen"));
    }

    TEST_CASE("erasure: a contract in force and an unpaid bill and an own rule that was upheld") {
        story s("kuopio", "erasure");
        auto contract = row("crm/c/1#KUO-B17", "KUO-B17", {});
        contract.insert_or_assign("contract", "in_force");
        auto bill = row("crm/b/1#KUO-C06", "KUO-C06", days({{"event", "2024-03-15"}}));
        bill.insert_or_assign("balance", "open");
        s.found(
            {contract, bill, row("crm/r/1#KUO-R03", "KUO-R03", days({{"event", "2025-09-01"}}))});
        const auto id = cases::text_of(
            cases::fold(s.events).records.at("crm/r/1#KUO-R03").assessed.at("governing")["rule"]);
        CHECK(id.starts_with("kuopio."));
        auto& e = s.next("uphold_house_rule");
        cases::put(
            e, "house",
            value_object{
                {"rule", id}, {"upheld", true}, {"ground", "17_3_e"}, {"until", "2026-09-01"}});
        cases::put(e, "in_reason", "Puhelusta on riita.");
        s.assess();
        const auto f = s.facts();
        CHECK(f.contract_goes_on);
        CHECK(line_with(f, "opimuslämpöteho").while_contract);
        CHECK(line_with(f, "askun summa").open);
        CHECK(line_with(f, "askun summa").because.contains("maksamatta"));
        const auto& call = line_with(f, "uoramarkkinointipuhelutallenteet");
        CHECK(call.until == make_date(2026, 9, 1));
        CHECK(call.cite.contains("17 artiklan 3 kohdan e alakohta"));
        CHECK(call.reason == "Puhelusta on riita.");
        CHECK(f.controllers.size() == 2);
        CHECK(f.controllers[0].dpo.empty());
        CHECK(f.authority.phone == "029 566 6700");
    }

    TEST_CASE(
        "erasure: while a statute runs no letter rests on an own rule nobody upheld [17(3)]") {
        story s("kuopio", "erasure");
        const auto* id = "crm/b/1#KUO-C06";
        s.found({row(id, "KUO-C06",
                     days({{"event", "2024-03-15"}, {"accounting_period_end", "2024-12-31"}}))});
        const auto held = [&] { return cases::fold(s.events).records.at(id).assessed; };
        CHECK_FALSE(cases::flag_of(held(), "confirm"));
        CHECK(cases::text_of(held(), "erase_on") == "2031-01-01");
        const auto by_law = line_with(s.facts(), "askun summa");
        CHECK(by_law.until == make_date(2030, 12, 31));
        CHECK(by_law.cite == "kirjanpitolain (1336/1997) 2 luvun 10 §:n 2 momentti");
        CHECK_FALSE(by_law.law_until);
        for (const auto& [until, kept_until] : std::vector<std::pair<const char*, date>>{
                 {"2032-06-30", make_date(2032, 6, 30)},     // the officer's day
                 {"2027-01-01", make_date(2030, 12, 31)},    // not below the statute
                 {"2040-01-01", make_date(2034, 3, 15)}}) {  // not above the rule's own end
            CAPTURE(until);
            auto& e = s.next("uphold_house_rule");
            cases::put(e, "house",
                       value_object{{"rule", "kuopio.billing_and_metering"},
                                    {"upheld", true},
                                    {"ground", "17_3_e"},
                                    {"until", until}});
            cases::put(e, "in_reason", "Laskusta on riita.");
            s.assess();
            const auto line = line_with(s.facts(), "askun summa");
            CHECK(line.until == kept_until);
            CHECK(cases::date_of(held(), "erase_on") == kept_until + std::chrono::days(1));
            const bool longer = kept_until > make_date(2030, 12, 31);
            CHECK(line.law_until.has_value() == longer);
            if (longer) CHECK(line.law_cite == by_law.cite);
            CHECK(line.cite.contains("17 artiklan 3 kohdan e alakohta") == longer);
        }
    }

    TEST_CASE("secret hold: the neutral clause and no day and no reason") {
        story s("kss", "erasure");
        auto held = row("crm/o/1#OUTAGE", "OUTAGE", days({{"event", "2020-01-01"}}));
        held.emplace("holds", value_array{value_object{{"reason", "Poliisin säilyttämismääräys"},
                                                       {"until", "2027-01-01"},
                                                       {"secret", true}}});
        s.found({held});
        const auto f = s.facts();
        REQUIRE(f.kept.size() == 1);
        CHECK(f.kept[0].because == "laki velvoittaa meidät säilyttämään tiedon");
        CHECK_FALSE(f.kept[0].until);
        CHECK(f.kept[0].reason.empty());
    }

    TEST_CASE("refusal: ground and provision and reasons of the decision [12(4)]") {
        story s("turku", "erasure");
        auto& e = s.next("refuse_unidentified");
        cases::put(e, "refusal_ground", "12_6");
        cases::put(e, "in_reason", "Emme saaneet vastausta.");
        cases::put(e, "marks", value_object{{"set", value_array{"refusal_decided"}}});
        s.known.today = make_date(2026, 3, 11);
        const auto f = s.facts();
        REQUIRE(f.refused.size() == 1);
        CHECK(f.refused[0].because == "emme ole voineet varmistua henkilöllisyydestäsi");
        CHECK(f.refused[0].cite.contains("12 artiklan 6 kohta"));
        CHECK(f.refused[0].reason == "Emme saaneet vastausta.");
        CHECK(f.unidentified);
        CHECK(f.late);
    }

    TEST_CASE("rectification: a protected address is not printed; other values are") {
        story s("kuopio", "rectification");
        const auto& own = s.known.law->own_pack();
        const auto hidden = std::ranges::find_if(
            own.categories, [](const auto& each) { return each.second.protected_address; });
        REQUIRE(hidden != own.categories.end());
        const auto address = "crm/p/1#" + hidden->first;
        s.found({row(address.c_str(), hidden->first.c_str(), {}),
                 row("crm/p/1#KUO-A01", "KUO-A01", {})});
        for (const auto& field : {address + "/street", std::string("crm/p/1#KUO-A01/name")}) {
            auto& e = s.next("decide_fields");
            cases::put(e, "contested",
                       value_array{value_object{{"field", field}, {"result", "corrected"}}});
            cases::put(e, "in_fields", value_array{field});
            cases::put(e, "in_value", "Uusi arvo");
        }
        auto f = s.facts();
        REQUIRE(f.fields.size() == 2);
        CHECK(std::ranges::count(f.fields, "Uusi arvo", &field_line::value) == 2);
        cases::put(s.next("record_register_answer"), "flags", value_array{"address_protected"});
        f = s.facts();
        CHECK(std::ranges::count(f.fields, "Uusi arvo", &field_line::value) == 1);
    }

    TEST_CASE("access: each category with purposes and basis and last day [15(1)]") {
        story s("valkeakoski", "access");
        s.found({row("crm/i/1#COR", "COR", days({{"accounting_period_end", "2022-12-31"}}))});
        const auto f = s.facts();
        REQUIRE(f.categories.size() == 1);
        REQUIRE(f.categories[0].periods.size() == 1);
        CHECK(f.categories[0].periods[0].until == make_date(2028, 12, 31));
        CHECK(f.categories[0].periods[0].because.starts_with("kirjanpitolaki velvoittaa"));
        CHECK_FALSE(f.categories[0].says.empty());
        CHECK_FALSE(f.categories[0].basis.empty());
        CHECK(f.limits_cite == "tietosuojalain (1050/2018) 34 §:n 4 momentti");
    }

    TEST_CASE("access: the law's last day comes before the notice's own period [15(1)(d)]") {
        story s("kuopio", "access");
        auto contract = row("crm/c/1#KUO-A13", "KUO-A13", {});
        contract.insert_or_assign("contract", "in_force");
        s.found({row("crm/b/1#KUO-C06", "KUO-C06",
                     days({{"event", "2024-03-15"}, {"accounting_period_end", "2024-12-31"}})),
                 row("crm/r/1#KUO-R03", "KUO-R03", days({{"event", "2025-09-01"}})), contract});
        for (const auto in : {language::fi, language::sv, language::en}) {
            const auto f = s.facts(in);
            const auto of = [&](std::string_view id) {
                const auto found = std::ranges::find(f.categories, id, &category_line::id);
                REQUIRE(found != f.categories.end());
                CHECK_FALSE(found->no_period);
                return *found;
            };
            const auto bill = of("KUO-C06").periods;
            REQUIRE(bill.size() == 2);
            CHECK(bill[0].until == make_date(2030, 12, 31));
            CHECK_FALSE(bill[0].later);
            CHECK(bill[1].until == make_date(2034, 3, 15));
            CHECK(bill[1].later);
            CHECK(bill[1].because.contains("10"));
            const auto call = of("KUO-R03").periods;
            REQUIRE(call.size() == 1);
            CHECK(call[0].until == make_date(2026, 9, 1));
            // a contract that runs: what counts from its end has no day yet
            const auto running = of("KUO-A13");
            CHECK(running.while_contract);
            REQUIRE(running.periods.size() == 2);
            CHECK_FALSE(running.periods[0].until);
            CHECK_FALSE(running.periods[1].until);
        }
    }

    TEST_CASE("direct marketing: the scope of the pack and no records") {
        story s("kuopio", "objection", "direct_marketing");
        s.found({row("crm/i/1#COR", "COR", days({{"accounting_period_end", "2022-12-31"}}))});
        const auto f = s.facts();
        CHECK(f.kept.empty());
        CHECK_FALSE(f.marketing_scope.empty());
    }

    TEST_CASE("every tenant: an erasure answer renders from its pack in each language") {
        diagnostics findings;
        const letter_book book(tests::letter_sources(), findings);
        for (const auto* tenant : {"kokkola", "kuopio", "kss", "turku", "valkeakoski"})
            for (const auto in : {language::fi, language::sv, language::en}) {
                story s(tenant, "erasure");
                s.found(
                    {row("crm/i/1#COR", "COR", days({{"accounting_period_end", "2022-12-31"}}))});
                const auto made = book.render("erasure_answer", in, s.facts(in));
                REQUIRE_MESSAGE(made, made.error().detail);
                CHECK(made->text.contains("tietosuoja@om.fi"));
                CHECK_FALSE(made->text.contains("unstated"));
                CHECK_FALSE(made->text.contains("969P"));
            }
    }
}
