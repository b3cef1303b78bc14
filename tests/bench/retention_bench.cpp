// How long a retention plan over a SQLite register takes, on one core: every person with all her
// records, assessed and counted. The floor reads the same columns of the same rows and does nothing
// with them.
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/load/policies.hpp"
#include "engine/load/register_map_file.hpp"

#include "api/definitions/definitions.hpp"
#include "api/fulfilment/retention_scan.hpp"
#include "storage/registers/sql_register.hpp"
#include "storage/sqlite/connection.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/commit_world.hpp"
#include "tests/support/folder.hpp"

namespace pykala::bench {
namespace {

constexpr std::uint64_t records_of_person = 100;

std::string text_of(const char* name) {
    std::ifstream in(fmt::format("{}/tests/bench/sql/{}", PYKALA_SOURCE_DIR, name));
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void fill(const std::string& file, std::uint64_t people) {
    auto sql = text_of("retention_fill.sql");
    const std::string_view place = "{people}";
    sql.replace(sql.find(place), place.size(), std::to_string(people));
    auto db = must(storage::connection::open(
        file, {.create = true, .wal = false, .sync = storage::durability::off}));
    must(db.run("BEGIN"));
    must(db.run(sql));
    must(db.run("COMMIT"));
}

std::uint64_t scan_bare(const std::string& file) {
    auto db = must(storage::connection::open(file, {.read_only = true}));
    std::uint64_t values = 0;
    for (const auto* table : {"customer", "contract", "invoice", "reading"}) {
        auto query = must(db.prepare(fmt::format("SELECT * FROM {}", table)));
        while (must(query.step()))
            for (int i = 0; i < query.columns(); ++i) values += query.text(i).size() > 0;
    }
    return values;
}

measurement measure_retention(std::uint64_t size) {
    const tests::folder folder;
    const auto file = folder.file("cis.db");
    const auto people = std::max<std::uint64_t>(1, size / records_of_person);
    fill(file, people);
    const auto law = load_policies(must(api::read_definitions(PYKALA_SOURCE_DIR, "policies"))).set;
    const auto table = must(assessment_table::compile(law, "kuopio", make_date(2026, 11, 20)));
    diagnostics findings;
    auto map = load_register_map({"retention_register.toml", text_of("retention_register.toml")},
                                 nullptr, law.packs.at("kuopio"), findings);
    if (!findings.empty()) throw std::runtime_error(to_string(findings.front()));
    const auto port = must(storage::open_sqlite_register(file, std::move(map), {}));
    register_port* const all[] = {port.get()};
    retention::plan plan(table);
    const auto floor = seconds_of([&] {
        if (scan_bare(file) == 0) throw std::runtime_error("nothing was read");
    });
    std::uint64_t seen = 0;
    const auto seconds = seconds_of([&] {
        must(api::scan_people(all, {.on = table.on()},
                              [&](api::scanned_person& one) -> result<bool> {
                                  plan.add_person(one.all);
                                  seen += one.all.size();
                                  return true;
                              }));
    });
    if (plan.people() != people || seen != people * records_of_person)
        throw std::runtime_error(
            fmt::format("{} people and {} records were read", plan.people(), seen));
    return {.size = seen,
            .value = seconds,
            .unit = "s",
            .floor = "bare-scan",
            .floor_value = floor,
            .ratio = floor / seconds};
}

const registration retention_bench{"retention", 10'000'000, measure_retention};

}  // namespace
}  // namespace pykala::bench
