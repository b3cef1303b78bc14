#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "storage/registers/sample/fill.hpp"
#include "storage/registers/sample/table_writer.hpp"

namespace pykala::storage::sample {

namespace {

using std::chrono::year_month_day;

constexpr int hourly_months = 24;
// Percent of a usual month, and of a usual hour.
constexpr std::array<int, 12> month_weight = {150, 145, 125, 105, 80,  65,
                                              60,  65,  80,  105, 125, 145};
constexpr std::array<int, 24> hour_weight = {60,  55,  50,  50,  55,  70,  95, 120,
                                             115, 100, 95,  95,  100, 100, 95, 100,
                                             115, 140, 155, 150, 140, 120, 95, 75};

date first_of_month(date day) {
    const year_month_day ymd(day);
    return date(ymd.year() / ymd.month() / 1);
}
date last_of_month(date day) {
    return add_months(first_of_month(day), 1) - std::chrono::days(1);
}

// Hours of a local month: the clock skips one in March and repeats one in October.
int hours_of(date month) {
    const int days = int((last_of_month(month) - first_of_month(month)).count()) + 1;
    const unsigned number = unsigned(year_month_day(month).month());
    return days * 24 - (number == 3 ? 1 : 0) + (number == 10 ? 1 : 0);
}

void put_varint(std::vector<std::uint8_t>& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out.push_back(std::uint8_t(value) | 0x80);
    out.push_back(std::uint8_t(value));
}

struct metering {
    connection& db;
    const register_map& map;
    const sample_world& world;
    random_numbers random;
    int series = 0;

    result<table_writer> table(const std::string& name, std::string_view columns) {
        return table_writer::make(db, map, name, columns);
    }

    result<void> holders() {
        PYKALA_TRY(auto holder, table("holder", "id# customer_number first_name last_name"));
        for (const auto& c : world.customers)
            if (c.kind != "contact_person")
                PYKALA_CHECK(holder.add(holder_of(c.id), c.customer_number, text_if(c.first_name),
                                        c.last_name));
        return {};
    }

    result<void> supplies() {
        PYKALA_TRY(const auto products, phrases::of(world, "products"));
        PYKALA_TRY(const auto grid, phrases::of(world, "grid_" + world.tenant));
        PYKALA_TRY(auto supply, table("supply",
                                      "id# holder_id# second_holder_id# commodity grid_company "
                                      "product price heat_power# water_flow building_volume# "
                                      "started_on ended_on"));
        for (const auto& c : world.contracts) {
            const bool heat = c.what == commodity::heat || c.what == commodity::cooling;
            PYKALA_CHECK(supply.add(
                c.id, holder_of(c.customer), key_if(holder_of(c.second)), name_of(c.what),
                grid.at(0, false),
                products.at(std::size_t(c.product), world.speaks_swedish(c.customer)), price_of(c),
                key_if(heat ? random.between(8, 200) : 0),
                heat ? std::optional(fmt::format("0.{}", random.between(2, 9))) : std::nullopt,
                key_if(heat ? random.between(300, 9000) : 0), c.start, c.end));
        }
        return {};
    }

    result<void> sites() {
        PYKALA_TRY(const auto access, phrases::of(world, "access_notes"));
        PYKALA_TRY(auto site,
                   table("site",
                         "id# holder_id# site_number connection_number district_block dwelling "
                         "ownership heating device metering_method main_fuse connection_size "
                         "connection_point voltage cable_length# access_note coordinates "
                         "archive_number meter_fuse"));
        PYKALA_TRY(auto address, table("site_address", "id# holder_id# street postcode city"));
        PYKALA_TRY(auto profile, table("usage_profile",
                                       "id# holder_id# contract_id# updated_on timing "
                                       "estimate_kwh# commodity"));
        for (const auto& c : world.contracts) {
            const auto& of = world.customers.at(std::size_t(c.customer - 1));
            const int holder = holder_of(c.customer);
            PYKALA_CHECK(site.add(
                c.id, holder, c.point, fmt::format("L-{:06}", c.id * 53),
                fmt::format("{}/{}/{}", random.between(1, 20), random.between(1, 99),
                            random.between(1, 30)),
                random.percent(50) ? "kerrostalo" : "omakotitalo",
                random.percent(60) ? "omistus" : "vuokra",
                random.percent(50) ? "kaukolämpö" : "sähkö", "etäluettava mittari", "tuntimittaus",
                random.percent(50) ? "3x25" : "3x35", "3x25", fmt::format("KJ-{}", c.id % 80),
                "400", random.between(8, 120), access.pick(random, of.language == "sv"),
                fmt::format("{}.{:04}, {}.{:04}", random.between(60, 63), random.between(0, 9999),
                            random.between(21, 28), random.between(0, 9999)),
                fmt::format("A{:05}", c.id), "3x25"));
            PYKALA_CHECK(address.add(c.id, holder, of.street, of.postcode, of.city));
            PYKALA_CHECK(profile.add(
                c.id, holder, c.id, std::min(c.end.value_or(world.until), world.until),
                random.percent(50) ? "yö" : "päivä", random.between(1200, 24000), name_of(c.what)));
        }
        return {};
    }

    std::vector<std::uint8_t> hours(date month, int usual_wh) {
        std::vector<std::uint8_t> packed;
        const int weight = month_weight[unsigned(year_month_day(month).month()) - 1];
        for (int hour = 0; hour < hours_of(month); ++hour) {
            const int expected =
                usual_wh * weight / 100 * hour_weight[std::size_t(hour % 24)] / 100;
            put_varint(packed, std::uint64_t(expected * random.between(70, 130) / 100));
        }
        return packed;
    }
    std::vector<std::uint8_t> whole_month(date month, int usual_wh) {
        std::vector<std::uint8_t> packed;
        const int weight = month_weight[unsigned(year_month_day(month).month()) - 1];
        put_varint(packed, std::uint64_t(usual_wh) * std::uint64_t(hours_of(month)) *
                               std::uint64_t(weight) / 100 *
                               std::uint64_t(random.between(80, 120)) / 100);
        return packed;
    }

    result<void> readings() {
        PYKALA_TRY(auto reading, table("reading_series",
                                       "id# holder_id# contract_id# point_id month kind step "
                                       "last_day commodity wh*"));
        const date hourly_from = add_months(first_of_month(world.until), -hourly_months);
        for (const auto& c : world.contracts) {
            const date last = std::min(c.end.value_or(world.until), world.until);
            const int usual_wh = random.between(250, 2600);
            const bool produces = c.id % 12 == 0;
            for (date month = first_of_month(c.start); month <= last;
                 month = add_months(month, 1)) {
                const bool hourly = month >= hourly_from;
                const auto name = to_string(month).substr(0, 7);
                const auto add = [&](const char* kind, const char* step,
                                     const std::vector<std::uint8_t>& packed) {
                    return reading.add(++series, holder_of(c.customer), c.id, c.point, name, kind,
                                       step, std::min(last_of_month(month), last), name_of(c.what),
                                       byte_view(packed));
                };
                PYKALA_CHECK(hourly ? add("hourly", "hour", hours(month, usual_wh))
                                    : add("monthly", "month", whole_month(month, usual_wh)));
                if (produces && year_of(month) >= 2022)
                    PYKALA_CHECK(add("production", "month", whole_month(month, usual_wh / 3)));
            }
        }
        return {};
    }

    result<void> outages() {
        PYKALA_TRY(auto outage, table("outage", "id# holder_id# began_at minutes# commodity"));
        int id = 0;
        for (const auto& c : world.contracts) {
            if (c.end || c.what != commodity::electricity || !random.percent(30)) continue;
            const date day = world.until - std::chrono::days(random.between(5, 1400));
            PYKALA_CHECK(outage.add(
                ++id, holder_of(c.customer),
                fmt::format("{}T{:02}:15:00+02:00", to_string(day), random.between(0, 23)),
                random.between(4, 400), name_of(c.what)));
        }
        return {};
    }
};

}  // namespace

result<void> fill_metering(connection& db, const register_map& map, const sample_world& world) {
    metering all{db, map, world, random_numbers("metering " + world.tenant)};
    PYKALA_CHECK(all.holders());
    PYKALA_CHECK(all.supplies());
    PYKALA_CHECK(all.sites());
    PYKALA_CHECK(all.readings());
    return all.outages();
}

}  // namespace pykala::storage::sample
