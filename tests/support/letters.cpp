#include "tests/support/letters.hpp"

#include <stdexcept>

#include "api/definitions/definitions.hpp"

namespace pykala::tests {
namespace {

void fill_answer(api::letters::letter_facts& f) {
    const auto day = make_date(2026, 12, 31);
    const std::string because = "laki velvoittaa säilyttämään tositteet";
    const std::string cite = "kirjanpitolain (1336/1997) 2 luvun 10 §:n 2 momentti";
    f.erased = {{.name = "Puhelutallenteet", .count = 3},
                {.name = "Sähköposti", .count = 1},
                {.name = "Käyttöpaikka", .unlinked = true},
                {.name = "Markkinointitiedot", .reduced = true}};
    f.kept = {
        {.name = "Laskut",
         .count = 12,
         .until = day,
         .first_until = make_date(2026, 6, 30),
         .because = because,
         .cite = cite},
        {.name = "Sopimus", .while_contract = true, .because = "sopimus on voimassa", .cite = cite},
        {.name = "Velka",
         .open = true,
         .because = "lasku on maksamatta",
         .cite = cite,
         .reason = "Lasku on kesken."},
        {.name = "Maksut",
         .until = make_date(2028, 1, 31),
         .because = "tietoja tarvitaan oikeudelliseen vaatimukseen",
         .cite = "tietosuoja-asetuksen 17 artiklan 3 kohdan e alakohta",
         .reason = "Asiasta on riita.",
         .law_until = day,
         .law_first_until = make_date(2026, 6, 30),
         .law_because = because,
         .law_cite = cite}};
    f.refused = {{.name = "Mittaustiedot",
                  .because = because,
                  .cite = cite,
                  .reason = "Tarkistimme asian."}};
    f.fields = {{.name = "Nimi", .corrected = true, .value = "Aino Esimerkki"},
                {.name = "Puhelin", .completed = true, .value = "040 000 0000"},
                {.name = "Palaute", .statement = true},
                {.name = "Lasku", .entry = true}};
    f.restricted = {{.name = "Kulutustiedot", .says = "Kiistät tiedon.", .cite = cite}};
    f.categories = {{.name = "Nimi",
                     .says = "Kuka olet.",
                     .purposes = "asiakassuhteen hoito",
                     .basis = "sopimus",
                     .sources = "sinulta",
                     .recipients = "Fingrid Datahub Oy",
                     .transfers = "ei siirretä",
                     .periods = {{.because = because, .until = day}}},
                    {.name = "Sopimus", .says = "Sopimuksesi.", .while_contract = true},
                    {.name = "Palaute", .says = "Palautteesi.", .no_period = true}};
}

}  // namespace

source_texts letter_sources() {
    const auto root = api::find_definitions("");
    if (!root) throw std::runtime_error(root.error().detail);
    const auto letters = api::read_definitions(*root, "policies/letters");
    const auto workflows = api::read_definitions(*root, "workflows");
    if (!letters || !workflows) throw std::runtime_error("the definitions cannot be read");
    auto all = *letters;
    for (const auto& source : *workflows)
        if (source.name == "workflows/vocabulary.toml") all.push_back(source);
    return all;
}

const api::letters::letter_book& letters_of_the_tree() {
    static const auto book = [] {
        diagnostics findings;
        api::letters::letter_book made(letter_sources(), findings);
        if (has_errors(findings)) throw std::runtime_error(to_string(findings.front()));
        return made;
    }();
    return book;
}

api::letters::letter_facts full_letter_facts() {
    const auto day = make_date(2026, 3, 1);
    api::letters::letter_facts f;
    f.case_number = "KUO-2026-000123";
    f.service = "Kuopion Energia";
    f.person_name = "Aino Esimerkki";
    f.portal_address = "https://esimerkki.test/kuopio/";
    f.letter_on = f.received_on = f.due_on = f.extended_on = f.pending_by = day;
    f.in_force_on = f.lift_on = f.lifted_on = f.package_until = f.sent_on = day;
    f.controllers = {
        {"Ensimmäinen Oy", "0000000-0", "PL 1, 00001 Esimerkki", "000 111", "eka@esimerkki.test",
         "tsv@esimerkki.test", "Ensimmäinen vastaa laskuista."},
        {"Toinen Oy", "", "PL 2, 00002 Esimerkki", "000 222", "toka@esimerkki.test", "", ""}};
    f.authority = {"Tietosuojavaltuutetun toimisto", "PL 800, 00531 Helsinki",
                   "valv@esimerkki.test", "000 333", "https://valvonta.test"};
    f.right = "erasure";
    f.contract_goes_on = f.late = f.was_restricted = true;
    f.doubt = "Nimi on toinen kuin rekisterissä.";
    f.question = "Kuka olet?";
    f.reason = "Asia on laaja.";
    f.places = "Asiakasrekisteri ja puhelutallenteet.";
    f.identity_methods = {"eid_high", "visit_id", "code_letter", "call_back"};
    f.circumstance = "complexity";
    f.done = {"Puhelutallenteet"};
    f.pending = {"Mittaustiedot"};
    fill_answer(f);
    f.unidentified = true;
    f.subject_kind = "death_estate";
    f.own_data_cite = "sähkömarkkinalain (588/2013) 75 e §";
    f.limits_cite = "tietosuojalain (1050/2018) 34 §:n 4 momentti";
    f.lift_reason = "accuracy_verified";
    f.told = {{"Fingrid Datahub Oy", day}, {"Perintä Oy", {}}};
    f.covered = {"Kulutustiedot"};
    f.receiver = "Toinen Sähkö Oy";
    f.not_feasible = true;
    f.stopped = {"Palvelun kehittäminen"};
    f.marketing_scope = {"distance_selling", "newsletter", "market_research", "opinion_research",
                         "satisfaction_survey"};
    f.recipient_name = "Fingrid Datahub Oy";
    f.reference = "100200";
    f.change = "rectification";
    f.changed = {{"Nimi", "Aino Esimerkki"}};
    return f;
}

}  // namespace pykala::tests
