// Protects a case that moves to a newer procedure: nothing that it holds loses its place, days and
// timers are those of the newer files, and nobody becomes free to approve what they proposed. The
// newer procedure is that of the tree, changed in one thing at a time.
#include <algorithm>

#include <doctest/doctest.h>

#include "engine/base/encoding.hpp"
#include "engine/case/decide.hpp"
#include "engine/case/values.hpp"

#include "tests/support/desk_world.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

const date friday = make_date(2026, 3, 6);

cases::facts known(date on = friday) {
    cases::facts all;
    all.today = on;
    all.law = law_of("kuopio", on).get();
    all.leaves = procedure_of("erasure").get();
    return all;
}

cases::case_state filed() {
    cases::command what{.kind = cases::command_kind::file, .by = {"officer", "olga"}, .on = friday};
    what.inputs = {{"right", "erasure"},
                   {"channel", "letter"},
                   {"language", "fi"},
                   {"received_on", "2026-03-06"}};
    cases::case_state c;
    apply(c, decide(*procedure_of("erasure"), c, what, known())->happened);
    return c;
}

// An officer has proposed to refuse; a second person is waited for.
cases::case_state proposed() {
    auto c = filed();
    c.state = "awaiting_approval";
    c.facts.insert("refusal_decided");
    c.last_taken["refuse"] = {"officer", "olga", 0};
    return c;
}

// The same files in another state of theirs.
cases::procedure newer() {
    auto made = *procedure_of("erasure");
    made.hash.front() = static_cast<std::uint8_t>(made.hash.front() + 1);
    return made;
}

// As they are loaded: by name.
void sort(cases::procedure& how) {
    std::ranges::sort(how.flow.states, {}, &workflow::state::name);
    std::ranges::sort(how.flow.timers, {}, &workflow::timer::name);
    std::ranges::sort(how.flow.transitions, {}, &workflow::transition::name);
}

void add_timer(cases::procedure& how, workflow::timer made, const char* name) {
    made.name = name;
    how.flow.timers.push_back(std::move(made));
    sort(how);
}

void rename_state(cases::procedure& how, const std::string& old, const std::string& now) {
    for (auto& each : how.flow.states)
        if (each.name == old) each.name = now;
    for (auto& t : how.flow.transitions) {
        std::ranges::replace(t.from, old, now);
        if (t.to == old) t.to = now;
    }
    sort(how);
}

cases::command migration(value_object names = {}, const std::string& role = "administrator") {
    cases::command what{.kind = cases::command_kind::migrate, .by = {role, "ada"}, .on = friday};
    what.inputs = {{"reason", "a letter was missing"}};
    if (!names.empty()) what.inputs.emplace("names", std::move(names));
    return what;
}

std::string code(const cases::procedure& to, const cases::case_state& c,
                 const cases::command& what) {
    const auto made = decide(to, c, what, known());
    if (made) return "taken";
    CHECK((made.error().code == "wrong_role" || made.error().code == "nothing_to_migrate" ||
           !made.error().hint.empty()));
    return made.error().code;
}

cases::case_state moved(const cases::procedure& to, cases::case_state c, value_object names = {}) {
    const auto made = decide(to, c, migration(std::move(names)), known());
    REQUIRE_MESSAGE(made, (made ? std::string() : made.error().code + made.error().detail));
    apply(c, made->happened);
    return c;
}

std::optional<date> day_of(const cases::case_state& c, std::string_view timer) {
    const auto found = std::ranges::find(c.timers, timer, &cases::pending_timer::name);
    return found == c.timers.end() ? std::nullopt : std::optional(found->fires_on);
}

void drop_timer(cases::procedure& how, std::string_view name) {
    std::erase_if(how.flow.timers, [&](const auto& each) { return each.name == name; });
}

}  // namespace

TEST_SUITE("engine/case/migrate") {
    TEST_CASE("migrate: a case that changes nothing stays as it is and follows the newer files") {
        const auto before = filed();
        const auto to = newer();
        const auto made = decide(to, before, migration(), known());
        REQUIRE(made);
        const auto& e = made->happened;
        CHECK(e.kind == cases::kind_procedure_migrated);
        CHECK(e.procedure == to.hash);
        CHECK(e["actor"] == value("ada"));
        CHECK(e["in_reason"] == value("a letter was missing"));
        CHECK(e["migrated"]["from"] == value(to_hex(*before.procedure)));
        CHECK(e["migrated"]["to"] == value(to_hex(to.hash)));
        for (const auto* none : {"dates", "timers", "pauses", "moved", "marks"})
            CHECK_FALSE(e.fields.contains(none));
        CHECK(cases::class_of_field("migrated") == log::data_class::open);
        CHECK(cases::class_of_field("in_reason") == log::data_class::content);
        const auto after = moved(to, before);
        CHECK(after.procedure == to.hash);
        CHECK(after.state == before.state);
        CHECK(after.due == before.due);
        CHECK(after.timers == before.timers);
        CHECK(code(to, after, migration()) == "nothing_to_migrate");
    }

    TEST_CASE("migrate: only who may and only with a reason and the version that they saw") {
        const auto c = filed();
        const auto to = newer();
        CHECK(code(to, c, migration({}, "dpo")) == "taken");
        for (const auto* role : {"officer", "reviewer", "auditor", "customer", "system"})
            CHECK(code(to, c, migration({}, role)) == "wrong_role");
        auto stale = migration();
        stale.expected_version = 7;
        CHECK(code(to, c, stale) == "version_moved");
        auto silent = migration();
        silent.inputs["reason"] = " ";
        CHECK(code(to, c, silent) == "missing_input");
        auto more = migration();
        more.inputs.emplace("state", "closed");
        CHECK(code(to, c, more) == "unknown_input");
    }

    TEST_CASE("migrate: a closed case stays with what it was closed under") {
        auto c = filed();
        c.outcome = "fulfilled";
        CHECK(code(newer(), c, migration()) == "case_closed");
    }

    TEST_CASE("migrate: a state that is gone is refused until it is given its name") {
        const auto c = filed();
        auto to = newer();
        rename_state(to, "received", "arrived");
        CHECK(code(to, c, migration()) == "state_is_gone");
        const auto names = [](const char* old, const char* now) {
            return value_object{{"states", value_object{{old, now}}}};
        };
        CHECK(code(to, c, migration(names("received", "nowhere"))) == "bad_input");
        CHECK(code(to, c, migration(names("received", ""))) == "bad_input");
        CHECK(code(to, c, migration(names("executing", "arrived"))) == "bad_input");
        CHECK(moved(to, c, names("received", "arrived")).state == "arrived");
        // a state that both have is no door to another one
        CHECK(code(newer(), c, migration(names("received", "executing"))) == "bad_input");
    }

    TEST_CASE("migrate: facts and kinds and scopes that are gone are refused") {
        auto c = filed();
        c.facts.insert("identified");
        auto to = newer();
        auto words = *to.words;
        words.facts.erase("identified");
        words.facts.emplace("known_to_us", workflow::term{});
        to.words = std::make_shared<const workflow::vocabulary>(words);
        CHECK(code(to, c, migration()) == "fact_is_gone");
        const auto now = [&](const char* name) {
            return value_object{{"facts", value_object{{"identified", name}}}};
        };
        CHECK(moved(to, c, now("known_to_us")).has("known_to_us"));
        CHECK(moved(to, c, now("")).facts.empty());
        c.facts.clear();
        c.kind = "direct_marketing";
        CHECK(code(to, c, migration()) == "kind_is_gone");
        c.kind.clear();
        c.scope = "everything_and_more";
        CHECK(code(to, c, migration()) == "scope_is_gone");
    }

    TEST_CASE("migrate: timers that are gone are refused and new ones begin") {
        const auto c = filed();
        auto to = newer();
        const auto warned =
            *std::ranges::find(to.flow.timers, "due_warning", &workflow::timer::name);
        drop_timer(to, "due_warning");
        CHECK(code(to, c, migration()) == "timer_is_gone");
        const auto names = [](const char* now) {
            return value_object{{"timers", value_object{{"due_warning", now}}}};
        };
        CHECK_FALSE(day_of(moved(to, c, names("")), "due_warning"));
        add_timer(to, warned, "near_its_end");
        const auto after = moved(to, c, names("near_its_end"));
        CHECK(day_of(after, "near_its_end") == day_of(c, "due_warning"));
        CHECK_FALSE(day_of(after, "due_warning"));
        auto more = newer();
        add_timer(more, warned, "second_warning");
        CHECK(day_of(moved(more, c), "second_warning") == day_of(c, "due_warning"));
        // one that has ended and that both have does not begin again
        auto ended = c;
        std::erase_if(ended.timers, [](const auto& t) { return t.name == "due_warning"; });
        ended.timers_fired.insert("due_warning");
        CHECK_FALSE(day_of(moved(newer(), ended), "due_warning"));
    }

    TEST_CASE("migrate: days follow the newer rules by this event") {
        const auto c = filed();
        auto to = newer();
        auto rules = *to.rules;
        rules.packs.at("kuopio").promise.value.count = 20;
        to.rules = std::make_shared<const policy_set>(std::move(rules));
        const auto after = moved(to, c);
        CHECK(after.due.due_on == make_date(2026, 3, 26));
        CHECK(after.due.due_on < c.due.due_on);
        CHECK(day_of(after, "act_by") == after.due.act_by);
        CHECK(day_of(after, "answer_due") == day_of(c, "answer_due"));
    }

    TEST_CASE("migrate: what is under way must have an end in the newer workflow") {
        auto c = filed();
        auto to = newer();
        for (auto& t : to.flow.transitions) {
            std::erase(t.does, "finish_task");
            std::erase(t.does, "record_register_answer");
        }
        CHECK(code(to, c, migration()) == "taken");
        c.tasks.push_back({"t1", {}, {}, true});
        CHECK(code(to, c, migration()) == "taken");
        c.tasks.push_back({"t2", {}, {}, false});
        CHECK(code(to, c, migration()) == "task_is_gone");
        c.tasks.clear();
        c.state = "executing";
        c.orders.push_back({.id = "o1", .verb = "erase", .at = "crm"});
        CHECK(code(to, c, migration()) == "order_is_gone");
        c.orders.front().result = "done";
        CHECK(code(to, c, migration()) == "taken");
        c.state = "verifying";
        c.paused_since = friday;
        for (auto& s : to.flow.states) s.clock = workflow::state_clock::running;
        CHECK(code(to, c, migration()) == "pause_is_gone");
    }

    TEST_CASE("migrate: who proposed stays the one who may not approve") {
        const auto c = proposed();
        auto to = newer();
        CHECK(code(to, c, migration()) == "taken");
        for (auto& t : to.flow.transitions) {
            if (t.name == "refuse") t.name = "propose_refusal";
            std::ranges::replace(t.not_same_person_as, "refuse", "propose_refusal");
        }
        sort(to);
        CHECK(code(to, c, migration()) == "proposal_is_gone");
        const auto after =
            moved(to, c, {{"transitions", value_object{{"refuse", "propose_refusal"}}}});
        cases::command approve{.name = "approve_refusal", .by = {"dpo", "olga"}, .on = friday};
        CHECK(decide(to, after, approve, known()).error().code == "same_person");
    }
}
