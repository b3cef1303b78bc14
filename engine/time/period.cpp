#include "engine/time/period.hpp"

#include <charconv>

#include <fmt/format.h>

namespace pykala {

result<period> parse_period(std::string_view text) {
    const auto refuse = [&] {
        return fail(problem_kind::invalid, "bad_period", fmt::format("`{}` is not a period", text),
                    "write a number and a unit, such as `30 days`, `1 month` or `6 years`");
    };
    int count = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || count < 0 || count > 9999) return refuse();
    std::string_view unit{rest, static_cast<std::size_t>(text.data() + text.size() - rest)};
    if (!unit.starts_with(' ')) return refuse();
    unit.remove_prefix(1);
    if (unit.ends_with('s')) unit.remove_suffix(1);
    if (unit == "day") return period{count, time_unit::days};
    if (unit == "month") return period{count, time_unit::months};
    if (unit == "year") return period{count, time_unit::years};
    return refuse();
}

std::string to_string(period p) {
    static constexpr const char* names[] = {"day", "month", "year"};
    return fmt::format("{} {}{}", p.count, names[static_cast<int>(p.unit)],
                       p.count == 1 ? "" : "s");
}

date operator+(date start, period p) {
    switch (p.unit) {
        case time_unit::days:
            return start + std::chrono::days{p.count};
        case time_unit::months:
            return add_months(start, p.count);
        case time_unit::years:
            return add_years(start, p.count);
    }
    return start;
}

}  // namespace pykala
