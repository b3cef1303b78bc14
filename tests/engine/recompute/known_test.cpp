// Protects the field `known`: what an event says that its decision knew of the person's other cases
// is held against those cases. Two requests of one person move through a desk; then one of them is
// made to have known more, or less.
#include "engine/recompute/known.hpp"

#include <doctest/doctest.h>

#include "engine/case/values.hpp"

#include "tests/support/desk_world.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

const date friday = make_date(2026, 3, 6);

struct shown_pair {
    recompute::known_outcome check(bool complete) const {
        std::vector<recompute::shown_history> all;
        for (std::size_t i = 0; i < events.size(); ++i) all.push_back({events[i], index[i]});
        return recompute::check_known(all, complete);
    }
    // What the last event of the erasure knew.
    void know(const value& what) { cases::put(events[1].back().happened, "known", what); }

    std::vector<std::vector<recompute::shown_event>> events{2};
    std::vector<std::vector<std::uint64_t>> index{2};
};

struct two_requests {
    void file(const std::string& right) {
        cases::command what{.kind = cases::command_kind::file, .by = {"officer", "olga"}};
        what.inputs = {{"right", right},
                       {"channel", "letter"},
                       {"language", "fi"},
                       {"received_on", to_string(friday)},
                       {"subject", value_object{{"customer_number", "100"}}}};
        const auto filed = world.file(what);
        REQUIRE(filed);
        numbers.push_back(filed->given.numbers.front());
        see();
    }
    void step(std::size_t which, const std::string& name, value_object inputs) {
        cases::command what{.name = name, .inputs = std::move(inputs), .by = {"officer", "olga"}};
        REQUIRE(world.execute(numbers[which], what));
        see();
    }
    // What is new stands behind in the log; a case that only follows stands behind who moved it.
    void see() {
        for (std::size_t i = numbers.size(); i-- > 0;) {
            const auto now = world.desk.read(numbers[i])->events;
            auto& events = shown.events[i];
            for (auto n = events.size(); n < now.size(); ++n) {
                events.push_back({now[n], {}});
                shown.index[i].push_back(next++);
            }
        }
    }

    desk_world world{"kuopio", {"crm"}};
    std::vector<std::string> numbers;
    shown_pair shown;
    std::uint64_t next = 0;
};

// An access and an erasure of one person; the access is withdrawn between two steps of the erasure.
shown_pair pair_of_cases() {
    two_requests two;
    two.world.time.set(friday);
    two.file("access");
    two.file("erasure");
    two.world.time.set(friday + std::chrono::days(3));
    two.step(1, "add_note", {{"note", "Odotetaan."}});
    two.step(0, "withdraw", {});
    two.world.time.set(friday + std::chrono::days(4));
    two.step(1, "add_note", {{"note", "Jatketaan."}});
    return two.shown;
}

}  // namespace

TEST_SUITE("engine/recompute/known") {
    TEST_CASE("known: what two cases of one person said is what each knew of the other") {
        const auto two = pair_of_cases();
        bool knew = false;
        for (const auto& each : two.events[1])
            knew = knew || cases::flag_of(each.happened["known"]["access_unanswered"]);
        CHECK(knew);
        for (const bool complete : {true, false}) {
            const auto out = two.check(complete);
            CHECK(out.differences.empty());
            CHECK(out.compared > 2);
        }
    }

    TEST_CASE("known: an event that hides what the other case said is found") {
        auto two = pair_of_cases();
        bool tried = false;
        for (std::size_t i = 0; i < two.events[1].size(); ++i) {
            auto& e = two.events[1][i].happened;
            if (!e.fields.contains("known")) continue;
            tried = true;
            auto changed = two;
            changed.events[1][i].happened.fields.erase("known");
            for (const bool complete : {true, false}) {
                const auto out = changed.check(complete);
                REQUIRE(out.differences.size() == 1);
                CHECK(out.differences.front().first == 1);
                CHECK(out.differences.front().second.seq == i);
                CHECK(out.differences.front().second.code == "decision");
                CHECK(out.differences.front().second.detail.find("`access_unanswered`") !=
                      std::string::npos);
            }
        }
        CHECK(tried);
    }

    TEST_CASE("known: more than the shown cases say is found where every case is shown") {
        auto two = pair_of_cases();
        two.know(value_object{{"frozen", true}});
        CHECK(two.check(true).differences.size() == 1);
        CHECK(two.check(false).differences.empty());
    }

    TEST_CASE("known: a case whose decisions are closed says nothing") {
        auto two = pair_of_cases();
        two.events[1].front().happened.fields.erase("known");
        for (auto& each : two.events[0])
            each.closed.emplace("who", recompute::closed_field{log::data_class::decision_facts,
                                                               recompute::closed_because::masked});
        CHECK(two.check(true).differences.empty());
        CHECK(two.check(false).compared == 0);
    }
}
