// Protects the reading of personal identity codes: no code is mended into another person's. Golden
// values are those of the decree's method, computed by hand.
#include "engine/registers/hetu.hpp"

#include <doctest/doctest.h>

using namespace pykala;

TEST_SUITE("registers/hetu") {
    TEST_CASE("parse: valid codes of three centuries [128/2010 s 2]") {
        for (const auto* code : {"010100-969P", "010170-999R", "131052-308T", "100871-998D",
                                 "070770-905D", "070644-937X", "010190-999W", "010190Y999W"}) {
            CAPTURE(code);
            CHECK(hetu::parse(code).has_value());
        }
        CHECK(hetu::parse("010170-999R")->born_on() == make_date(1970, 1, 1));
    }
    TEST_CASE("parse: the separator belongs to the code [690/2022]") {
        const auto one = hetu::parse("010190-999W"), other = hetu::parse("010190Y999W");
        CHECK(one->text() != other->text());
        CHECK_FALSE(*one == *other);
        CHECK(one->born_on() == other->born_on());
        CHECK(hetu::parse("010101A999X").has_value() != hetu::parse("010101A999Y").has_value());
    }
    TEST_CASE("parse: faults are named and the code is never repeated") {
        for (const auto* code : {"010190-999Y", "320190-999W", "010190-001W", "010190/999W",
                                 "010190-99W", "0101a0-999W", "", "310298-9991"}) {
            const auto read = hetu::parse(code);
            REQUIRE_FALSE(read.has_value());
            CHECK(read.error().code == "invalid_hetu");
            CHECK((std::string(code).empty() || !read.error().detail.contains(code)));
        }
    }
    TEST_CASE("parse: letters of either size and blanks around are the same code") {
        CHECK(hetu::parse(" 010170-999r ")->text() == "010170-999R");
    }
    TEST_CASE("make: every separator of its century gives a code that reads back") {
        for (const char separator : std::string("-YXWVU")) {
            const auto made = make_hetu(make_date(1985, 6, 30), separator, 917);
            REQUIRE(made.has_value());
            CHECK(hetu::parse(made->text()).has_value());
            CHECK(made->is_test());
        }
        CHECK(make_hetu(make_date(2004, 2, 29), 'A', 900)->born_on() == make_date(2004, 2, 29));
        CHECK_FALSE(make_hetu(make_date(2004, 2, 29), '-', 900).has_value());
        CHECK_FALSE(make_hetu(make_date(1990, 1, 1), '-', 1000).has_value());
        CHECK_FALSE(make_hetu(make_date(1990, 1, 1), '-', 899)->is_test());
    }
    TEST_CASE("masked: the number is not shown") {
        CHECK(masked(*hetu::parse("010170-999R")) == "010170-****");
    }
}
