#include "tests/bench/assess_sql.hpp"

#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <sqlite3.h>

#include "tests/bench/bench.hpp"

namespace pykala::bench {
namespace {

struct closer {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
using database = std::unique_ptr<sqlite3, closer>;

void run(sqlite3* db, const std::string& sql) {
    char* text = nullptr;
    if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &text) == SQLITE_OK) return;
    const std::string why = text ? text : "";
    sqlite3_free(text);
    throw std::runtime_error("sqlite: " + why);
}

class rows_of {
public:
    rows_of(sqlite3* db, const std::string& sql) {
        if (sqlite3_prepare_v2(db, sql.c_str(), -1, &stmt_, nullptr) != SQLITE_OK)
            throw std::runtime_error(std::string("sqlite: ") + sqlite3_errmsg(db));
    }
    rows_of(const rows_of&) = delete;
    rows_of& operator=(const rows_of&) = delete;
    ~rows_of() { sqlite3_finalize(stmt_); }

    bool next() { return sqlite3_step(stmt_) == SQLITE_ROW; }
    void put(int column, std::int64_t value) { sqlite3_bind_int64(stmt_, column, value); }
    void put_day(int column, compact_day day) {
        if (day == no_day) return void(sqlite3_bind_null(stmt_, column));
        const auto text = to_string(date{std::chrono::days{day}});
        sqlite3_bind_text(stmt_, column, text.data(), int(text.size()), SQLITE_TRANSIENT);
    }
    void insert() {
        if (sqlite3_step(stmt_) != SQLITE_DONE) throw std::runtime_error("sqlite: insert failed");
        sqlite3_reset(stmt_);
    }
    std::int64_t number(int column) { return sqlite3_column_int64(stmt_, column); }
    bool is_null(int column) { return sqlite3_column_type(stmt_, column) == SQLITE_NULL; }
    compact_day day(int column) {
        if (is_null(column)) return no_day;
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(stmt_, column));
        const auto parsed = parse_date(text);
        return parsed ? static_cast<compact_day>(parsed->time_since_epoch().count()) : no_day;
    }

private:
    sqlite3_stmt* stmt_ = nullptr;
};

std::string quoted_name(const std::string& text) {
    std::string out = "'";
    for (char c : text) out += c == '\'' ? "''" : std::string(1, c);
    return out + "'";
}

void load_rules(sqlite3* db, const assessment_table& table) {
    run(db,
        R"(CREATE TABLE rule(id INTEGER PRIMARY KEY, name TEXT, cite TEXT, rank INT, floor INT, ceiling INT,
        unconfirmed INT, only_in_force INT, commodities INT, starts INT, calendar_year INT, years INT,
        window_months INT);
        CREATE TABLE cat(id INTEGER PRIMARY KEY, personal INT, identity INT, follows_others INT,
        follows_regulated INT, regulated INT, needs_balance INT);
        CREATE TABLE part(category INT, part INT, stated INT, held INT, PRIMARY KEY(category, part)) WITHOUT ROWID;
        CREATE TABLE part_rule(category INT, part INT, rule INT, PRIMARY KEY(category, part, rule)) WITHOUT ROWID)");
    for (std::size_t i = 0; i < table.rules().size(); ++i) {
        const auto& r = table.rules()[i];
        const int rank = r.by == authority::case_fact ? 3 : r.by == authority::statute ? 2 : 1;
        run(db,
            fmt::format("INSERT INTO rule VALUES({},{},{},{},{:d},{:d},{:d},{:d},{},{},{:d},{},{})",
                        i, quoted_name(r.id), quoted_name(r.cite), rank, r.floor, r.ceiling,
                        r.unconfirmed, r.only_in_force, r.commodities, int(r.starts),
                        r.end == end_function::calendar_year_end, r.length.count,
                        r.longest_start.count));
    }
    for (std::size_t i = 0; i < table.categories().size(); ++i) {
        const auto& c = table.categories()[i];
        run(db, fmt::format("INSERT INTO cat VALUES({},{:d},{:d},{:d},{:d},{:d},{:d})", i,
                            c.personal, c.identity, c.follows_others, c.follows_regulated,
                            c.regulated, c.needs_balance));
        if (c.parts.empty()) run(db, fmt::format("INSERT INTO part VALUES({},0,1,0)", i));
        for (std::size_t p = 0; p < c.parts.size(); ++p) {
            const auto& part = c.parts[p];
            const bool stated = part.no_retention || part.follows != follows::none;
            run(db, fmt::format("INSERT INTO part VALUES({},{},{:d},{:d})", i, p, stated,
                                part.held_in_force));
            for (const auto rule : part.rules)
                run(db, fmt::format("INSERT INTO part_rule VALUES({},{},{})", i, p, rule));
        }
    }
    run(db,
        fmt::format(
            "CREATE TABLE today AS SELECT '{}' AS day, {} AS hold_rule, {} AS balance_rule, {} AS "
            "contract_rule",
            to_string(table.on()), table.legal_hold_rule(), table.open_balance_rule(),
            table.contract_rule()));
}

void load_records(sqlite3* db, const generated& records) {
    run(db,
        "CREATE TABLE rec(id INTEGER PRIMARY KEY, person INT, category INT, commodity INT, "
        "in_force INT, "
        "balance INT, hold_open INT, hold_until TEXT, event TEXT, contract_end TEXT, role_end "
        "TEXT, "
        "period_end TEXT); BEGIN");
    rows_of insert(db, "INSERT INTO rec VALUES(?,?,?,?,?,?,?,?,?,?,?,?)");
    const auto& rows = records.rows;
    for (std::size_t person = 0; person + 1 < records.first_of_person.size(); ++person) {
        for (auto i = records.first_of_person[person]; i < records.first_of_person[person + 1];
             ++i) {
            insert.put(1, std::int64_t(i));
            insert.put(2, std::int64_t(person));
            insert.put(3, rows.category[i]);
            insert.put(4, rows.commodity[i]);
            insert.put(5, (rows.facts[i] & fact_in_force) != 0);
            insert.put(6, rows.facts[i] & fact_balance_open      ? 1
                          : rows.facts[i] & fact_balance_settled ? 2
                                                                 : 0);
            insert.put(7, (rows.facts[i] & fact_hold_open) != 0);
            insert.put_day(8, rows.hold_until[i]);
            insert.put_day(9, rows.event[i]);
            insert.put_day(10, rows.contract_end[i]);
            insert.put_day(11, rows.role_end[i]);
            insert.put_day(12, rows.accounting_period_end[i]);
            insert.insert();
        }
    }
    run(db, "COMMIT");
}

void compare(sqlite3* db, const generated& records, std::span<const assessment> expected) {
    rows_of answers(db,
                    "SELECT id, outcome, hold, reason, statutory_until, retain_until, erase_on, "
                    "erase_by, rule, "
                    "liftable FROM final");
    std::size_t seen = 0;
    while (answers.next()) {
        ++seen;
        const auto& a = expected[std::size_t(answers.number(0))];
        const auto rule =
            answers.is_null(8) ? no_rule : static_cast<std::uint16_t>(answers.number(8));
        if (answers.number(1) == int(a.outcome) && answers.number(2) == int(a.hold) &&
            answers.number(3) == int(a.reason) && answers.day(4) == a.statutory_until &&
            answers.day(5) == a.retain_until && answers.day(6) == a.erase_on &&
            answers.day(7) == a.erase_by && rule == a.governing &&
            (answers.number(9) != 0) == a.liftable)
            continue;
        const auto row = std::size_t(answers.number(0));
        throw std::runtime_error(fmt::format(
            "row {} category {} commodity {} facts {}: SQL says outcome {} hold {} reason {} rule "
            "{} liftable {} "
            "days {} {} {} {}, the engine {} {} {} {} {} days {} {} {} {}",
            row, records.rows.category[row], records.rows.commodity[row], records.rows.facts[row],
            answers.number(1), answers.number(2), answers.number(3), rule, answers.number(9),
            answers.day(4), answers.day(5), answers.day(6), answers.day(7), int(a.outcome),
            int(a.hold), int(a.reason), a.governing, a.liftable, a.statutory_until, a.retain_until,
            a.erase_on, a.erase_by));
    }
    if (seen != expected.size())
        throw std::runtime_error(fmt::format("SQL answered {} rows", seen));
}

}  // namespace

double seconds_of_sql(const assessment_table& table, const generated& records,
                      std::span<const assessment> expected) {
    sqlite3* opened = nullptr;
    if (sqlite3_open(":memory:", &opened) != SQLITE_OK)
        throw std::runtime_error("sqlite: cannot open");
    const database db(opened);
    load_rules(db.get(), table);
    load_records(db.get(), records);
    std::ifstream file(std::string(PYKALA_SOURCE_DIR) + "/tests/bench/sql/assess.sql");
    std::ostringstream sql;
    sql << file.rdbuf();
    if (!file) throw std::runtime_error("cannot read tests/bench/sql/assess.sql");
    const auto seconds = seconds_of([&] { run(db.get(), sql.str()); });
    compare(db.get(), records, expected);
    return seconds;
}

}  // namespace pykala::bench
