// Protects the one conversion from instants to Finnish calendar days, around midnight and the
// changes of clock.
#include "api/time/local_day.hpp"

#include <doctest/doctest.h>

using namespace pykala;
using namespace pykala::api;

TEST_SUITE("api/time/local_day") {
    TEST_CASE("local day: the Helsinki day of an instant counts") {
        CHECK(parse_day_or_instant("2026-01-30").value() == make_date(2026, 1, 30));
        CHECK(parse_day_or_instant("2026-01-30T21:59:59Z").value() == make_date(2026, 1, 30));
        CHECK(parse_day_or_instant("2026-01-30T22:00:00Z").value() == make_date(2026, 1, 31));
        CHECK(parse_day_or_instant("2026-07-30T21:00:00.5Z").value() == make_date(2026, 7, 31));
        CHECK(parse_day_or_instant("2026-01-31T00:30+02:00").value() == make_date(2026, 1, 31));
        CHECK(parse_day_or_instant("2026-01-30T23:30:00-05:00").value() == make_date(2026, 1, 31));
    }
    TEST_CASE("local day: refuses what is no day") {
        for (const char* bad : {"2026-02-30", "2026-01-30T10:00:00", "2026-01-30T25:00:00Z",
                                "today", "", "2026-01-30T10:00:00+2", "2026-01-30T10:00:00.Z",
                                "2026-01-30T10:00:00+15:00", "2026-01-30 10:00:00Z"})
            CHECK_MESSAGE(!parse_day_or_instant(bad), bad);
    }
    TEST_CASE("local day: begins where the clocks say so") {
        CHECK(to_string(start_of_day(make_date(2026, 3, 29))) == "2026-03-28T22:00:00.000Z");
        CHECK(to_string(start_of_day(make_date(2026, 3, 30))) == "2026-03-29T21:00:00.000Z");
        // beyond the machine's zone data
        CHECK(parse_day_or_instant("2051-08-05T00:00:00+03:00").value() == make_date(2051, 8, 5));
        CHECK(parse_day_or_instant("2052-01-01T00:30:00+02:00").value() == make_date(2052, 1, 1));
        CHECK(to_string(start_of_day(make_date(2044, 7, 31))) == "2044-07-30T21:00:00.000Z");
        CHECK(local_day(start_of_day(make_date(2026, 10, 25))) == make_date(2026, 10, 25));
    }
}
