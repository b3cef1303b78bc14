#include "tests/contract/case_store_contract.hpp"

#include <future>

#include <doctest/doctest.h>

#include "tests/support/synthetic_case.hpp"

namespace pykala::tests {
namespace {

using namespace desk;

unit_of_work unit_of(case_write what) {
    unit_of_work unit;
    unit.cases.push_back(std::move(what));
    return unit;
}

std::string code_of(const result<receipt>& answer) {
    return answer ? "stored" : answer.error().code;
}

std::string make_case(case_store& store, std::uint64_t tag, const person_tag& person = "person") {
    auto made =
        submit_and_wait(store, unit_of(synthetic_write("", synthetic_stream(tag), 0, 1, person)));
    REQUIRE(made.has_value());
    return made->numbers.at(0);
}

void check_numbers_and_events(case_store& store) {
    CHECK(make_case(store, 1) == "KUO-2026-000001");
    CHECK(make_case(store, 2) == "KUO-2026-000002");
    const auto stream = synthetic_stream(1);
    const auto more =
        submit_and_wait(store, unit_of(synthetic_write("KUO-2026-000001", stream, 1, 2)));
    REQUIRE(more.has_value());
    CHECK(more->versions == std::vector<std::uint64_t>{3});
    const auto loaded = store.load("KUO-2026-000001");
    REQUIRE(loaded.has_value());
    CHECK(loaded->stream == stream);
    REQUIRE(loaded->events.size() == 3);
    for (std::uint64_t seq = 0; seq < 3; ++seq)
        CHECK(loaded->events[seq] == synthetic_event(stream, seq));
    const auto missing = store.load("KUO-2026-000009");
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().code == "no_such_case");
}

void check_folds(case_store& store) {
    const auto stream = synthetic_stream(1);
    const auto number = make_case(store, 1);
    CHECK_FALSE(store.load_newest(number)->fold.has_value());
    CHECK(store.load_newest(number)->events == store.load(number)->events);
    for (std::uint64_t version = 1; version < 4; ++version) {
        auto next = synthetic_write(number, stream, version);
        if (version == 2) next.fold = sealed_fold{3, "the fold of three"};
        CHECK(code_of(submit_and_wait(store, unit_of(std::move(next)))) == "stored");
    }
    const auto newest = store.load_newest(number);
    REQUIRE(newest.has_value());
    CHECK(newest->fold == sealed_fold{3, "the fold of three"});
    CHECK(newest->events == std::vector{synthetic_event(stream, 3)});
    CHECK(newest->persons == store.load(number)->persons);
    CHECK(store.load(number)->events.size() == 4);
    CHECK_FALSE(store.load(number)->fold.has_value());
    auto later = synthetic_write(number, stream, 4);
    later.fold = sealed_fold{5, "the fold of five"};
    CHECK(code_of(submit_and_wait(store, unit_of(std::move(later)))) == "stored");
    CHECK(store.load_newest(number)->fold->version == 5);
    CHECK(store.load_newest(number)->events.empty());
    CHECK(store.load_newest("KUO-2026-000009").error().code == "no_such_case");
}

void check_versions(case_store& store) {
    const auto first = make_case(store, 1);
    const auto second = make_case(store, 2);
    CHECK(code_of(submit_and_wait(
              store, unit_of(synthetic_write(first, synthetic_stream(1), 2)))) == "version_moved");

    auto seen = unit_of(synthetic_write(first, synthetic_stream(1), 1));
    seen.seen.push_back({second, 2});
    CHECK(code_of(submit_and_wait(store, seen)) == "version_moved");
    seen.seen.front().version = 1;
    CHECK(code_of(submit_and_wait(store, seen)) == "stored");

    auto person = unit_of(synthetic_write(first, synthetic_stream(1), 2));
    person.persons.push_back({"person", 1});
    CHECK(code_of(submit_and_wait(store, person)) == "version_moved");
    person.persons.front().cases = 2;
    CHECK(code_of(submit_and_wait(store, person)) == "stored");

    // all of a unit or nothing: the second case has moved
    auto both = unit_of(synthetic_write(first, synthetic_stream(1), 3));
    both.cases.push_back(synthetic_write(second, synthetic_stream(2), 7));
    CHECK(code_of(submit_and_wait(store, both)) == "version_moved");
    CHECK(store.load(first)->events.size() == 3);
    // and a new case of a refused unit takes no number
    auto fresh = unit_of(synthetic_write("", synthetic_stream(3), 0));
    fresh.seen.push_back({second, 9});
    CHECK(code_of(submit_and_wait(store, fresh)) == "version_moved");
    CHECK(make_case(store, 4) == "KUO-2026-000003");
}

void check_persons(case_store& store) {
    const auto first = make_case(store, 1, "aino");
    make_case(store, 2, "eino");
    const auto third = make_case(store, 3, "aino");
    const std::vector<person_tag> tags = {"aino", "nobody"};
    const auto found = store.of_person(tags);
    REQUIRE(found.has_value());
    REQUIRE(found->size() == 2);
    CHECK(found->front().number == first);
    CHECK(found->back().number == third);
    CHECK(store.of_person({})->empty());
    CHECK(*store.numbers_of(tags) == std::vector{first, third});
    CHECK(store.load(third)->persons == std::vector{person_cases{"aino", {first, third}}});
    CHECK(store.numbers_of({})->empty());
}

void check_idempotency(case_store& store) {
    auto unit = unit_of(synthetic_write("", synthetic_stream(1), 0));
    unit.answer_to = idempotency{"officer:ann", "key-1", "c0ffee"};
    const auto given = submit_and_wait(store, unit);
    REQUIRE(given.has_value());
    const auto kept = store.answered("officer:ann", "key-1");
    REQUIRE(kept.has_value());
    REQUIRE(kept->has_value());
    CHECK((*kept)->given == *given);
    CHECK((*kept)->content == "c0ffee");
    CHECK_FALSE(store.answered("officer:bob", "key-1")->has_value());
    auto again = unit_of(synthetic_write("", synthetic_stream(2), 0));
    again.answer_to = unit.answer_to;
    CHECK(code_of(submit_and_wait(store, again)) == "idempotency_taken");
}

void check_queue(case_store& store) {
    for (std::uint64_t i = 1; i <= 7; ++i) {
        const auto number = make_case(store, i);
        if (i % 2 == 0)
            CHECK(code_of(submit_and_wait(
                      store, unit_of(synthetic_write(number, synthetic_stream(i), 1, 3)))) ==
                  "stored");
    }
    queue_query query{.by = queue_query::order::number, .limit = 3};
    std::vector<std::string> shown;
    do {
        const auto page = store.queue(query);
        REQUIRE(page.has_value());
        CHECK(page->rows.size() <= 3);
        for (const auto& row : page->rows) shown.push_back(row.number);
        query.cursor = page->next;
    } while (!query.cursor.empty());
    REQUIRE(shown.size() == 7);
    CHECK(shown.front() == "KUO-2026-000001");
    CHECK(shown.back() == "KUO-2026-000007");

    CHECK(store.queue({.states = {"in_progress"}})->rows.size() == 3);
    CHECK(store.queue({.rights = {"erasure"}})->rows.empty());
    CHECK(store.queue({.closed = true})->rows.empty());
    CHECK(store.queue({.limit = 500})->rows.front().alert);
    CHECK(store.queue({.limit = 0}).error().code == "bad_limit");
    CHECK(store.queue({.limit = 501}).error().code == "bad_limit");
    CHECK(store.queue({.cursor = "nonsense"}).error().code == "bad_cursor");
    auto row = synthetic_write("", {}, 0).row;
    row.number = "KUO-2026-000001";
    CHECK(store.queue({.by = queue_query::order::number, .limit = 1})->rows.front() == row);
}

void check_timers(case_store& store) {
    const auto number = make_case(store, 1);
    const auto timers = synthetic_write("", {}, 0).timers;
    const auto first = std::min(timers[0].fires_on, timers[1].fires_on);
    CHECK(store.due(first - std::chrono::days(1), 10)->empty());
    const auto due = store.due(first, 10);
    REQUIRE(due.has_value());
    REQUIRE(due->size() == 1);
    CHECK(due->front().number == number);
    CHECK(due->front().timers.size() == 1);
    // late rather than never
    CHECK(store.due(first + std::chrono::days(4000), 10)->front().timers.size() == 2);
    // what a unit says replaces what was there
    auto none = synthetic_write(number, synthetic_stream(1), 1);
    none.timers.clear();
    CHECK(code_of(submit_and_wait(store, unit_of(none))) == "stored");
    CHECK(store.due(first + std::chrono::days(4000), 10)->empty());
}

void check_outbox(case_store& store) {
    auto what = synthetic_write("", synthetic_stream(1), 0);
    const sealed_box body{log::data_class::content, {}, "sealed"};
    what.outbox = {{0, "letter", body}, {0, "order", body}};
    REQUIRE(code_of(submit_and_wait(store, unit_of(what))) == "stored");
    const auto waiting = store.outbox(10);
    REQUIRE(waiting.has_value());
    REQUIRE(waiting->size() == 2);
    CHECK(waiting->front().kind == "letter");
    CHECK(waiting->front().number == "KUO-2026-000001");
    CHECK(waiting->front().body == body);
    const std::vector<std::uint64_t> done = {waiting->front().id};
    CHECK(store.settle(done).has_value());
    CHECK(store.settle(done).has_value());
    REQUIRE(store.outbox(10)->size() == 1);
    CHECK(store.outbox(10)->front().kind == "order");
    CHECK(store.outbox(0)->empty());
}

void check_quarantine(case_store& store) {
    auto what = synthetic_write("", synthetic_stream(1), 0);
    what.outbox = {{0, "letter", {log::data_class::content, {}, "sealed"}}};
    REQUIRE(code_of(submit_and_wait(store, unit_of(what))) == "stored");
    const std::string sick = "KUO-2026-000001";
    const auto well = make_case(store, 2);
    const auto some_day = make_date(2040, 1, 1);
    const quarantined_case mark{sick, *parse_instant_utc("2026-03-06T10:15:30.250Z"), "why"};
    const auto put = [&](std::vector<quarantined_case> cases) {
        std::promise<result<bool>> given;
        store.quarantine(std::move(cases), [&](result<bool> r) { given.set_value(std::move(r)); });
        return given.get_future().get();
    };
    REQUIRE(put({mark, {"KUO-2026-000077", mark.since, "no such case"}}).has_value());
    CHECK(store.load(sick)->quarantined);
    CHECK_FALSE(store.load(well)->quarantined);
    CHECK(store.outbox(10)->empty());
    REQUIRE(store.due(some_day, 10)->size() == 1);
    CHECK(store.due(some_day, 10)->front().number == well);
    // the first reason stays
    REQUIRE(put({{sick, mark.since + std::chrono::hours(1), "again"}}).has_value());
    REQUIRE(store.quarantined().has_value());
    CHECK(*store.quarantined() == std::vector{mark});

    CHECK(store.release(sick).has_value());
    CHECK(store.release(sick).error().code == "not_quarantined");
    CHECK(store.quarantined()->empty());
    CHECK_FALSE(store.load(sick)->quarantined);
    CHECK(store.outbox(10)->size() == 1);
    CHECK(store.due(some_day, 10)->size() == 2);
}

}  // namespace

void check_case_store(const store_maker& make) {
    for (const auto check :
         {check_numbers_and_events, check_folds, check_versions, check_persons, check_idempotency,
          check_queue, check_timers, check_outbox, check_quarantine}) {
        const auto fresh = make();
        REQUIRE(fresh.store);
        check(*fresh.store);
    }
}

}  // namespace pykala::tests
