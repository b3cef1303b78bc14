#include "engine/time/calendar.hpp"

#include <algorithm>

namespace pykala {
namespace {

// LIMIT: the years computed ahead; a day outside is computed when asked for.
constexpr int first_year = 1990;
constexpr int last_year = 2150;

date day_of(const holiday_rule& rule, int year) {
    switch (rule.found_by) {
        case holiday_rule::kind::fixed:
            return make_date(year, rule.month, rule.day);
        case holiday_rule::kind::easter:
            return easter_sunday(year) + std::chrono::days{rule.offset};
        case holiday_rule::kind::weekday_from:
            break;
    }
    const date from = make_date(year, rule.month, rule.day);
    return from + (rule.weekday - std::chrono::weekday{from});
}

}  // namespace

date easter_sunday(int year) {
    // Meeus, Jones, Butcher: the golden number, the century's corrections, the full moon, the
    // Sunday after it.
    const int golden = year % 19;
    const int century = year / 100;
    const int leap_correction = century / 4;
    const int moon_correction = (century - (century + 8) / 25 + 1) / 3;
    const int epact = (19 * golden + century - leap_correction - moon_correction + 15) % 30;
    const int weekday =
        (32 + 2 * (century % 4) + 2 * (year % 100 / 4) - epact - year % 100 % 4) % 7;
    const int late = (golden + 11 * epact + 22 * weekday) / 451;
    const int days = epact + weekday - 7 * late + 114;
    return make_date(year, unsigned(days / 31), unsigned(days % 31 + 1));
}

calendar::calendar(calendar_data data) : data_(std::move(data)) {
    for (int year = first_year; year <= last_year; ++year) {
        auto days = holidays(year);
        known_.insert(known_.end(), days.begin(), days.end());
    }
}

std::vector<date> calendar::holidays(int year) const {
    std::vector<date> days;
    if (auto listed = data_.official.find(year); listed != data_.official.end()) {
        days = listed->second;
    } else {
        for (const auto& rule : data_.holidays) days.push_back(day_of(rule, year));
    }
    std::ranges::sort(days);
    const auto doubled = std::ranges::unique(days);  // Ascension Day may fall on 1 May
    days.erase(doubled.begin(), doubled.end());
    return days;
}

bool calendar::is_holiday(date day) const {
    const int year = year_of(day);
    if (year >= first_year && year <= last_year) return std::ranges::binary_search(known_, day);
    return std::ranges::binary_search(holidays(year), day);
}

bool calendar::is_working_day(date day) const {
    return std::ranges::find(data_.weekend, std::chrono::weekday{day}) == data_.weekend.end() &&
           !is_holiday(day);
}

date calendar::roll_forward(date day) const {
    while (!is_working_day(day)) day += std::chrono::days{1};
    return day;
}

date calendar::roll_back(date day) const {
    while (!is_working_day(day)) day -= std::chrono::days{1};
    return day;
}

date calendar::add_working_days(date day, int count) const {
    const std::chrono::days step{count < 0 ? -1 : 1};
    for (int left = std::abs(count); left > 0;) {
        day += step;
        if (is_working_day(day)) --left;
    }
    return day;
}

}  // namespace pykala
