// Bench `assess`: decisions a second on one thread, over generated records of all packs, beside the
// same in SQL.
#include <algorithm>
#include <random>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/assess/batch.hpp"

#include "api/definitions/law.hpp"
#include "tests/bench/assess_sql.hpp"
#include "tests/bench/bench.hpp"

namespace pykala::bench {
namespace {

const date assessed_on = make_date(2027, 5, 1);

// The same records every time.
class generator {
public:
    generator(const assessment_table& table, std::uint32_t seed) : table_(table), random_(seed) {}

    generated make(std::size_t size) {
        generated made;
        while (made.rows.size() < size) {
            made.first_of_person.push_back(made.rows.size());
            const auto count = std::min<std::size_t>(1 + below(19), size - made.rows.size());
            for (std::size_t i = 0; i < count; ++i) add(made.rows);
        }
        made.first_of_person.push_back(made.rows.size());
        return made;
    }

private:
    std::uint32_t below(std::uint32_t limit) { return random_() % limit; }
    bool percent(std::uint32_t share) { return below(100) < share; }

    compact_day day(std::uint32_t missing_share) {
        if (percent(missing_share)) return no_day;
        static const auto first = make_date(2005, 1, 1).time_since_epoch().count();
        static const auto last = assessed_on.time_since_epoch().count();
        return static_cast<compact_day>(first + below(std::uint32_t(last - first)));
    }

    void add(record_batch& rows) {
        const auto category =
            static_cast<std::uint16_t>(below(std::uint32_t(table_.categories().size())));
        const auto& known = table_.categories()[category];
        std::uint8_t facts = 0;
        if (percent(20)) facts |= fact_in_force;
        const auto balance = below(100);
        if (balance < 90)
            facts |= fact_balance_settled;
        else if (balance < 93 && !known.identity)
            facts |= fact_balance_open;
        if (!known.identity && percent(1)) facts |= fact_hold_open;
        const bool dated_hold = !known.identity && percent(1);
        rows.category.push_back(category);
        rows.commodity.push_back(percent(3)        ? std::uint8_t{0}
                                 : known.commodity ? known.commodity
                                                   : static_cast<std::uint8_t>(1U << below(4)));
        rows.facts.push_back(facts);
        rows.event.push_back(day(3));
        rows.contract_end.push_back(day(3));
        rows.role_end.push_back(day(3));
        rows.accounting_period_end.push_back(day(30));
        rows.hold_until.push_back(dated_hold ? day(0) + 3000 : no_day);
        rows.holds_first.push_back(0);
        rows.holds_last.push_back(0);
        rows.lifted.push_back(0);
        rows.upheld.push_back(0);
    }

    const assessment_table& table_;
    std::mt19937 random_;
};

measurement measure(std::uint64_t size) {
    const auto law = api::load_law({});
    if (!law) throw std::runtime_error(law.error().detail);
    double engine = 0, sql = 0;
    std::uint64_t done = 0;
    for (const auto& [tenant, pack] : law->packs) {
        const auto table = assessment_table::compile(*law, tenant, assessed_on);
        if (!table) throw std::runtime_error(table.error().detail);
        const auto records = generator(*table, 20261122).make(size / law->packs.size());
        std::vector<assessment> answers(records.rows.size());
        engine += seconds_of([&] {
            for (std::size_t p = 0; p + 1 < records.first_of_person.size(); ++p) {
                const auto first = records.first_of_person[p],
                           last = records.first_of_person[p + 1];
                assess_person(*table, records.rows, first, last,
                              std::span(answers).subspan(first, last - first));
            }
        });
        sql += seconds_of_sql(*table, records, answers);
        done += answers.size();
    }
    const double value = double(done) / engine, floor = double(done) / sql;
    return {.size = done,
            .value = value,
            .unit = "decisions/s",
            .floor = "sqlite-sql",
            .floor_value = floor,
            .ratio = value / floor};
}

const registration assess{"assess", 10'000'000, measure};

}  // namespace
}  // namespace pykala::bench
