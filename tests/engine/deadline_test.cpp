// Protects when a request is due: the rules of refusal here, the arithmetic day by day against the
// oracle.
#include "engine/time/deadline.hpp"

#include <doctest/doctest.h>

using namespace pykala;

namespace {

calendar weekends_only() {
    calendar_data data;
    data.weekend = {std::chrono::Saturday, std::chrono::Sunday};
    return calendar{data};
}

const deadline_rules rules{
    .promise = period{30, time_unit::days},
    .answer = period{1, time_unit::months},
    .extension = period{3, time_unit::months},
    .extension_steps = {period{1, time_unit::months}, period{2, time_unit::months}}};

}  // namespace

TEST_SUITE("engine/time/deadline") {
    TEST_CASE("deadline: the earlier of promise and statutory month [GDPR art. 12(3)]") {
        const auto d =
            compute_deadlines(weekends_only(), rules, make_date(2026, 1, 30), {}, tolling::none);
        REQUIRE(d);
        CHECK(d->promise_on == make_date(2026, 3, 1));
        CHECK(d->statutory_on == make_date(2026, 3, 2));
        CHECK(d->due_on == make_date(2026, 3, 1));
        CHECK(d->act_by == make_date(2026, 2, 27));
        CHECK(d->extended_on == make_date(2026, 4, 28));
        CHECK(d->tolled_due_on == d->due_on);
    }
    TEST_CASE("deadline: pauses move only the tolled dates unless the tenant follows the EDPB") {
        const std::vector pauses{pykala::pause{make_date(2026, 3, 5), make_date(2026, 3, 9)},
                                 pykala::pause{make_date(2026, 3, 9), make_date(2026, 3, 10)}};
        const auto shown =
            compute_deadlines(weekends_only(), rules, make_date(2026, 3, 4), pauses, tolling::none);
        const auto moved =
            compute_deadlines(weekends_only(), rules, make_date(2026, 3, 4), pauses, tolling::edpb);
        REQUIRE(shown);
        REQUIRE(moved);
        CHECK(shown->due_on == make_date(2026, 4, 3));
        CHECK(shown->tolled_due_on == make_date(2026, 4, 8));
        CHECK(moved->due_on == make_date(2026, 4, 8));
        CHECK(moved->extended_on == shown->extended_on);
        CHECK(moved->extension_notice_on == shown->extension_notice_on);
    }
    TEST_CASE("deadline: refuses pauses in the documented order") {
        const auto refused = [](std::vector<pykala::pause> pauses) {
            const auto d = compute_deadlines(weekends_only(), rules, make_date(2026, 3, 4), pauses,
                                             tolling::none);
            return d ? std::string{} : d.error().code;
        };
        const pykala::pause early{make_date(2026, 3, 3), make_date(2026, 3, 9)};
        const pykala::pause inside{make_date(2026, 3, 8), make_date(2026, 3, 12)};
        const pykala::pause reversed{make_date(2026, 3, 12), make_date(2026, 3, 8)};
        CHECK(refused({inside, early, reversed}) == "pause_reversed");
        CHECK(refused({inside, early}) == "pause_before_receipt");
        CHECK(refused({inside, inside}) == "pauses_overlap");
        CHECK(refused({inside}).empty());
    }
    TEST_CASE("deadline: without a promise the statutory month stands alone") {
        auto bare = rules;
        bare.promise.reset();
        const auto d =
            compute_deadlines(weekends_only(), bare, make_date(2026, 3, 4), {}, tolling::none);
        REQUIRE(d);
        CHECK(d->promise_on == d->statutory_on);
    }
}
