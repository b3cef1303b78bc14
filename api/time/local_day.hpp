// The one place that knows time zones. The local calendar day of an instant is computed here, once,
// at the door.
#pragma once

#include <string_view>

#include "engine/base/result.hpp"
#include "engine/time/date.hpp"

namespace pykala::api {

// The zone of every tenant so far; a fact of the product, not of a request.
inline constexpr std::string_view helsinki = "Europe/Helsinki";

// The calendar day of the instant in the zone. Throws when the machine has no zone data.
date local_day(instant when, std::string_view zone = helsinki);

// The first instant of the local day.
instant start_of_day(date day, std::string_view zone = helsinki);

// An instant with offset, `2026-01-30T23:30:00+02:00` or `…Z`, seconds and fraction optional. Fails
// with `bad_instant`.
result<instant> parse_instant(std::string_view text);

// A local day: a date, or the Helsinki day of an instant with offset. Fails with `bad_day`.
result<date> parse_day_or_instant(std::string_view text);

}  // namespace pykala::api
