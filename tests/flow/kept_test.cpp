// Protects what a letter promises: everything that stays stands in it with its provision and its
// last day, and is erased on the day after, no other. Whole cases with real registers; the days of
// the letter are compared with those on which the fulfilment erases.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/case/values.hpp"

#include "api/letters/facts_of_case.hpp"
#include "api/letters/letter_book.hpp"
#include "tests/support/flow_steps.hpp"
#include "tests/support/letters.hpp"

using namespace pykala;
using namespace pykala::tests;
using api::letters::kept_line;
using cases::text_of;

namespace {

const date upheld_until = make_date(2027, 1, 1);

std::set<std::string> rules_to_confirm(const cases::case_state& c) {
    std::set<std::string> rules;
    for (const auto& [id, held] : c.records)
        if (cases::flag_of(held.assessed, "confirm"))
            rules.insert(text_of(cases::member(held.assessed, "governing")["rule"]));
    return rules;
}

// Upholds what waits, to the day or to the last one that is taken; the code of the first problem.
std::string uphold(flow_world& w, const std::string& number, const std::string& rule, date until) {
    return w.attempt(number, "officer", "uphold_house_rule",
                     {{"rule", rule},
                      {"ground", "17_3_e"},
                      {"reason", "Asiasta on riita."},
                      {"until", to_string(until)}});
}

std::string erased_with(flow_world& w, const storage::sample_person& who, bool upholds) {
    const auto number = w.file("erasure", who.hetu, who.name);
    w.work();
    for (int round = 0; upholds && round < 4; ++round)
        for (const auto& rule : rules_to_confirm(w.state(number)))
            REQUIRE(uphold(w, number, rule, upheld_until) == "");
    close_erasure(w, number);
    return number;
}

struct answer {
    api::letters::letter_facts facts;
    std::string text;
};

answer answer_of(flow_world& w, const std::string& number, language in) {
    const auto c = w.desk->read(number);
    REQUIRE(c);
    const auto sent =
        std::ranges::find(c->now.letters, "erasure_answer", &cases::letter_sent::name);
    REQUIRE(sent != c->now.letters.end());
    cases::facts known;
    known.today = sent->dispatched_on;
    known.law = c->law.get();
    known.others = cases::interlocks_of(c->others);
    const auto& book = letters_of_the_tree();
    answer made{
        .facts = api::letters::facts_of_case({.events = std::span(c->events).first(sent->seq + 1),
                                              .case_number = number,
                                              .known = known,
                                              .flow = c->how->flow,
                                              .words = book.definitions(),
                                              .in = in}),
        .text = {}};
    const auto letter = book.render("erasure_answer", in, made.facts);
    REQUIRE_MESSAGE(letter, letter.error().detail);
    made.text = letter->text;
    std::ranges::replace(made.text, '\n', ' ');
    for (auto at = made.text.find("  "); at != std::string::npos; at = made.text.find("  "))
        made.text.erase(at, 1);
    return made;
}

// The days on which what a line keeps goes, earliest and latest, as the letter counts them: the
// last day of keeping is the day before.
struct promised {
    int count = 0;
    std::optional<date> first, last;
};

// What really holds a record, by the rule that the assessment names.
std::string line_of(const cases::case_state& c, const cases::case_record& held) {
    const auto rule = text_of(cases::member(held.assessed, "governing")["rule"]);
    const auto house = std::ranges::find(c.house, rule, &cases::house_decision::rule);
    const bool upheld = house != c.house.end() && house->upheld;
    return upheld ? "upheld" : rule;
}

// The days that the lines of one statute, or of our own upheld rules, name.
promised days_told(const api::letters::letter_facts& f, const rule* statute, bool upheld,
                   language in) {
    promised all;
    for (const auto& line : f.kept) {
        const bool mine =
            upheld ? !line.reason.empty() : statute && line.because == statute->says.in(in);
        if (!mine || !line.until) continue;
        const auto first = line.first_until.value_or(*line.until);
        all.first = std::min(all.first.value_or(first), first);
        all.last = std::max(all.last.value_or(*line.until), *line.until);
    }
    return all;
}

void check_letter(flow_world& w, const std::string& number) {
    const auto c = w.state(number);
    const auto& law = *w.desk->read(number)->law->rules;
    for (const auto in : {language::fi, language::sv, language::en}) {
        CAPTURE(name_of(in));
        const auto told = answer_of(w, number, in);
        for (const auto* empty : {"koska .", "koska ,", "Lainkohta: .", "eftersom .", "Lagrum: .",
                                  "because .", "The law: ."})
            CHECK_FALSE(told.text.contains(empty));
        std::map<std::string, promised> days;
        for (const auto& [id, held] : c.records) {
            // what is not about a person stays without a word
            if (text_of(held.assessed, "outcome") != "retain" ||
                cases::member(held.assessed, "governing").is_null())
                continue;
            auto& mine = days[line_of(c, held)];
            ++mine.count;
            const auto found = std::ranges::find(c.deferred, id, &cases::deferred_erasure::record);
            if (found == c.deferred.end() || found->state != "scheduled") continue;
            const auto last = found->erase_on - std::chrono::days(1);
            CAPTURE(id);
            CHECK(last == cases::date_of(held.assessed, "retain_until"));
            if (line_of(c, held) == "upheld") CHECK(last <= upheld_until);
            mine.first = std::min(mine.first.value_or(last), last);
            mine.last = std::max(mine.last.value_or(last), last);
        }
        int lines = 0, kept = 0;
        for (const auto& line : told.facts.kept) lines += line.count;
        for (const auto& [rule, each] : days) kept += each.count;
        CHECK(lines == kept);
        for (const auto& line : told.facts.kept) {
            CAPTURE(line.name);
            CHECK_FALSE(line.because.empty());
            CHECK_FALSE(line.cite.empty());
            CHECK((line.until || line.while_contract || line.open));
        }
        for (const auto& [rule, each] : days) {
            CAPTURE(rule);
            const auto* statute = law.find_rule(rule);
            if (rule == "upheld") CHECK(told.text.contains("17"));
            if (statute) CHECK(told.text.contains(statute->cite_text.in(in)));
            if (!each.last) continue;
            const auto stands = days_told(told.facts, statute, rule == "upheld", in);
            CHECK(stands.first == each.first);
            CHECK(stands.last == each.last);
            const auto& dates = letters_of_the_tree().definitions().dates;
            CHECK(told.text.contains(api::letters::written_date(dates, in, *each.last)));
            CHECK(told.text.contains(api::letters::written_date(dates, in, *each.first)));
        }
    }
}

bool lacks_balance(const cases::case_state& c, const std::string& record) {
    const auto held = c.records.find(record);
    return held != c.records.end() && text_of(held->second.source, "balance").empty() &&
           record.starts_with("billing/invoice/");
}

}  // namespace

TEST_SUITE("flow/kept") {
    TEST_CASE(
        "letter: what stays has act and section and the very day of its erasure [12(4) 17(3)]") {
        for (const auto& [tenant, subjects] :
             std::map<std::string, std::vector<std::size_t>>{{"kuopio", {0, 4, 6}},
                                                             {"valkeakoski", {0, 3}},
                                                             {"kss", {0, 1}},
                                                             {"kokkola", {0, 1}},
                                                             {"turku", {0, 2}}})
            for (const bool upholds : {false, true}) {
                flow_world w(tenant);
                for (const auto subject : subjects) {
                    CAPTURE(tenant);
                    CAPTURE(subject);
                    CAPTURE(upholds);
                    const auto number = erased_with(w, sample_person_of(tenant, subject), upholds);
                    const auto c = w.state(number);
                    MESSAGE(fmt::format("{} {}: {} records, {} deferred", tenant, subject,
                                        c.records.size(), c.deferred.size()));
                    check_letter(w, number);
                }
            }
    }

    TEST_CASE(
        "deferred: each record goes on the very day that the letter told and not before [17(1)]") {
        for (const bool upholds : {false, true}) {
            flow_world w("kuopio");
            const auto number = erased_with(w, sample_person_of("kuopio", 4), upholds);
            // the case itself forgets its records on the way
            const auto at_first = w.state(number);
            const auto told = at_first.deferred;
            REQUIRE(!told.empty());
            std::set<date> days;
            for (const auto& each : told) days.insert(each.erase_on);
            MESSAGE(fmt::format("{} records on {} days", told.size(), days.size()));
            for (const auto day : days)
                for (const auto on : {day - std::chrono::days(1), day}) {
                    w.time.set(on);
                    REQUIRE(w.fulfilment->run_due().has_value());
                    w.work();
                    const auto now = w.state(number);
                    std::vector<std::string> wrong;
                    for (const auto& each : told) {
                        const auto entry = std::ranges::find(now.deferred, each.record,
                                                             &cases::deferred_erasure::record);
                        // a bill of which nobody knows whether it is paid waits for a person then
                        if (each.erase_on <= on && lacks_balance(at_first, each.record)) continue;
                        if ((entry->state == "erased") != (each.erase_on <= on) ||
                            (each.erase_on > on && entry->erase_on != each.erase_on))
                            wrong.push_back(fmt::format("{} {} {} instead of {}", each.record,
                                                        entry->state, to_string(entry->erase_on),
                                                        to_string(each.erase_on)));
                    }
                    CAPTURE(to_string(on));
                    REQUIRE_MESSAGE(wrong.empty(), fmt::format("{}", fmt::join(wrong, "; ")));
                }
        }
    }

    TEST_CASE("own rule: a last day after its own end is refused and says which day is the last") {
        flow_world w("kuopio");
        const auto who = sample_person_of("kuopio", 6);
        const auto number = w.file("erasure", who.hetu, who.name);
        w.work();
        const auto rules = rules_to_confirm(w.state(number));
        REQUIRE(!rules.empty());
        for (const auto& rule : rules) {
            date last{};
            for (const auto& [id, held] : w.state(number).records)
                if (text_of(cases::member(held.assessed, "governing")["rule"]) == rule)
                    last = std::max(last, *cases::date_of(held.assessed, "retain_until"));
            const auto refused = uphold(w, number, rule, make_date(2099, 1, 1));
            CHECK(refused == "until_after_rule");
            CHECK(uphold(w, number, rule, last) == "");
        }
        CHECK(w.errors.contains("keeps nothing of this case after"));
    }
}
