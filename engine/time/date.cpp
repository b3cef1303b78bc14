#include "engine/time/date.hpp"

#include <charconv>

#include <fmt/format.h>

namespace pykala {
namespace {

// A fixed-width decimal number; nothing when a character is not a digit.
std::optional<int> number(std::string_view text) {
    int value = 0;
    for (char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

}  // namespace

std::optional<date> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    auto y = number(text.substr(0, 4));
    auto m = number(text.substr(5, 2));
    auto d = number(text.substr(8, 2));
    if (!y || !m || !d || *y < 1900 || *y > 2999) return std::nullopt;
    std::chrono::year_month_day ymd{std::chrono::year{*y}, std::chrono::month{unsigned(*m)},
                                    std::chrono::day{unsigned(*d)}};
    if (!ymd.ok()) return std::nullopt;
    return date{ymd};
}

std::string to_string(date day) {
    const std::chrono::year_month_day ymd{day};
    return fmt::format("{:04}-{:02}-{:02}", int(ymd.year()), unsigned(ymd.month()),
                       unsigned(ymd.day()));
}

std::optional<instant> parse_instant_utc(std::string_view text) {
    if (text.size() != 20 && text.size() != 24) return std::nullopt;
    if (text[10] != 'T' || text[13] != ':' || text[16] != ':' || text.back() != 'Z')
        return std::nullopt;
    auto day = parse_date(text.substr(0, 10));
    auto h = number(text.substr(11, 2));
    auto m = number(text.substr(14, 2));
    auto s = number(text.substr(17, 2));
    std::optional<int> ms = 0;
    if (text.size() == 24) {
        if (text[19] != '.') return std::nullopt;
        ms = number(text.substr(20, 3));
    }
    if (!day || !h || !m || !s || !ms || *h > 23 || *m > 59 || *s > 59) return std::nullopt;
    return instant{*day} + std::chrono::hours{*h} + std::chrono::minutes{*m} +
           std::chrono::seconds{*s} + std::chrono::milliseconds{*ms};
}

std::string to_string(instant when) {
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::hh_mm_ss time{when - instant{day}};
    return fmt::format("{}T{:02}:{:02}:{:02}.{:03}Z", to_string(day), time.hours().count(),
                       time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

date make_date(int year, unsigned month, unsigned day) {
    return date{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}};
}

int year_of(date day) {
    return int(std::chrono::year_month_day{day}.year());
}

date add_months(date day, int months) {
    const std::chrono::year_month_day ymd{day};
    auto moved = ymd + std::chrono::months{months};
    if (!moved.ok()) moved = moved.year() / moved.month() / std::chrono::last;
    return date{moved};
}

date add_years(date day, int years) {
    return add_months(day, 12 * years);
}

date end_of_year(int year) {
    return make_date(year, 12, 31);
}

}  // namespace pykala
