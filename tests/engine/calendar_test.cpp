// Protects the working days on which every time limit rests, with a small calendar that has every
// kind of rule. The Finnish calendar itself is compared with an oracle and with a public package
// elsewhere.
#include "engine/time/calendar.hpp"

#include <doctest/doctest.h>

using namespace pykala;

namespace {

calendar sample() {
    calendar_data data;
    data.id = "sample";
    data.weekend = {std::chrono::Saturday, std::chrono::Sunday};
    holiday_rule may{.id = "may_day", .month = 5, .day = 1};
    holiday_rule ascension{.id = "ascension", .found_by = holiday_rule::kind::easter, .offset = 39};
    holiday_rule eve{.id = "midsummer_eve",
                     .found_by = holiday_rule::kind::weekday_from,
                     .month = 6,
                     .day = 19,
                     .weekday = std::chrono::Friday};
    data.holidays = {may, ascension, eve};
    data.official[2030] = {make_date(2030, 3, 4)};
    return calendar{data};
}

}  // namespace

TEST_SUITE("engine/time/calendar") {
    TEST_CASE("calendar: finds Easter") {
        CHECK(easter_sunday(2024) == make_date(2024, 3, 31));
        CHECK(easter_sunday(2025) == make_date(2025, 4, 20));
        CHECK(easter_sunday(2038) == make_date(2038, 4, 25));
        CHECK(easter_sunday(1818) == make_date(1818, 3, 22));
    }
    TEST_CASE("calendar: counts each kind of holiday and the weekend") {
        const auto c = sample();
        CHECK(!c.is_working_day(make_date(2026, 5, 1)));
        CHECK(!c.is_working_day(make_date(2026, 5, 14)));
        CHECK(!c.is_working_day(make_date(2026, 6, 19)));
        CHECK(!c.is_working_day(make_date(2026, 6, 20)));
        CHECK(c.is_working_day(make_date(2026, 6, 22)));
        CHECK(c.holidays(2008) == std::vector{make_date(2008, 5, 1), make_date(2008, 6, 20)});
    }
    TEST_CASE("calendar: the official list replaces the computed days of its year") {
        const auto c = sample();
        CHECK(!c.is_working_day(make_date(2030, 3, 4)));
        CHECK(c.is_working_day(make_date(2030, 5, 1)));
    }
    TEST_CASE("calendar: rolls and counts working days both ways") {
        const auto c = sample();
        CHECK(c.roll_forward(make_date(2026, 6, 19)) == make_date(2026, 6, 22));
        CHECK(c.roll_back(make_date(2026, 6, 21)) == make_date(2026, 6, 18));
        CHECK(c.roll_back(make_date(2026, 6, 18)) == make_date(2026, 6, 18));
        CHECK(c.add_working_days(make_date(2026, 6, 18), 1) == make_date(2026, 6, 22));
        CHECK(c.add_working_days(make_date(2026, 6, 22), -3) == make_date(2026, 6, 16));
        CHECK(c.add_working_days(make_date(2151, 6, 1), 1) == make_date(2151, 6, 2));
    }
}
