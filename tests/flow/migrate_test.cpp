// Protects a case that begins under an older workflow file and ends under a newer one: it moves by
// its own event alone, its due day with it, and an auditor computes both halves again from the
// bundle. The older files are those of the tree with other names, and a shorter promise.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "api/web/cases.hpp"
#include "tests/support/flow_steps.hpp"
#include "tests/support/forged_bundle.hpp"
#include "tests/support/web_world.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

constexpr auto tenant = "valkeakoski";

void replace_all(std::string& text, const std::string& old, const std::string& now) {
    std::size_t count = 0;
    for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at + now.size())) {
        text.replace(at, old.size(), now);
        ++count;
    }
    if (count == 0) throw std::runtime_error("no " + old);
}

std::string& file_of(source_texts& texts, const std::string& name) {
    for (auto& each : texts)
        if (each.name == name) return each.text;
    throw std::runtime_error("no file " + name);
}

// `in_progress` was called `handling`, `paper_day` `post_day`; we promised twenty days.
const api::definition_texts& older_texts() {
    static const auto made = [] {
        auto texts = texts_of_the_tree();
        auto& flow = file_of(texts.workflows, "workflows/erasure.toml");
        replace_all(flow, "in_progress", "handling");
        replace_all(flow, "paper_day ", "post_day ");
        auto& words = file_of(texts.workflows, "workflows/vocabulary.toml");
        const auto state = words.find("in_progress ");
        const auto line = words.substr(state, words.find('\n', state) - state + 1);
        words.insert(state, "handling" + line.substr(line.find(' ')));
        replace_all(file_of(texts.policies, "policies/controllers/valkeakoski.toml"),
                    "[promise]\nperiod = \"30 days\"", "[promise]\nperiod = \"20 days\"");
        return texts;
    }();
    return made;
}

value_object names() {
    return {{"states", value_object{{"handling", "in_progress"}}},
            {"timers", value_object{{"post_day", "paper_day"}}}};
}

cases::command migration(value_object names = {}) {
    cases::command what{.kind = cases::command_kind::migrate, .by = {"administrator", "ada"}};
    what.inputs = {{"reason", "the newer workflow has the letter that was missing"}};
    if (!names.empty()) what.inputs.emplace("names", std::move(names));
    return what;
}

std::string findings_of(const storage::verify::report& report) {
    std::string all;
    for (const auto& each : report.findings) all += each.code + ": " + each.detail + "\n";
    return all;
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
    return n;
}

value_object& migration_in(event_lines& events) {
    for (auto& each : events)
        if (body_of(each).at("kind") == value("procedure_migrated")) return each;
    throw std::runtime_error("no migration");
}

// Filed and read under the older files, and the newer ones are in force.
std::string half_way(flow_world& w) {
    w.restart(&older_texts());
    const auto who = sample_person_of(tenant, 0);
    const auto number = w.file("erasure", who.hetu, who.name);
    w.work();
    CHECK(w.state(number).state == "handling");
    w.restart();
    return number;
}

std::string code_of(const result<desk::reply>& given) {
    return given ? "taken" : given.error().code;
}

}  // namespace

TEST_SUITE("flow/migrate") {
    TEST_CASE("migrate: a case from an older file ends under the newer one and is proved") {
        flow_world w(tenant);
        const auto number = half_way(w);
        const auto before = w.state(number);
        CHECK(before.due.due_on == w.time.on + std::chrono::days(20));
        CHECK(code_of(api::web::take(w.site, number, migration())) == "state_is_gone");

        const auto foreseen = w.desk->foresee(number, migration(names()));
        REQUIRE(foreseen);
        CHECK(foreseen->front()["dates"]["due_on"] ==
              value(to_string(w.time.on + std::chrono::days(30))));
        CHECK(w.state(number).version == before.version);
        CHECK(w.state(number).due == before.due);

        CHECK(code_of(api::web::take(w.site, number, migration(names()))) == "taken");
        const auto after = w.state(number);
        CHECK(after.state == "in_progress");
        CHECK(after.due.due_on == w.time.on + std::chrono::days(30));
        CHECK(after.procedure != before.procedure);
        CHECK(code_of(api::web::take(w.site, number, migration())) == "nothing_to_migrate");

        close_erasure(w, number);
        w.work();
        CHECK(w.state(number).closed());
        CHECK(code_of(api::web::take(w.site, number, migration())) == "case_closed");

        const auto bundle = w.bundle({number});
        const auto report = w.proof(bundle);
        CHECK(findings_of(report) == "");
        CHECK(report.recomputed.transitions == report.events);
        CHECK(report.recomputed.not_possible.empty());
        CHECK(count(bundle, R"("kind":"procedure","line":"closure")") == 2);
    }

    TEST_CASE("migrate: a migration that may not be is found by who has the bundle alone") {
        flow_world w(tenant);
        const auto number = half_way(w);
        CHECK(code_of(api::web::take(w.site, number, migration(names()))) == "taken");
        w.take(number, "officer", "add_note", {{"note", "Siirretty."}});
        const auto bundle = w.bundle({number});
        CHECK(findings_of(w.proof(forge(bundle, *w.keys, [](event_lines&) {}))) == "");
        const auto migrated_names = [](event_lines& l) -> value_object& {
            return *held(migration_in(l), "migrated").as_object()->at("names").as_object();
        };
        const std::pair<const char*, std::function<void(event_lines&)>> all[] = {
            {"by a role that may not",
             [](event_lines& l) { body_of(migration_in(l))["actor"] = "officer"; }},
            {"to a state that is not there",
             [&](event_lines& l) {
                 migrated_names(l).insert_or_assign("states",
                                                    value_object{{"handling", "nowhere"}});
             }},
            {"without saying what the state is called",
             [&](event_lines& l) { migrated_names(l).erase("states"); }},
            {"from another procedure",
             [](event_lines& l) {
                 held(migration_in(l), "migrated")
                     .as_object()
                     ->insert_or_assign("from", std::string(64, '0'));
             }},
            {"that leaves out the new days",
             [](event_lines& l) { drop_field(migration_in(l), "dates"); }},
            {"that is another event",
             [](event_lines& l) { body_of(migration_in(l))["kind"] = "add_note"; }},
            {"that never was",
             [](event_lines& l) {
                 std::erase_if(l, [](value_object& e) {
                     return body_of(e).at("kind") == value("procedure_migrated");
                 });
             }},
            {"back to the older procedure",
             [](event_lines& l) {
                 const auto old = body_of(l.front()).at("procedure");
                 body_of(migration_in(l))["procedure"] = old;
             }},
        };
        for (const auto& [what, edit] : all) {
            INFO(std::string(what));
            const auto report = w.proof(forge(bundle, *w.keys, edit));
            bool found = false;
            for (const auto& each : report.findings)
                found = found || each.code == "transition" || each.code == "deadline";
            CHECK(found);
        }
    }
}
