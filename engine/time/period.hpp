// A length of time as laws write it. Months and days never convert into each other.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/time/date.hpp"

namespace pykala {

enum class time_unit { days, months, years };

struct period {
    int count = 0;  // 0 to 9999
    time_unit unit = time_unit::days;

    friend bool operator==(const period&, const period&) = default;
};

// `30 days`, `1 month`, `6 years`; singular and plural both. Fails with `bad_period`.
result<period> parse_period(std::string_view text);
std::string to_string(period p);

// The day reached from `start`: days are counted, months and years keep the number of the day,
// clamped to the month.
date operator+(date start, period p);

}  // namespace pykala
