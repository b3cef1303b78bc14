// Protects the one door: retries, replays, several requests of one message, and the trace that an
// attempt at approving one's own decision leaves.
#include <algorithm>
#include <stdexcept>

#include <doctest/doctest.h>

#include "engine/desk/project.hpp"

#include "tests/support/desk_world.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

cases::command filing(const std::string& right) {
    cases::command what{.kind = cases::command_kind::file};
    what.by = {"customer", "c"};
    what.inputs = {{"right", right},          {"channel", "portal"},
                   {"language", "fi"},        {"received_on", "2026-03-06"},
                   {"assurance", "eid_high"}, {"has_portal", true},
                   {"person", "customers/7"}, {"subject", value_object{{"hetu", "010190-900P"}}}};
    return what;
}

struct kuopio : desk_world {
    kuopio() : desk_world("kuopio", {"crm"}) { time.set(make_date(2026, 3, 6)); }
};

}  // namespace

TEST_SUITE("engine/desk") {
    TEST_CASE("file: several requests of one message become linked cases of one person") {
        kuopio world;
        std::optional<result<desk::reply>> answer;
        world.desk.file({filing("access"), filing("erasure")},
                        [&](result<desk::reply> given) { answer = std::move(given); });
        REQUIRE(answer->has_value());
        REQUIRE((*answer)->given.numbers.size() == 2);
        const auto access = world.state((*answer)->given.numbers[0]);
        const auto erasure = world.state((*answer)->given.numbers[1]);
        CHECK(access.right == "access");
        CHECK_FALSE(access.linked.empty());
        CHECK(access.linked == erasure.linked);
        // the erasure that came with it sets the day by which access is answered
        const auto waits = [](const auto& timer) { return timer.name == "before_erasure"; };
        CHECK(std::ranges::count_if(access.timers, waits) == 1);
    }

    TEST_CASE("file: one bad request of a message and none becomes a case") {
        kuopio world;
        auto bad = filing("erasure");
        bad.inputs["kind"] = "none";
        std::optional<result<desk::reply>> answer;
        world.desk.file({filing("access"), bad},
                        [&](result<desk::reply> given) { answer = std::move(given); });
        CHECK(answer->error().code == "wrong_kind");
        CHECK(world.store.queue({})->rows.empty());
    }

    TEST_CASE("replays: same key and content give the same answer and other content is refused") {
        kuopio world;
        auto what = filing("access");
        what.idempotency_key = "k1";
        const auto first = world.file(what);
        const auto second = world.file(what);
        REQUIRE(second.has_value());
        CHECK(second->replayed);
        CHECK(second->given == first->given);
        CHECK(world.store.queue({})->rows.size() == 1);
        what.inputs["language"] = "sv";
        CHECK(world.file(what).error().code == "idempotency_reused");
    }

    TEST_CASE("versions: another case filed meanwhile makes the desk decide again") {
        kuopio world;
        const auto erasure = world.file(filing("erasure"))->given.numbers.front();
        // a store in which a case of the same person is filed just before the unit arrives
        struct busy_store final : desk::case_store {
            explicit busy_store(kuopio& w) : world(w) {}
            kuopio& world;
            bool busy = true;
            int submitted = 0;
            result<desk::stored_case> load(std::string_view n) override {
                return world.store.load(n);
            }
            result<std::vector<desk::stored_case>> of_person(
                std::span<const desk::person_tag> tags) override {
                return world.store.of_person(tags);
            }
            result<std::vector<std::string>> numbers_of(
                std::span<const desk::person_tag> tags) override {
                return world.store.numbers_of(tags);
            }
            void quarantine(std::vector<desk::quarantined_case> cases,
                            std::function<void(result<bool>)> done) override {
                world.store.quarantine(std::move(cases), std::move(done));
            }
            result<std::vector<desk::quarantined_case>> quarantined() override {
                return world.store.quarantined();
            }
            result<bool> release(std::string_view n) override { return world.store.release(n); }
            void submit(desk::unit_of_work unit, desk::completion done) override {
                ++submitted;
                if (std::exchange(busy, false)) CHECK(world.file(filing("access")).has_value());
                world.store.submit(std::move(unit), std::move(done));
            }
            result<std::optional<desk::stored_receipt>> answered(std::string_view a,
                                                                 std::string_view k) override {
                return world.store.answered(a, k);
            }
            result<desk::queue_page> queue(const desk::queue_query& q) override {
                return world.store.queue(q);
            }
            result<std::vector<desk::due_case>> due(date d, std::size_t n) override {
                return world.store.due(d, n);
            }
            result<std::vector<desk::outbox_item>> outbox(std::size_t n) override {
                return world.store.outbox(n);
            }
            result<bool> settle(std::span<const std::uint64_t> ids) override {
                return world.store.settle(ids);
            }
        } store(world);
        desk::front_desk door(
            {store, world.seals, world.time, world.ids, world.laws, [](auto work) { work(); }},
            {{"crm"}});
        std::optional<result<desk::reply>> answer;
        cases::command assign{.name = "assign", .inputs = {{"assignee", "ann"}}};
        assign.by = {"officer", "ann"};
        door.execute(erasure, assign,
                     [&](result<desk::reply> given) { answer = std::move(given); });
        CHECK(answer->has_value());
        CHECK(store.submitted == 2);
    }

    TEST_CASE("quarantine: a case whose invariant breaks takes no command and others go on") {
        kuopio world;
        const auto sick = world.file(filing("erasure"))->given.numbers.front();
        auto other = filing("access");
        other.inputs["subject"] = value_object{{"hetu", "020190-9010"}};
        other.inputs["person"] = "customers/8";
        const auto well = world.file(other)->given.numbers.front();
        // definitions in which the pinned one of a right is not what it was
        struct broken_definitions final : desk::definitions {
            explicit broken_definitions(real_definitions& r) : real(r) {}
            real_definitions& real;
            bool broken = true;
            result<std::shared_ptr<const cases::procedure>> current(std::string_view r) override {
                return real.current(r);
            }
            result<std::shared_ptr<const cases::procedure>> pinned(std::string_view right,
                                                                   const log::digest& h) override {
                if (broken && right == "erasure") throw std::logic_error("not what it was");
                return real.pinned(right, h);
            }
            result<std::shared_ptr<const cases::tenant_law>> law_on(date day) override {
                return real.law_on(day);
            }
        } laws(world.laws);
        desk::front_desk door(
            {world.store, world.seals, world.time, world.ids, laws, [](auto work) { work(); }},
            {{"crm"}});
        const auto assign = [&](const std::string& number) {
            cases::command what{.name = "assign", .inputs = {{"assignee", "ann"}}};
            what.by = {"officer", "ann"};
            std::optional<result<desk::reply>> answer;
            door.execute(number, what, [&](result<desk::reply> r) { answer = std::move(r); });
            return *answer ? std::string("taken") : answer->error().code;
        };
        const auto version = world.state(sick).version;
        CHECK(assign(sick) == "broken_invariant");
        CHECK(world.state(sick).version == version);
        REQUIRE(world.store.quarantined()->size() == 1);
        CHECK(world.store.quarantined()->front().number == sick);
        CHECK(world.store.quarantined()->front().why == "not what it was");
        CHECK(assign(well) == "taken");
        // after the mend too, until somebody has looked; and no timer of it fires meanwhile
        laws.broken = false;
        CHECK(assign(sick) == "case_quarantined");
        world.time.set(make_date(2031, 1, 1));
        for (const auto& due : *world.store.due(world.time.now().on, 100))
            CHECK(due.number == well);
        REQUIRE(world.store.release(sick));
        CHECK(assign(sick) == "taken");
    }

    TEST_CASE("four eyes: the attempt to approve one's own decision is on record") {
        kuopio world;
        const auto number = world.file(filing("erasure"))->given.numbers.front();
        const auto act = [&](const std::string& role, const std::string& name,
                             value_object inputs) {
            cases::command what{.name = name, .inputs = std::move(inputs)};
            what.by = {role, "dan"};
            return world.execute(number, std::move(what));
        };
        REQUIRE(act("dpo", "refuse_excessive", {{"ground", "12_5_excessive"}, {"reason", "Tenth"}})
                    .has_value());
        const auto before = world.state(number).version;
        CHECK(act("dpo", "approve_refusal", {}).error().code == "same_person");
        const auto after = world.desk.read(number);
        REQUIRE(after->now.version == before + 1);
        CHECK(after->events.back().kind == cases::kind_attempt_refused);
        CHECK(after->now.state == "awaiting_approval");
    }

    TEST_CASE("queue: the row that is stored is the projection of the fold") {
        kuopio world;
        const auto number = world.file(filing("rectification"))->given.numbers.front();
        const auto row = world.store.queue({})->rows.front();
        CHECK(row == desk::project(world.state(number)));
    }
}
