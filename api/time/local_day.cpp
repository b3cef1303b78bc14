#include "api/time/local_day.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include <date/tz.h>
#include <fmt/format.h>

namespace pykala::api {
namespace {

// A zone is read from the system's files when it is first asked for; that happens here, under a
// lock, so that no two threads meet a zone that is half read.
const ::date::time_zone* zone_named(std::string_view name) {
    static std::mutex mutex;
    static std::map<std::string, const ::date::time_zone*, std::less<>> read;
    const std::scoped_lock lock(mutex);
    if (const auto known = read.find(name); known != read.end()) return known->second;
    const auto* zone = ::date::locate_zone(std::string(name));
    (void)zone->get_info(::date::sys_seconds{});  // the reading itself
    read.emplace(name, zone);
    return zone;
}

// `+02:00`, `-0330`, `Z`; nothing otherwise.
std::optional<std::chrono::minutes> parse_offset(std::string_view text) {
    if (text == "Z" || text == "z") return std::chrono::minutes{0};
    if (text.size() == 6 && text[3] == ':') {
        const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
        if ((text[0] != '+' && text[0] != '-') || !digit(1) || !digit(2) || !digit(4) || !digit(5))
            return std::nullopt;
        const int hours = (text[1] - '0') * 10 + (text[2] - '0');
        const int minutes = (text[4] - '0') * 10 + (text[5] - '0');
        if (hours > 14 || minutes > 59) return std::nullopt;
        const std::chrono::minutes offset{hours * 60 + minutes};
        return text[0] == '-' ? -offset : offset;
    }
    return std::nullopt;
}

// For our library the zone data ends with 2037. Later years follow the rule in force since 1996,
// which depends only on the weekdays of the year (last Sundays of March and October): a year of the
// same shape stands in for them.
std::chrono::days shift_into_data(date day) {
    constexpr int last_known = 2037;
    const int year = year_of(day);
    if (year <= last_known) return std::chrono::days{0};
    const auto shape = [](int y) {
        return std::pair{std::chrono::weekday{make_date(y, 1, 1)}, std::chrono::year{y}.is_leap()};
    };
    int twin = last_known;
    while (shape(twin) != shape(year)) --twin;  // within 28 years
    return make_date(year, 1, 1) - make_date(twin, 1, 1);
}

}  // namespace

date local_day(instant when, std::string_view zone) {
    const auto shift = shift_into_data(std::chrono::floor<std::chrono::days>(when));
    const auto local = ::date::make_zoned(zone_named(zone), when - shift).get_local_time();
    return date{std::chrono::floor<std::chrono::days>(local.time_since_epoch())} + shift;
}

instant start_of_day(date day, std::string_view zone) {
    const auto shift = shift_into_data(day);
    const ::date::local_days local{(day - shift).time_since_epoch()};
    const auto begins = ::date::make_zoned(zone_named(zone), local, ::date::choose::earliest);
    return std::chrono::floor<std::chrono::milliseconds>(begins.get_sys_time()) + shift;
}

result<instant> parse_instant(std::string_view text) {
    const auto refuse = [&] {
        return fail(problem_kind::invalid, "bad_instant",
                    fmt::format("`{}` is not an instant with an offset", text),
                    "write it like `2026-01-30T23:30:00+02:00` or `2026-01-30T21:30:00Z`");
    };
    if (text.size() < 17 || text[10] != 'T') return refuse();
    const auto sign = text.find_first_of("Zz+-", 11);
    if (sign == std::string_view::npos) return refuse();
    const auto offset = parse_offset(text.substr(sign));
    std::string clock{text.substr(0, sign)};
    if (clock.size() == 16) clock += ":00";
    if (clock.size() > 19) {
        if (clock[19] != '.' || clock.size() == 20 ||
            clock.find_first_not_of("0123456789", 20) != std::string::npos)
            return refuse();
        clock.resize(23, '0');  // finer than a millisecond is cut
    }
    const auto utc = parse_instant_utc(clock + "Z");
    if (!offset || !utc) return refuse();
    return *utc - *offset;
}

result<date> parse_day_or_instant(std::string_view text) {
    if (const auto day = parse_date(text)) return *day;
    if (const auto when = parse_instant(text)) return local_day(*when);
    return fail(problem_kind::invalid, "bad_day",
                fmt::format("`{}` is neither a date nor an instant with an offset", text),
                "write a day that exists like `2026-01-30`, or `2026-01-30T23:30:00+02:00`");
}

}  // namespace pykala::api
