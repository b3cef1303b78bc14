// Working days of a country, computed from rules that policies/calendars/ holds, overridden by
// official lists.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/time/date.hpp"

namespace pykala {

// How a holiday is found in a year.
struct holiday_rule {
    enum class kind { fixed, easter, weekday_from };
    std::string id;
    kind found_by = kind::fixed;
    unsigned month = 0;              // fixed, weekday_from
    unsigned day = 0;                // fixed: the day; weekday_from: the first day that may be it
    int offset = 0;                  // easter: days after Easter Sunday
    std::chrono::weekday weekday{};  // weekday_from
    std::string fi, sv, en;          // names
    std::vector<std::string> cite;
};

struct calendar_data {
    std::string id;
    std::vector<std::chrono::weekday> weekend;
    std::vector<std::string> weekend_cite;
    std::vector<holiday_rule> holidays;
    std::map<int, std::vector<date>> official;  // year → its list, which replaces the computed days
};

// Easter Sunday in the Gregorian calendar.
date easter_sunday(int year);

class calendar {
public:
    explicit calendar(calendar_data data);

    const calendar_data& data() const { return data_; }

    // Holidays of the year in order, those on weekends included.
    std::vector<date> holidays(int year) const;

    // Neither weekend nor holiday (Regulation 1182/71 art. 2(2)).
    bool is_working_day(date day) const;
    // The day itself when it is a working day, else the next one (art. 3(4)).
    date roll_forward(date day) const;
    // The day itself when it is a working day, else the one before.
    date roll_back(date day) const;
    // So many working days after (before, when negative) `day`, which itself is not counted.
    date add_working_days(date day, int count) const;

private:
    bool is_holiday(date day) const;

    calendar_data data_;
    // Holidays of the years first_year… in order: computed once, asked for every deadline.
    std::vector<date> known_;
};

}  // namespace pykala
