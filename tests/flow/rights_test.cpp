// Protects each right on its whole way, from the form to the register and back. Real registers,
// database and keys; the oracle is plain SQL over the register files.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/case/values.hpp"

#include "api/answers/consumption.hpp"
#include "api/answers/tables.hpp"
#include "storage/registers/sample/sample_registers.hpp"
#include "tests/support/browser.hpp"
#include "tests/support/flow_steps.hpp"
#include "tests/support/flow_world.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

const value_object marketing{{"kind", "direct_marketing"}};

std::vector<register_port*> ports(const flow_world& w) {
    return w.registers.all();
}

}  // namespace

TEST_SUITE("flow/rights") {
    TEST_CASE("access: everything found is given and nothing changes [15]") {
        for (const auto& tenant : tenants) {
            CAPTURE(tenant);
            flow_world w(tenant);
            const auto who = sample_person_of(tenant, 0);
            const auto number = w.file("access", who.hetu, who.name);
            w.work();
            look_before_release(w, number);
            w.take(number, "officer", "release");
            w.work();
            const auto closed = w.state(number);
            CHECK(closed.outcome == "fulfilled");
            const auto all = ports(w);
            const auto given =
                api::collect_answer({all, {}}, w.desk->read(number).value(), w.time.on).value();
            std::size_t records = 0;
            std::string text;
            for (const auto& category : given.categories) {
                records += category.records.size();
                text += api::csv_of(api::category_table(category, language::fi, {}));
            }
            CHECK(records == closed.records.size());
            // the notice of Kokkola names no category for the name
            if (tenant != "kokkola") CHECK(text.contains(who.name.substr(who.name.find(' ') + 1)));
            CHECK(w.count("crm", "SELECT count(*) FROM pykala_mark") == 0);
        }
    }
    TEST_CASE("access: a protected address and changed contacts stop the release [15(4)]") {
        flow_world w("kuopio");
        const auto hidden = sample_person_of("kuopio", 2);
        const auto number = w.file("access", hidden.hetu, hidden.name);
        w.work();
        const auto calls = w.state(number).release_calls;
        CHECK(std::ranges::count(calls, "protected_address") == 1);
        CHECK(w.attempt(number, "officer", "release") != "");
        look_before_release(w, number);
        CHECK(w.attempt(number, "officer", "release") == "blocked_by_address_protected");
        w.take(number, "officer", "propose_release");
        w.take(number, "reviewer", "approve");
        w.work();
        CHECK(w.state(number).outcome == "fulfilled");
        const auto other = w.file("access", hidden.hetu, "Joku Muu");
        w.work();
        const auto again = w.state(other).release_calls;
        CHECK(std::ranges::count(again, "name_differs") == 1);
    }
    TEST_CASE("portability: what article 20 covers in the form of the Datahub [20]") {
        flow_world w("valkeakoski");
        const auto who = sample_person_of("valkeakoski", 0);
        const auto number = w.file("portability", who.hetu, who.name);
        w.work();
        look_before_release(w, number);
        w.take(number, "officer", "release_within_scope", {{"reason", "20 artiklan mukaan."}});
        w.work();
        CHECK(w.state(number).outcome == "partly_fulfilled");
        const auto all = ports(w);
        const auto given =
            api::collect_answer({all, {}}, w.desk->read(number).value(), w.time.on).value();
        const auto& pack = policies_of_the_tree().packs.at("valkeakoski");
        for (const auto& category : given.categories) {
            const auto covered = pack.categories.at(category.id).facts.portability.value;
            CHECK((covered == portability::provided || covered == portability::observed));
        }
        const auto csv = api::consumption_csv(given);
        CHECK(
            csv.starts_with("Mittauspisteen tunnus;Tuotteen tyyppi;Resoluutio;Yksikkötyyppi;"
                            "Lukeman tyyppi;Alkuaika;Määrä;Laatu\n"));
        // the last Sunday of October 2025 has 25 hours: 24 of them begin at midnight UTC or later
        CHECK(csv.contains(";PT1H;kWh;BN01;2025-10-25T21:00:00Z;"));
        CHECK(csv.contains(";PT1H;kWh;BN01;2025-10-26T21:00:00Z;"));
        CHECK(csv.contains("Z;0,"));
        CHECK(api::consumption_json(given)->starts_with("{\"TimeSeries\":[{\"MeteringPointEAN\""));
    }
    TEST_CASE("rectification: a value is corrected and a voucher gets an entry beside it [16]") {
        flow_world w("kokkola");
        const auto who = sample_person_of("kokkola", 0);
        const auto contact = record_with(w, false, "crm", who.hetu, "phone") + "/phone";
        const value_object own{
            {"field", contact}, {"value", "+358401234567"}, {"self_service", true}};
        const auto first = w.file("rectification", who.hetu, who.name,
                                  {{"request", value_object{{"fields", value_array{own}}}}});
        w.work();
        tell_recipients(w, first);
        CHECK(w.state(first).outcome == "fulfilled");
        CHECK(w.count("crm", "SELECT count(*) FROM customer WHERE phone = '+358401234567'") == 1);
        CHECK(w.count("crm", "SELECT count(*) FROM pykala_mark WHERE restricted") == 0);

        const auto invoice = record_with(w, true, "billing", who.hetu, "amount_cents");
        REQUIRE(!invoice.empty());
        const auto field = invoice + "/amount_cents";
        const value_object wrong{{"field", field}, {"voucher", true}};
        const auto second = w.file("rectification", who.hetu, who.name,
                                   {{"request", value_object{{"fields", value_array{wrong}}}}});
        w.work();
        const auto before = w.count("billing", "SELECT sum(amount_cents) FROM invoice");
        w.take(second, "officer", "decide_fields",
               {{"fields", value_array{value(field)}},
                {"field_result", "correcting_entry"},
                {"value", "1200"}});
        w.take(second, "officer", "rectify");
        w.work();
        tell_recipients(w, second);
        CHECK(w.state(second).outcome == "fulfilled");
        CHECK(w.count("billing", "SELECT sum(amount_cents) FROM invoice") == before);
        CHECK(w.count("billing", "SELECT count(*) FROM correction WHERE new_value = '1200'") == 1);
    }
    TEST_CASE("restriction: marked until the person was warned and it is lifted [18]") {
        flow_world w("kss");
        const auto who = sample_person_of("kss", 0);
        const auto number = w.file("restriction", who.hetu, who.name);
        w.work();
        value_array all;
        for (const auto& [id, held] : w.state(number).records) all.emplace_back(id);
        w.take(number, "officer", "decide_records",
               {{"records", all}, {"decision", "restrict"}, {"restriction_ground", "18_1_c"}});
        w.take(number, "officer", "restrict");
        w.work();
        tell_recipients(w, number);
        CHECK(w.state(number).state == "in_force");
        CHECK(w.count("crm", "SELECT count(*) FROM pykala_mark WHERE restricted") > 0);
        w.take(number, "officer", "warn_of_lifting",
               {{"lift_reason", "claims_ended"}, {"reason", "Asia on selvä."}});
        w.time.set(w.time.on + std::chrono::days(40));
        CHECK(w.fulfilment->run_due().value() > 0);
        w.take(number, "officer", "lift");
        w.work();
        CHECK(w.state(number).outcome == "fulfilled");
        for (const auto& reg : sample_order)
            CHECK(w.count(reg, "SELECT count(*) FROM pykala_mark WHERE restricted") == 0);
    }
    TEST_CASE("objection: marketing stops at once and without a person [21(3)]") {
        for (const auto& tenant : tenants) {
            CAPTURE(tenant);
            flow_world w(tenant);
            // the ordinary customer, and one who owes; some have said something about marketing
            // before
            for (const std::size_t index : {0UZ, 4UZ}) {
                const auto who = sample_person_of(tenant, index);
                const auto of_person = fmt::format(
                    "customer_id IN (SELECT id FROM customer WHERE hetu = '{}')", who.hetu);
                const auto number = w.file("objection", who.hetu, who.name, marketing);
                w.work();
                const auto c = w.state(number);
                CHECK(c.outcome == "fulfilled");
                CHECK(c.records.empty());  // nothing is read of whom it is enough to know
                for (const auto& order : c.orders) CHECK(order.result == "done");
                CHECK(std::ranges::find(c.letters, "marketing_stopped",
                                        &cases::letter_sent::name) != c.letters.end());
                CHECK(w.count("crm", "SELECT count(*) FROM marketing_choice WHERE " + of_person) >
                      0);
                CHECK(w.count("crm",
                              "SELECT min(banned) FROM marketing_choice WHERE " + of_person) == 1);
                for (const auto* address : {"phone", "email"})
                    CHECK(w.count("crm", fmt::format("SELECT count(*) FROM customer c WHERE hetu = "
                                                     "'{0}' AND {1} IS NOT NULL AND NOT EXISTS "
                                                     "(SELECT 1 FROM marketing_choice m WHERE "
                                                     "m.customer_id = c.id AND m.address = c.{1} "
                                                     "AND m.banned = 1)",
                                                     who.hetu, address)) == 0);
            }
        }
    }
    TEST_CASE("objection: an unknown person is not told that marketing has stopped") {
        flow_world w("kuopio");
        const auto before = w.count("crm", "SELECT count(*) FROM marketing_choice");
        const auto number = w.file("objection", "010190-999Y", "Tuntematon Henkilö", marketing);
        w.work();
        CHECK(w.state(number).state == "received");
        CHECK(w.state(number).alerts.contains("person_not_found"));
        CHECK(w.count("crm", "SELECT count(*) FROM marketing_choice") == before);
    }
    TEST_CASE("objection: a ban outlives the data of who asked for it as a hash [21(3)]") {
        flow_world w("turku");
        const auto who = sample_person_of("turku", 1);  // contracts that ended long ago
        const auto number = w.file("objection", who.hetu, who.name, marketing);
        w.work();
        REQUIRE(w.state(number).outcome == "fulfilled");
        const auto rows = w.count("crm", "SELECT count(*) FROM marketing_choice");
        REQUIRE(rows > 0);
        auto& crm = w.registers.port("crm");
        auto found = find_everywhere(w.registers, {{"hetu", {who.hetu}}}).front();
        const auto now = crm.read(found, w.time.on).value();
        execution all{"all", found, w.time.on, {}};
        for (const auto& held : now.records)
            all.changes.push_back({.record = held.facts.id, .verb = register_verb::erase});
        CHECK(crm.execute(all,
                          [](std::span<const record> records) -> result<std::vector<assessment>> {
                              assessment gone;
                              gone.outcome = record_outcome::erase;
                              gone.action = record_action::delete_record;
                              return std::vector<assessment>(records.size(), gone);
                          })
                  .has_value());
        CHECK(w.count("crm", "SELECT count(*) FROM customer WHERE hetu = '" + who.hetu + "'") == 0);
        CHECK(w.count("crm",
                      "SELECT count(*) FROM marketing_choice WHERE banned = 1 AND "
                      "customer_id IS NULL AND address IS NULL AND suppression_key LIKE "
                      "'hash:%'") == rows);
    }
    TEST_CASE("sealing: no name or code or address or text of a case lies open [32]") {
        flow_world w("turku");
        const auto who = sample_person_of("turku", 1);
        const auto number = w.file(
            "erasure", who.hetu, who.name,
            {{"request", value_object{{"text", "Kissani Mirri-Merituuli asuu Kuusikujalla"}}}});
        w.work();
        w.take(number, "officer", "add_note", {{"note", "Soitti Tuntematon-Tuulikki"}});
        CHECK(w.attempt(number, "officer", "decide_records",
                        {{"records", value_array{value("Mirri-Merituuli")}},
                         {"decision", "erase"}}) != "");
        CHECK(w.attempt(number, "officer", "add_note", {{"Mirri-Merituuli", who.hetu}}) != "");
        w.fulfilment.reset();
        const auto files = bytes_below(w.dir.path);
        REQUIRE(files.size() > 50'000);
        REQUIRE(files.contains("request_received"));
        for (const auto& planted :
             {who.hetu, who.name, who.customer_number, who.name.substr(who.name.find(' ') + 1),
              std::string("Mirri-Merituuli"), std::string("Tuntematon-Tuulikki"),
              std::string("Kuusikuja"), std::string("@example.com"), std::string("+358000")}) {
            CHECK_FALSE(files.contains(planted));
        }
        CHECK_FALSE(w.errors.contains(who.hetu));
        CHECK_FALSE(w.errors.contains(who.name));
    }
}
