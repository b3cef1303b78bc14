// Protects what customers read: every letter in every language, with its mandatory content, in
// plain words, safe from what people type. Letters of the tree are rendered from an invented case
// and searched for what must and what must never stand in them.
#include "api/letters/letter_book.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include "engine/policy/vocabulary.hpp"

#include "tests/support/letters.hpp"

using namespace pykala;
using namespace pykala::api::letters;

namespace {

constexpr language languages[] = {language::fi, language::sv, language::en};

const letter_book& book() {
    static const letter_book made = [] {
        diagnostics findings;
        letter_book all(tests::letter_sources(), findings);
        for (const auto& d : findings) MESSAGE(to_string(d));
        REQUIRE(findings.empty());
        return all;
    }();
    return made;
}

rendered_letter rendered(std::string_view letter, language in, const letter_facts& facts) {
    auto made = book().render(letter, in, facts);
    REQUIRE_MESSAGE(made, made.error().detail);
    return *made;
}

std::string flat(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    for (auto at = text.find("  "); at != std::string::npos; at = text.find("  "))
        text.erase(at, 1);
    return text;
}

bool has(const std::string& text, std::string_view what) {
    return flat(text).contains(what);
}

std::vector<std::string> all_letters() {
    std::vector<std::string> ids;
    for (const auto& [id, _] : book().definitions().letters) ids.push_back(id);
    return ids;
}

}  // namespace

TEST_SUITE("api/letters/letter_book") {
    TEST_CASE("every letter: renders in every language without a tag or a mark left over") {
        CHECK(all_letters().size() == 21);
        for (const auto& id : all_letters())
            for (const auto in : languages) {
                CAPTURE(id);
                const auto made = rendered(id, in, tests::full_letter_facts());
                for (const auto* text : {&made.html, &made.text}) {
                    CHECK(text->size() > 150);
                    for (const std::string_view left : {"{{", "}}", "\x02", "{", "  -", "()", " ."})
                        CHECK_MESSAGE(!text->contains(left), *text);
                }
                CHECK(made.html.find("<p></p>") == std::string::npos);
            }
    }

    TEST_CASE("refusals and answers: authority and court stand in each [2016/679 12(4)]") {
        for (const auto& [id, letter] : book().definitions().letters) {
            if (std::ranges::find(letter.parts, "complaint") == letter.parts.end()) continue;
            const auto& facts = tests::full_letter_facts();
            CAPTURE(id);
            for (const auto& held :
                 {facts.authority.name, facts.authority.address, facts.authority.email,
                  facts.authority.phone, facts.authority.web})
                for (const auto in : languages) CHECK(has(rendered(id, in, facts).text, held));
            CHECK(has(rendered(id, language::fi, facts).text, "viedä asian tuomioistuimen"));
            CHECK(has(rendered(id, language::sv, facts).text, "föra saken till domstol"));
            CHECK(has(rendered(id, language::en, facts).text, "take the matter to court"));
        }
    }

    TEST_CASE("every letter to the person: controller and its data protection contact") {
        for (const auto& [id, letter] : book().definitions().letters) {
            if (letter.neutral) continue;
            const auto text = rendered(id, language::fi, tests::full_letter_facts()).text;
            CAPTURE(id);
            CHECK(has(text, "Ensimmäinen Oy, Y-tunnus 0000000-0"));
            CHECK(has(text, "Tietosuojavastaava: tsv@esimerkki.test"));
            CHECK(has(text, "Toinen Oy PL 2"));
            CHECK(has(text, "Tietosuoja-asiat: samat yhteystiedot"));
        }
    }

    TEST_CASE("a notice that names no data protection officer: no letter claims one [13(1)(b)]") {
        auto facts = tests::full_letter_facts();
        for (auto& each : facts.controllers) each.dpo.clear();
        for (const auto& [in, officer, matters] :
             {std::tuple(language::fi, "Tietosuojavastaava", "Tietosuoja-asiat: samat"),
              std::tuple(language::sv, "Dataskyddsombud", "Dataskyddsärenden: samma"),
              std::tuple(language::en, "Data protection officer", "Data protection matters: same")})
            for (const auto& [id, letter] : book().definitions().letters) {
                if (letter.neutral) continue;
                CAPTURE(id);
                const auto text = rendered(id, in, facts).text;
                CHECK_FALSE(has(text, officer));
                CHECK(has(text, matters));
            }
    }

    TEST_CASE("what stays: a letter without its reason or provision or day is refused [12(4)]") {
        const auto refused = [](auto&& spoil) {
            auto facts = tests::full_letter_facts();
            spoil(facts);
            const auto made = book().render("erasure_answer", language::fi, facts);
            return made ? std::string() : made.error().code + ": " + made.error().detail;
        };
        CHECK(refused([](letter_facts&) {}).empty());
        CHECK(refused([](letter_facts& f) {
                  f.kept[0].because.clear();
              }).contains("letter_incomplete: letter `erasure_answer` has no `kept.because`"));
        CHECK(refused([](letter_facts& f) { f.kept[1].cite.clear(); }).contains("`kept.cite`"));
        CHECK(refused([](letter_facts& f) { f.kept[0].until.reset(); }).contains("`kept.until`"));
        CHECK(
            refused([](letter_facts& f) { f.refused[0].cite.clear(); }).contains("`refused.cite`"));
    }

    TEST_CASE("what stays longer than the law asks: the act first and then our own reason") {
        const auto facts = tests::full_letter_facts();
        CHECK(
            has(rendered("erasure_answer", language::fi, facts).text,
                "Maksut. Viimeinen säilytyspäivä on 31.1.2028. Päivään 31.12.2026 asti säilytämme "
                "nämä, koska laki velvoittaa säilyttämään tositteet. Vanhimpien osalta lain "
                "mukainen viimeinen säilytyspäivä on jo 30.6.2026. Lainkohta: kirjanpitolain "
                "(1336/1997) 2 luvun 10 §:n 2 momentti. Sen jälkeen säilytämme nämä, koska tietoja "
                "tarvitaan oikeudelliseen vaatimukseen. Perustelumme: Asiasta on riita. Lainkohta: "
                "tietosuoja-asetuksen 17 artiklan 3 kohdan e alakohta."));
    }

    TEST_CASE("erasure answer: the fear first and then erased and kept with act and last day") {
        auto facts = tests::full_letter_facts();
        const auto fi = flat(rendered("erasure_answer", language::fi, facts).text);
        const auto at = [&](std::string_view what) {
            const auto found = fi.find(what);
            REQUIRE_MESSAGE(found != std::string::npos, what);
            return found;
        };
        CHECK(at("Sähkösopimuksesi jatkuu") < at("Pyyntösi saapui meille 1.3.2026."));
        CHECK(at("Pyyntösi saapui") < at("Nämä tiedot olemme poistaneet"));
        CHECK(at("Puhelutallenteet (3 kpl)") < at("Nämä tiedot säilytämme"));
        CHECK(at("Laskut (12 kpl). Viimeinen säilytyspäivä on 31.12.2026. Vanhimpien viimeinen "
                 "säilytyspäivä on jo 30.6.2026. Säilytämme nämä, koska laki velvoittaa "
                 "säilyttämään tositteet. Lainkohta: kirjanpitolain (1336/1997) 2 luvun 10 §:n 2 "
                 "momentti.") < at("Mitä säilyttäminen tarkoittaa"));
        CHECK(at("kenelle olemme ilmoittaneet") < at("Jos olet eri mieltä"));
        CHECK(has(rendered("erasure_answer", language::sv, facts).text,
                  "Sista dagen vi behåller dem är den 31 december 2026."));
        CHECK(has(rendered("erasure_answer", language::en, facts).text,
                  "The last day we keep this is 31 December 2026."));
        facts.contract_goes_on = false;
        CHECK_FALSE(has(rendered("erasure_answer", language::fi, facts).text, "jatkuu ennallaan"));
    }

    TEST_CASE("hold-only: explained where something is held and not for a running contract") {
        auto facts = tests::full_letter_facts();
        CHECK(has(rendered("refusal", language::fi, facts).text, "enää vain siihen"));
        facts.kept = {{.name = "Sopimus", .while_contract = true, .because = "a", .cite = "b"}};
        CHECK_FALSE(has(rendered("refusal", language::fi, facts).text, "enää vain siihen"));
        CHECK(has(rendered("refusal", language::fi, facts).text, "sopimuksen hoitamiseen"));
        facts.kept.clear();
        CHECK_FALSE(has(rendered("refusal", language::fi, facts).text, "sopimuksen hoitamiseen"));
    }

    TEST_CASE("numbers: one is not counted aloud and several are") {
        auto facts = tests::full_letter_facts();
        facts.erased = {{.name = "Sähköposti", .count = 1}, {.name = "Laskut", .count = 2}};
        const auto fi = rendered("erasure_answer", language::fi, facts).text;
        CHECK(has(fi, "- Sähköposti - Laskut (2 kpl)"));
        CHECK(has(rendered("erasure_answer", language::sv, facts).text, "Laskut (2 st.)"));
        CHECK(has(rendered("erasure_answer", language::en, facts).text, "Laskut (2 records)"));
    }

    TEST_CASE("dates: written as people write them") {
        const auto& words = book().definitions().dates;
        CHECK(written_date(words, language::fi, make_date(2026, 3, 1)) == "1.3.2026");
        CHECK(written_date(words, language::sv, make_date(2026, 3, 1)) == "den 1 mars 2026");
        CHECK(written_date(words, language::en, make_date(2026, 12, 24)) == "24 December 2026");
    }

    TEST_CASE("values: markup and tags and line breaks of people stay text") {
        auto facts = tests::full_letter_facts();
        facts.person_name = "<script>alert(1)</script> {{case_number}} & \"x\"";
        facts.reason = "a\n# Otsikko\n- kohta\r\n\x02| x";
        facts.refused = {{.name = "- # x", .because = "b", .cite = "c", .reason = "{{> court}}"}};
        facts.question = "# Otsikko";
        for (const auto* id : {"refusal", "extension_notice", "clarification_request"}) {
            CAPTURE(std::string(id));
            const auto made = rendered(id, language::fi, facts);
            CHECK(
                made.html.contains("&lt;script&gt;alert(1)&lt;/script&gt; {{case_number}} &amp; "
                                   "&quot;x&quot;"));
            CHECK_FALSE(made.html.contains("<script"));
            CHECK_FALSE(made.html.contains("<h2>Otsikko"));
            CHECK_FALSE(made.html.contains("<li>kohta"));
        }
        CHECK(rendered("refusal", language::fi, facts).html.contains("{{&gt; court}}"));
        CHECK(rendered("clarification_request", language::fi, facts)
                  .html.contains("<p># Otsikko</p>"));
    }

    TEST_CASE("identity codes: masked whoever typed them [1050/2018 29(4)]") {
        auto facts = tests::full_letter_facts();
        facts.reason = "Tunnus 010100-969P ja 131052-308T.";
        const auto text = rendered("extension_notice", language::fi, facts).text;
        CHECK(has(text, "Tunnus 010100-**** ja 131052-****."));
        facts.reason = "Asiakas 010100A969P";
        CHECK_FALSE(has(rendered("extension_notice", language::sv, facts).text, "969P"));
    }

    TEST_CASE("outside the portal: the notice names neither person nor case nor right") {
        for (const auto in : languages) {
            const auto made = rendered("portal_notice", in, tests::full_letter_facts());
            for (const std::string_view told :
                 {"Aino", "KUO-2026", "1.3.", "poist", "rader", "eras"})
                CHECK_FALSE_MESSAGE(has(made.text, told), made.text);
            CHECK(has(made.text, "Kuopion Energia"));
        }
    }

    TEST_CASE("every letter: none of our own words [product.md: words people read]") {
        for (const auto& id : all_letters())
            for (const auto in : languages) {
                auto text = rendered(id, in, tests::full_letter_facts()).text;
                std::ranges::transform(text, text.begin(), [](char c) {
                    return char(std::tolower(static_cast<unsigned char>(c)));
                });
                CAPTURE(id);
                for (const std::string_view word : {"review", "floor", "liftable", "house"})
                    CHECK_FALSE(text.contains(word));
            }
    }

    TEST_CASE("what was asked: one sentence for each request") {
        for (const auto right : all_names<enum right>()) {
            auto facts = tests::full_letter_facts();
            facts.right = right;
            for (const auto* kind : {"", "direct_marketing", "consent_withdrawal"}) {
                facts.kind = kind;
                const auto fi = flat(rendered("acknowledgement", language::fi, facts).text);
                const auto begin = fi.find("Pyyntösi saapui meille 1.3.2026. ");
                REQUIRE(begin != std::string::npos);
                const auto rest = fi.substr(begin + 33, fi.find("Mitä seuraavaksi") - begin - 33);
                CHECK(std::ranges::count(rest, '.') == 1);
            }
        }
    }

    TEST_CASE("facts: a letter without its mandatory facts does not go out") {
        auto facts = tests::full_letter_facts();
        facts.received_on.reset();
        CHECK(book().render("refusal", language::fi, facts).error().code == "letter_incomplete");
        facts = tests::full_letter_facts();
        facts.authority.name.clear();
        CHECK(book().render("refusal", language::fi, facts).error().code == "letter_incomplete");
        facts = tests::full_letter_facts();
        facts.controllers.clear();
        CHECK(book().render("refusal", language::fi, facts).error().code == "letter_incomplete");
        facts = tests::full_letter_facts();
        facts.refused.clear();
        CHECK(book().render("refusal", language::fi, facts).error().code == "letter_incomplete");
        CHECK(book().render("nonsense", language::fi, facts).error().code == "no_such_letter");
    }
}
