#include "api/answers/consumption.hpp"

#include <fmt/format.h>

#include "engine/log/canonical_json.hpp"

#include "api/time/local_day.hpp"

namespace pykala::api {
namespace {

constexpr std::string_view header =
    "Mittauspisteen tunnus;Tuotteen tyyppi;Resoluutio;Yksikkötyyppi;Lukeman tyyppi;Alkuaika;"
    "Määrä;Laatu\n";
constexpr std::string_view active_energy = "8716867000030";

std::string utc_text(instant when) {
    return to_string(when).substr(0, 19) + "Z";
}

// `123456` of millionths as `0.123456`.
std::string decimal(std::int64_t millionths, char point) {
    return fmt::format("{}{}{}{:06}", millionths < 0 ? "-" : "", std::abs(millionths) / 1'000'000,
                       point, std::abs(millionths) % 1'000'000);
}

struct series_view {
    const series_facts& facts;
    const std::vector<std::int64_t>& values;
    date first;
    bool heat = false;

    explicit series_view(const answer_record& record)
        : facts(*record.held.series),
          values(record.values),
          first(parse_date(facts.month + "-01").value_or(date{})) {
        const auto& of = record.held.facts.commodity;
        heat = of && (*of == commodity::heat || *of == commodity::cooling);
    }

    bool is_energy() const { return facts.unit == "Wh"; }
    bool is_hourly() const { return facts.step == "hour"; }
    std::string_view product() const { return is_energy() && !heat ? active_energy : ""; }
    std::string unit() const { return is_energy() ? (heat ? "MWh" : "kWh") : facts.unit; }
    std::string_view step() const { return is_hourly() ? "PT1H" : "P1M"; }
    std::string quantity(std::int64_t value, char point) const {
        const std::int64_t scale = !is_energy() ? 1'000'000 : heat ? 1 : 1'000;
        return decimal(value * scale, point);
    }
    // Hours follow each other also through the change of the clock.
    instant start(std::size_t index) const {
        return start_of_day(first) + std::chrono::hours(is_hourly() ? index : 0);
    }
    instant end() const { return start_of_day(add_months(first, 1)); }
};

}  // namespace

std::string consumption_csv(const answer& given) {
    std::string csv(header);
    for (const auto& category : given.categories)
        for (const auto& record : category.records) {
            if (!record.held.series) continue;
            const series_view s(record);
            for (std::size_t i = 0; i < s.values.size(); ++i)
                csv +=
                    fmt::format("{};{};{};{};BN01;{};{};OK\n", s.facts.point, s.product(), s.step(),
                                s.unit(), utc_text(s.start(i)), s.quantity(s.values[i], ','));
        }
    return csv;
}

result<std::string> consumption_json(const answer& given) {
    value_array all;
    for (const auto& category : given.categories)
        for (const auto& record : category.records) {
            if (!record.held.series) continue;
            const series_view s(record);
            value_array observations;
            for (std::size_t i = 0; i < s.values.size(); ++i)
                observations.emplace_back(value_object{{"PeriodStartTime", utc_text(s.start(i))},
                                                       {"Quantity", s.quantity(s.values[i], '.')},
                                                       {"Quality", "OK"}});
            all.emplace_back(value_object{{"MeteringPointEAN", s.facts.point},
                                          {"ResolutionDuration", s.step()},
                                          {"PeriodStartTS", utc_text(s.start(0))},
                                          {"PeriodEndTS", utc_text(s.end())},
                                          {"ProductType", s.product()},
                                          {"UnitType", s.unit()},
                                          {"ReadingType", "BN01"},
                                          {"Observations", std::move(observations)}});
        }
    return canonical_json(value_object{{"TimeSeries", std::move(all)}});
}

}  // namespace pykala::api
