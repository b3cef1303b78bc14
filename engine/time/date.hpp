// Local calendar dates. A date is a day in the tenant's time zone (Europe/Helsinki); it carries no
// time and no zone.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pykala {

using date = std::chrono::sys_days;

// An instant in UTC, to the millisecond. The local day of an instant is computed once, at the door
// (api/).
using instant = std::chrono::sys_time<std::chrono::milliseconds>;

// Exactly `YYYY-MM-DD`, a day that exists, years 1900 to 2999; nothing otherwise.
std::optional<date> parse_date(std::string_view text);
std::string to_string(date day);

// Exactly `YYYY-MM-DDTHH:MM:SS[.mmm]Z`; nothing otherwise.
std::optional<instant> parse_instant_utc(std::string_view text);
std::string to_string(instant when);

date make_date(int year, unsigned month, unsigned day);  // the day must exist
int year_of(date day);

// The same-numbered day so many months later; where that month has no such day, its last day
// (Regulation 1182/71 art. 3(2)(c): 31 January + 1 month is 28 or 29 February).
date add_months(date day, int months);
// 29 February gives 28 February in years without one.
date add_years(date day, int years);
date end_of_year(int year);  // 31 December

}  // namespace pykala
