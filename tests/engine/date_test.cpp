// Protects the arithmetic of days, months and years, and what counts as a date at all.
#include "engine/time/date.hpp"

#include <doctest/doctest.h>

using namespace pykala;

TEST_SUITE("engine/time/date") {
    TEST_CASE("date: parses only days that exist") {
        CHECK(parse_date("2026-02-28") == make_date(2026, 2, 28));
        for (const char* bad :
             {"2026-02-29", "2026-2-28", "26-02-28", "2026-13-01", "2026-00-10", "2026-01-32", "",
              "2026-01-01T00:00:00Z", "1899-12-31", "+026-01-01"})
            CHECK_MESSAGE(!parse_date(bad), bad);
    }
    TEST_CASE("date: months clamp to the last day [1182/71 art. 3(2)(c)]") {
        CHECK(add_months(make_date(2026, 1, 31), 1) == make_date(2026, 2, 28));
        CHECK(add_months(make_date(2028, 1, 31), 1) == make_date(2028, 2, 29));
        CHECK(add_months(make_date(2025, 10, 31), 4) == make_date(2026, 2, 28));
        CHECK(add_years(make_date(2020, 2, 29), 6) == make_date(2026, 2, 28));
        CHECK(add_years(make_date(2020, 2, 29), 8) == make_date(2028, 2, 29));
    }
    TEST_CASE("instant: text and back") {
        auto when = parse_instant_utc("2026-11-22T15:04:05.678Z");
        REQUIRE(when);
        CHECK(to_string(*when) == "2026-11-22T15:04:05.678Z");
        CHECK(!parse_instant_utc("2026-11-22T24:00:00Z"));
        CHECK(!parse_instant_utc("2026-11-22 15:04:05Z"));
    }
}
