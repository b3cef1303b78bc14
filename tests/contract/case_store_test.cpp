// Protects the port `case_store`: whatever keeps the cases keeps these promises. One suite, run on
// the store in memory and on SQLite; what only one of them can do is tested beside it.
#include "storage/memory/case_store.hpp"

#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include "storage/sqlite/case_store.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/synthetic_case.hpp"

using namespace pykala;
using namespace pykala::desk;
using namespace pykala::tests;
using order = queue_query::order;

namespace {

struct in_memory {
    storage::memory_case_store cases{"KUO"};
};

struct on_sqlite {
    folder dir;
    std::unique_ptr<storage::tenant_store> store = open_synthetic(dir.file("k.db")).value();
    storage::sqlite_case_store cases{*store};
};

const date monday = make_date(2026, 1, 5);

unit_of_work unit_of(case_write what) {
    unit_of_work unit;
    unit.cases.push_back(std::move(what));
    return unit;
}

std::string number_of(const result<receipt>& given) {
    REQUIRE_MESSAGE(given.has_value(), (given ? "" : given.error().detail));
    return given->numbers.at(0);
}

std::vector<std::string> numbers_of(const queue_page& page) {
    std::vector<std::string> out;
    for (const queue_row& row : page.rows) out.push_back(row.number.substr(9));
    return out;
}

using numbers = std::vector<std::string>;

// Six cases: due on rising days, the third extended far out, the fifth with an alert, the sixth
// closed.
template <class World>
void fill_queue(World& world) {
    for (int i = 1; i <= 6; ++i) {
        case_write what = synthetic_write("", synthetic_stream(std::uint64_t(i)), 0);
        what.row.right = i % 2 == 0 ? "erasure" : "access";
        what.row.state = i == 6 ? "closed" : i < 4 ? "received" : "in_progress";
        what.row.outcome = i == 6 ? "fulfilled" : "";
        what.row.assignee = i == 2 || i == 5 ? "officer1" : "";
        what.row.received_on = monday + std::chrono::days(10 - i);
        what.row.due_on = monday + std::chrono::days(30 + i);
        if (i == 3) what.row.extended_on = monday + std::chrono::days(90);
        what.row.alert = i == 5;
        number_of(submit_and_wait(world.cases, unit_of(what)));
    }
}

// All pages of a query, each of at most `limit` rows.
template <class World>
numbers walk(World& world, queue_query query, std::size_t limit) {
    numbers all;
    query.limit = limit;
    for (int pages = 0; pages < 10; ++pages) {
        const auto page = world.cases.queue(query);
        REQUIRE_MESSAGE(page.has_value(), (page ? "" : page.error().detail));
        for (auto& number : numbers_of(*page)) all.push_back(number);
        if (page->next.empty()) return all;
        CHECK(page->rows.size() == limit);
        query.cursor = page->next;
    }
    FAIL("the pages never end");
    return all;
}

}  // namespace

TEST_SUITE("contract/case_store") {
    TEST_CASE_TEMPLATE("load: a case comes back as it was written", World, in_memory, on_sqlite) {
        World world;
        const auto stream = synthetic_stream(7);
        auto what = synthetic_write("", stream, 0, 3);
        what.events[1].boxes.push_back({log::data_class::content, {9}, std::string("\0b", 2)});
        what.events[2].boxes.clear();
        const auto given = submit_and_wait(world.cases, unit_of(what));
        CHECK(number_of(given) == "KUO-2026-000001");
        CHECK(given->versions == std::vector<std::uint64_t>{3});
        const auto stored = world.cases.load("KUO-2026-000001");
        REQUIRE(stored.has_value());
        CHECK(stored->stream == stream);
        REQUIRE(stored->events.size() == 3);
        CHECK(stored->events[0] == what.events[0]);
        CHECK(stored->events[2] == what.events[2]);
        CHECK(stored->events[1].boxes.size() == 2);
        CHECK(world.cases.load("KUO-2026-000002").error().code == "no_such_case");
    }
    TEST_CASE_TEMPLATE("submit: numbers follow each other in each year", World, in_memory,
                       on_sqlite) {
        World world;
        numbers given;
        for (const int year : {2026, 2026, 2027, 2026}) {
            auto what = synthetic_write("", synthetic_stream(given.size()), 0);
            what.year = year;
            given.push_back(number_of(submit_and_wait(world.cases, unit_of(what))));
        }
        CHECK(given ==
              numbers{"KUO-2026-000001", "KUO-2026-000002", "KUO-2027-000001", "KUO-2026-000003"});
    }
    TEST_CASE_TEMPLATE("submit: what moved meanwhile is told and nothing of the unit is written",
                       World, in_memory, on_sqlite) {
        World world;
        const auto first = number_of(
            submit_and_wait(world.cases, unit_of(synthetic_write("", synthetic_stream(1), 0))));
        const auto second = number_of(
            submit_and_wait(world.cases, unit_of(synthetic_write("", synthetic_stream(2), 0))));
        // of the case itself
        auto stale = unit_of(synthetic_write(first, synthetic_stream(1), 2));
        CHECK(submit_and_wait(world.cases, stale).error().code == "version_moved");
        // of another case that was looked at
        auto looked = unit_of(synthetic_write(first, synthetic_stream(1), 1));
        looked.seen = {{second, 2}};
        CHECK(submit_and_wait(world.cases, looked).error().code == "version_moved");
        // of the number of the person's cases
        auto counted = unit_of(synthetic_write(first, synthetic_stream(1), 1));
        counted.persons = {{"person", 1}};
        CHECK(submit_and_wait(world.cases, counted).error().code == "version_moved");
        // of the second of two cases: the first is not written either
        auto both = unit_of(synthetic_write(first, synthetic_stream(1), 1));
        both.cases.push_back(synthetic_write(second, synthetic_stream(2), 5));
        CHECK(submit_and_wait(world.cases, both).error().code == "version_moved");
        CHECK(world.cases.load(first)->events.size() == 1);
        // and as it is
        auto right = unit_of(synthetic_write(first, synthetic_stream(1), 1));
        right.seen = {{second, 1}};
        right.persons = {{"person", 2}, {"nobody", 0}};
        CHECK(submit_and_wait(world.cases, right)->versions == std::vector<std::uint64_t>{2});
    }
    TEST_CASE_TEMPLATE("answered: a key is answered again and taken once for each actor", World,
                       in_memory, on_sqlite) {
        World world;
        CHECK_FALSE(world.cases.answered("officer:a", "k1")->has_value());
        auto unit = unit_of(synthetic_write("", synthetic_stream(1), 0, 2));
        unit.cases.push_back(synthetic_write("", synthetic_stream(2), 0));
        unit.answer_to = idempotency{"officer:a", "k1", "abc"};
        const auto given = submit_and_wait(world.cases, unit);
        REQUIRE(given.has_value());
        const auto again = world.cases.answered("officer:a", "k1");
        REQUIRE(again->has_value());
        CHECK((*again)->content == "abc");
        CHECK((*again)->given == *given);
        CHECK_FALSE(world.cases.answered("officer", "a:k1")->has_value());
        auto other = unit_of(synthetic_write("", synthetic_stream(3), 0));
        other.answer_to = unit.answer_to;
        CHECK(submit_and_wait(world.cases, other).error().code == "idempotency_taken");
        other.answer_to->actor = "officer:b";
        CHECK(submit_and_wait(world.cases, other).has_value());
    }
    TEST_CASE_TEMPLATE("of_person: every case under any of the tags once and in order", World,
                       in_memory, on_sqlite) {
        World world;
        auto one = synthetic_write("", synthetic_stream(1), 0);
        one.persons = {"a", "b"};
        auto two = synthetic_write("", synthetic_stream(2), 0);
        two.persons = {"b"};
        auto three = synthetic_write("", synthetic_stream(3), 0);
        three.persons = {};
        for (const auto& what : {one, two, three})
            submit_and_wait(world.cases, unit_of(what)).value();
        const std::vector<person_tag> both{"b", "a"};
        const auto found = world.cases.of_person(both);
        REQUIRE(found->size() == 2);
        CHECK(found->at(0).number == "KUO-2026-000001");
        CHECK(found->at(1).events.size() == 1);
        auto later = synthetic_write("KUO-2026-000003", synthetic_stream(3), 1);
        later.persons = {"c"};
        submit_and_wait(world.cases, unit_of(later)).value();
        const std::vector<person_tag> new_tag{"c"};
        CHECK(world.cases.of_person(new_tag)->size() == 1);
        CHECK(world.cases.of_person({})->empty());
    }
    TEST_CASE_TEMPLATE("due: cases whose day has come and the earliest first", World, in_memory,
                       on_sqlite) {
        World world;
        const auto day = [](int d) { return monday + std::chrono::days(d); };
        auto one = synthetic_write("", synthetic_stream(1), 0);
        one.timers = {{"late", day(9)}, {"soon", day(3)}, {"early", day(2)}};
        auto two = synthetic_write("", synthetic_stream(2), 0);
        two.timers = {{"soon", day(1)}};
        auto three = synthetic_write("", synthetic_stream(3), 0);
        three.timers = {{"soon", day(8)}};
        for (const auto& what : {one, two, three})
            submit_and_wait(world.cases, unit_of(what)).value();
        const auto due = world.cases.due(day(3), 10);
        REQUIRE(due->size() == 2);
        CHECK(due->at(0).number == "KUO-2026-000002");
        CHECK(due->at(1).timers == std::vector<timer_row>{{"early", day(2)}, {"soon", day(3)}});
        CHECK(world.cases.due(day(3), 1)->size() == 1);
        // the timers of a later event replace those stored
        auto later = synthetic_write("KUO-2026-000002", synthetic_stream(2), 1);
        later.timers = {};
        submit_and_wait(world.cases, unit_of(later)).value();
        CHECK(world.cases.due(day(3), 10)->size() == 1);
    }
    TEST_CASE_TEMPLATE("outbox: what waits comes in order until it is settled", World, in_memory,
                       on_sqlite) {
        World world;
        auto what = synthetic_write("", synthetic_stream(1), 0, 2);
        what.outbox = {{0, "letter", {log::data_class::content, {1}, "box one"}},
                       {1, "order", {log::data_class::content, {2}, "box two"}}};
        submit_and_wait(world.cases, unit_of(what)).value();
        const auto waiting = world.cases.outbox(10);
        REQUIRE(waiting->size() == 2);
        CHECK(waiting->at(0).kind == "letter");
        CHECK(waiting->at(1).number == "KUO-2026-000001");
        CHECK(waiting->at(1).stream == synthetic_stream(1));
        CHECK(waiting->at(1).seq == 1);
        CHECK(waiting->at(1).body == what.outbox[1].body);
        CHECK(world.cases.outbox(1)->size() == 1);
        const std::vector<std::uint64_t> settled{waiting->at(0).id};
        CHECK(world.cases.settle(settled).has_value());
        CHECK(world.cases.outbox(10)->at(0).kind == "order");
    }
    TEST_CASE_TEMPLATE("queue: filters select and alerts stand first", World, in_memory,
                       on_sqlite) {
        World world;
        fill_queue(world);
        const auto shown = [&](queue_query query) {
            return numbers_of(world.cases.queue(query).value());
        };
        CHECK(shown({}) == numbers{"000005", "000001", "000002", "000004", "000006", "000003"});
        CHECK(shown({.closed = false}) ==
              numbers{"000005", "000001", "000002", "000004", "000003"});
        CHECK(shown({.closed = true}) == numbers{"000006"});
        CHECK(shown({.states = {"received"}}) == numbers{"000001", "000002", "000003"});
        CHECK(shown({.states = {"received", "in_progress"}, .rights = {"access"}}) ==
              numbers{"000005", "000001", "000003"});
        CHECK(shown({.rights = {"erasure"}}) == numbers{"000002", "000004", "000006"});
        CHECK(shown({.assignee = "officer1"}) == numbers{"000005", "000002"});
        CHECK(shown({.assignee = ""}) == numbers{"000001", "000004", "000006", "000003"});
        CHECK(shown({.due_before = monday + std::chrono::days(34)}) == numbers{"000001", "000002"});
        CHECK(shown({.by = order::received_on}) ==
              numbers{"000006", "000005", "000004", "000003", "000002", "000001"});
        CHECK(shown({.by = order::number, .descending = true}) ==
              numbers{"000006", "000005", "000004", "000003", "000002", "000001"});
        CHECK(shown({.by = order::due_on, .descending = true}) ==
              numbers{"000005", "000003", "000006", "000004", "000002", "000001"});
        const auto row = world.cases.queue({.states = {"closed"}})->rows.at(0);
        CHECK(row.outcome == "fulfilled");
        CHECK(row.version == 1);
    }
    TEST_CASE_TEMPLATE("queue: pages walk through everything once in every order", World, in_memory,
                       on_sqlite) {
        World world;
        fill_queue(world);
        for (const order by : {order::due_on, order::received_on, order::number})
            for (const bool descending : {false, true})
                for (const std::size_t limit : {1U, 2U, 3U, 6U}) {
                    const queue_query query{.by = by, .descending = descending};
                    CHECK(walk(world, query, limit) ==
                          numbers_of(world.cases.queue(query).value()));
                }
        CHECK(walk(world, {.states = {"received", "in_progress"}}, 2) ==
              numbers{"000005", "000001", "000002", "000004", "000003"});
        CHECK(world.cases.queue({.limit = 0}).error().code == "bad_limit");
        CHECK(world.cases.queue({.limit = 501}).error().code == "bad_limit");
        CHECK(world.cases.queue({.cursor = "nonsense"}).error().code == "bad_cursor");
    }
}
