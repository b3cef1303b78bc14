// Protects letters on paper: what is printed is what left, it goes to the address that the register
// holds, and a protected one is seen by named staff alone. A whole utility on real files.
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "storage/sqlite/connection.hpp"
#include "tests/support/browser.hpp"
#include "tests/support/flow_steps.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

constexpr std::string_view home =
    "street = 'Puijonkatu 7 B', postcode = '70100', city = 'KUOPIO', protected_address = ";

void set(const flow_world& w, const std::string& hetu, const std::string& what) {
    auto db = storage::connection::open(w.registers.file("crm"), {}).value();
    REQUIRE(
        db.run(fmt::format("UPDATE customer SET {} WHERE hetu = '{}'", what, hetu)).has_value());
}

// The page of the first letter of a case that came on paper.
std::string printed(flow_world& w, const std::string& number, const std::string& role) {
    const browser reader(w, role);
    const auto seq = w.state(number).letters.front().seq;
    const auto page = reader.get(fmt::format("/officer/cases/{}/letters/{}/print", number, seq));
    CHECK(page.status == 200);
    return page.body;
}

}  // namespace

TEST_SUITE("flow/print") {
    TEST_CASE("print: the letter as it left at the address of the register") {
        flow_world w("kuopio");
        const auto who = sample_person_of("kuopio", 0);
        set(w, who.hetu, std::string(home) + "0");
        const auto number =
            w.file("access", who.hetu, who.name,
                   {{"has_portal", false}, {"address_known", true}, {"channel", "letter"}});
        w.work();
        REQUIRE(w.state(number).letters.front().way == "post");
        const auto page = printed(w, number, "officer");
        CHECK(page.contains("<p>" + who.name + "</p><p>Puijonkatu 7 B</p><p>70100 KUOPIO</p>"));
        CHECK(page.contains(number));  // the letter itself
        CHECK(page.contains("class=\"sender\"><p>"));
        const browser officer(w, "officer");
        CHECK(officer.get(fmt::format("/officer/cases/{}/letters/99/print", number)).status == 404);
        const browser person(w, who);
        CHECK(person.get(fmt::format("/officer/cases/{}/letters/0/print", number)).status != 200);
    }

    TEST_CASE("print: a protected address is seen by named staff alone [product.md]") {
        flow_world w("kuopio");
        const auto who = sample_person_of("kuopio", 0);
        set(w, who.hetu, std::string(home) + "1");
        const auto number =
            w.file("access", who.hetu, who.name,
                   {{"has_portal", false}, {"address_known", true}, {"channel", "letter"}});
        w.work();
        const auto page = printed(w, number, "officer");
        CHECK_FALSE(page.contains("Puijonkatu"));
        CHECK(page.contains("turvakiellon alainen"));
        CHECK(printed(w, number, "dpo").contains("Puijonkatu 7 B"));
        w.take(number, "officer", "assign", {{"assignee", "officer-1"}});
        CHECK(printed(w, number, "officer").contains("Puijonkatu 7 B"));
    }

    TEST_CASE("print: no address but that of a register") {
        flow_world w("kuopio");
        const auto who = sample_person_of("kuopio", 0);
        set(w, who.hetu, "street = NULL, postcode = NULL, city = NULL, protected_address = 0");
        auto billing = storage::connection::open(w.registers.file("billing"), {}).value();
        REQUIRE(billing.run("UPDATE account SET street = NULL, postcode = NULL, city = NULL")
                    .has_value());
        const auto number = w.file(
            "access", who.hetu, who.name,
            {{"has_portal", false},
             {"address_given", true},
             {"channel", "letter"},
             {"subject",
              value_object{{"hetu", who.hetu}, {"name", who.name}, {"address", "Muualla 1"}}}});
        w.work();
        const auto page = printed(w, number, "officer");
        CHECK_FALSE(page.contains("Muualla"));
        CHECK(page.contains("class=\"window\"></div>"));  // nor that of a metering point
        CHECK(page.contains("ei ole henkilön postiosoitetta"));
    }
}
