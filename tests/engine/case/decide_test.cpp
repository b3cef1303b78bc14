// Protects what a refused command is told, and that deciding is nothing but computing: each code of
// engine/case/README.md is reached while every later one would hold too, in the order given there.
#include "engine/case/decide.hpp"

#include <doctest/doctest.h>

#include "engine/case/values.hpp"

#include "tests/support/desk_world.hpp"
#include "tests/support/tree.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

const date friday = make_date(2026, 3, 6);

cases::command transition(std::string role, std::string id, std::string name,
                          value_object inputs = {}) {
    cases::command what{.name = std::move(name), .inputs = std::move(inputs)};
    what.by = {std::move(role), std::move(id)};
    what.on = friday;
    return what;
}

cases::facts known() {
    static const auto law = law_of("kuopio", friday);
    cases::facts all;
    all.today = friday;
    all.law = law.get();
    all.registers = {"crm"};
    return all;
}

cases::command filing(const std::string& right) {
    cases::command what{.kind = cases::command_kind::file};
    what.by = {"customer", "c"};
    what.on = friday;
    what.inputs = {{"right", right},          {"channel", "portal"},
                   {"language", "fi"},        {"received_on", "2026-03-06"},
                   {"assurance", "eid_high"}, {"has_portal", true},
                   {"person", "customers/7"}};
    return what;
}

cases::case_state filed(const std::string& right) {
    cases::case_state c;
    apply(c, decide(*procedure_of(right), c, filing(right), known())->happened);
    return c;
}

std::string code(const cases::case_state& c, const cases::command& what, const cases::facts& f) {
    const auto made = decide(*procedure_of("erasure"), c, what, f);
    return made ? "taken" : made.error().code;
}

}  // namespace

TEST_SUITE("engine/case/decide") {
    TEST_CASE("refusals: with several reasons the first of the list is the answer") {
        auto c = filed("erasure");
        auto f = known();
        // everything is wrong with it at once; one thing after the other is mended
        f.related_to_requester = true;
        c.last_taken["propose_erasure"] = {"dpo", "dan", 0};
        auto what = transition("customer", "dan", "aprove", {{"nothing", "x"}});
        what.expected_version = 7;
        CHECK(code(c, what, f) == "unknown_transition");
        what.name = "approve";
        CHECK(code(c, what, f) == "version_moved");
        what.expected_version = 1;
        CHECK(code(c, what, f) == "barred");
        f.related_to_requester = false;
        CHECK(code(c, what, f) == "wrong_role");
        what.by.role = "dpo";
        CHECK(code(c, what, f) == "wrong_state");
        c.state = "awaiting_approval";
        CHECK(code(c, what, f) == "same_person");
        what.by.id = "eva";
        CHECK(code(c, what, f) == "unknown_input");
        what.inputs.clear();
        cases::case_state access;
        access.right = "access";
        f.others = cases::interlocks_of({{access}});
        c.facts.insert("refusal_decided");
        CHECK(code(c, what, f) == "needs_access_answered_first");
        f.others = {};
        CHECK(code(c, what, f) == "blocked_by_refusal_decided");
        c.facts.erase("refusal_decided");
        cases::case_state reopened;
        reopened.facts = {"frozen"};
        f.others = cases::interlocks_of({{reopened}});
        CHECK(code(c, what, f) == "person_frozen");
        f.others = {};
        CHECK(code(c, what, f) == "taken");
    }

    TEST_CASE("refusals: the codes stand in the README in the order of the program") {
        const auto text = read_file(std::string(PYKALA_SOURCE_DIR) + "/engine/case/README.md");
        std::size_t last = 0;
        for (const auto* each :
             {"`unknown_transition`", "`version_moved`", "`barred`", "`wrong_role`",
              "`wrong_state`", "`wrong_kind`", "`same_person`", "`unknown_input`",
              "`missing_input`", "`bad_input`", "`too_early`", "`needs_", "`blocked_by_"}) {
            const auto at = text.find(each, last);
            CHECK_MESSAGE(at != std::string::npos, each);
            if (at != std::string::npos) last = at;
        }
    }

    TEST_CASE("decide: the same case and command give the same step and apply needs no workflow") {
        const auto c = filed("erasure");
        const auto what = transition("officer", "ann", "assign", {{"assignee", "ann"}});
        const auto one = decide(*procedure_of("erasure"), c, what, known());
        const auto two = decide(*procedure_of("erasure"), c, what, known());
        REQUIRE(one.has_value());
        CHECK(one->happened == two->happened);
        auto after = c;
        apply(after, one->happened);
        CHECK(after.assignee == "ann");
        CHECK(after.version == c.version + 1);
    }

    TEST_CASE("apply: fields whose key was destroyed change nothing and break nothing") {
        auto e = decide(*procedure_of("erasure"), {}, filing("erasure"), known())->happened;
        std::erase_if(e.fields,
                      [](const auto& field) { return field.second.of != log::data_class::open; });
        const auto c = cases::fold({e});
        CHECK(c.state == "received");
        CHECK(c.due.due_on == make_date(2026, 4, 5));
        CHECK(c.person.empty());
    }

    TEST_CASE("filing: what does not hold together is refused with its place") {
        const auto refused = [&](auto change) {
            auto what = filing("access");
            change(what);
            const auto made = decide(*procedure_of("access"), {}, what, known());
            return made ? std::string("taken") : made.error().code;
        };
        CHECK(refused([](auto& w) { w.by.role = "auditor"; }) == "wrong_role");
        CHECK(refused([](auto& w) { w.inputs["colour"] = "red"; }) == "unknown_input");
        CHECK(refused([](auto& w) { w.inputs.erase("channel"); }) == "missing_input");
        CHECK(refused([](auto& w) { w.inputs["channel"] = "pigeon"; }) == "bad_input");
        CHECK(refused([](auto& w) { w.inputs["received_on"] = "2026-02-30"; }) == "bad_input");
        CHECK(refused([](auto& w) { w.inputs["kind"] = "direct_marketing"; }) == "wrong_kind");
        CHECK(refused([](auto& w) { w.inputs["received_on"] = "2026-03-07"; }) ==
              "arrival_in_future");
        CHECK(refused([](auto& w) { w.inputs["right"] = "erasure"; }) == "unknown_right");
        CHECK(refused([](auto&) {}) == "taken");
    }

    TEST_CASE("timers: what was missed while nothing ran is due and fires only for the system") {
        auto c = filed("erasure");
        const auto late = make_date(2027, 1, 1);
        CHECK(due_timers(c, friday).empty());
        REQUIRE(due_timers(c, late).size() == c.timers.size());
        cases::command fire{.kind = cases::command_kind::timer, .name = "answer_due"};
        fire.by = {"officer", "ann"};
        fire.on = late;
        CHECK(code(c, fire, known()) == "wrong_role");
        fire.by = {"system", ""};
        fire.on = c.due.statutory_on;
        CHECK(code(c, fire, known()) == "too_early");
        fire.on = late;
        const auto made = decide(*procedure_of("erasure"), c, fire, known());
        REQUIRE(made.has_value());
        apply(c, made->happened);
        CHECK(c.overdue_noted);
        CHECK(code(c, fire, known()) == "no_such_timer");
    }
}
