#include "storage/registers/sqlite_register.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "storage/registers/ban_writer.hpp"
#include "storage/registers/own_tables.hpp"
#include "storage/registers/row_facts.hpp"
#include "storage/registers/row_reader.hpp"
#include "storage/registers/row_writer.hpp"

namespace pykala::storage {

namespace {

using namespace registers;

bool lets_go(register_verb verb) {
    return verb == register_verb::erase || verb == register_verb::unlink ||
           verb == register_verb::reduce;
}

std::optional<date> day_if(compact_day day) {
    if (day == no_day) return std::nullopt;
    return date(std::chrono::days(day));
}

// Why a record may not go at this moment; nothing when it may.
std::optional<change_result> kept(const record_change& change, const register_record& now,
                                  const assessment& answer) {
    change_result result{
        .record = change.record, .verb = change.verb, .status = change_status::kept_by_new_hold};
    if (answer.outcome == record_outcome::retain) {
        result.reason = "retained";
        result.until = day_if(answer.retain_until);
        return result;
    }
    if (answer.outcome == record_outcome::review && answer.reason != change.decided) {
        result.reason = fmt::format("review_{}", name_of(answer.reason));
        return result;
    }
    if (now.marks.restricted) {
        result.reason = "restricted";
        return result;
    }
    const auto expected = answer.action == record_action::unlink   ? register_verb::unlink
                          : answer.action == record_action::reduce ? register_verb::reduce
                                                                   : register_verb::erase;
    if (answer.outcome == record_outcome::erase && change.verb != expected) {
        result.status = change_status::failed;
        result.reason = "other_action";
        return result;
    }
    return std::nullopt;
}

class sqlite_register final : public register_port {
public:
    sqlite_register(connection db, register_map map, sqlite_register_options options)
        : db_(std::move(db)), map_(std::move(map)), options_(std::move(options)) {
        for (const auto& key : map_.keys)
            if (key.finds) finds_by_.push_back(key.kind);
    }

    const std::string& id() const override { return map_.id; }
    const text3& title() const override { return map_.title; }
    const std::vector<std::string>& finds_by() const override { return finds_by_; }
    bool keeps_bans() const override {
        return std::ranges::any_of(map_.tables,
                                   [](const auto& t) { return t.new_ban.has_value(); });
    }

    result<found_person> find(const person_keys& known) override;
    result<register_answer> read(const found_person& person, date on) override;
    result<std::vector<std::int64_t>> series_values(const std::string& record) override;
    result<std::vector<std::uint8_t>> media(const std::string& record,
                                            const std::string& column) override;
    result<std::vector<change_result>> execute(const execution& what,
                                               const reassess& assess_now) override;

private:
    result<std::vector<std::string>> column_where(const std::string& table,
                                                  const std::string& wanted,
                                                  const std::string& condition,
                                                  const std::string& value);
    result<std::optional<std::vector<std::uint8_t>>> bytes_of(const record_id& id,
                                                              const std::string& column);
    result<person_facts> facts_of(const std::string& person);
    result<void> read_disclosures(const std::string& person, register_answer& answer);
    result<bool> carry_out(const execution& what, const reassess& assess_now,
                           std::vector<change_result>& results);

    std::mutex mutex_;
    connection db_;
    register_map map_;
    sqlite_register_options options_;
    std::vector<std::string> finds_by_;
};

result<std::vector<std::string>> sqlite_register::column_where(const std::string& table,
                                                               const std::string& wanted,
                                                               const std::string& condition,
                                                               const std::string& value) {
    PYKALA_TRY(auto query, db_.prepare(fmt::format(
                               "SELECT DISTINCT {0} FROM {1} WHERE {2} = ?1 AND {0} IS NOT NULL "
                               "ORDER BY 1",
                               quoted_name(wanted), quoted_name(table), quoted_name(condition))));
    query.bind_all(value);
    std::vector<std::string> found;
    while (true) {
        PYKALA_TRY(const bool more, query.step());
        if (!more) return found;
        found.emplace_back(query.text(0));
    }
}

result<found_person> sqlite_register::find(const person_keys& known) {
    const std::scoped_lock lock(mutex_);
    found_person found;
    std::set<std::string> people;
    for (const auto& key : map_.keys) {
        const auto values = known.find(key.kind);
        if (!key.finds || values == known.end()) continue;
        const auto& owner = map_.find_table(key.table)->person;
        for (const auto& value : values->second) {
            PYKALA_TRY(const auto keys, column_where(key.table, owner, key.column, value));
            if (!keys.empty()) found.found_by.insert(key.kind);
            people.insert(keys.begin(), keys.end());
        }
    }
    found.people.assign(people.begin(), people.end());
    for (const auto& key : map_.keys) {
        if (!key.gives) continue;
        const auto& owner = map_.find_table(key.table)->person;
        for (const auto& person : found.people) {
            PYKALA_TRY(const auto values, column_where(key.table, key.column, owner, person));
            found.gives[key.kind].insert(values.begin(), values.end());
        }
    }
    return found;
}

result<person_facts> sqlite_register::facts_of(const std::string& person) {
    const auto& p = map_.person;
    const auto& table = *map_.find_table(p.table);
    std::string columns;
    for (const auto& column : p.name) columns += quoted_name(column) + ", ";
    for (const auto& column : {p.language, p.kind, p.protected_address, p.contact_changed_on})
        columns += column.empty() ? "NULL, " : quoted_name(column) + ", ";
    columns.resize(columns.size() - 2);
    PYKALA_TRY(auto query,
               db_.prepare(fmt::format("SELECT {} FROM {} WHERE {} = ?1", columns,
                                       quoted_name(table.name), quoted_name(table.person))));
    query.bind_all(person);
    person_facts facts{.key = person};
    PYKALA_TRY(const bool row, query.step());
    if (!row) return facts;
    int at = 0;
    for (; at < int(p.name.size()); ++at)
        if (const auto part = query.text_if(at))
            facts.name += (facts.name.empty() ? "" : " ") + *part;
    facts.language = query.text(at);
    facts.kind = query.text(at + 1);
    facts.protected_address = query.integer(at + 2) != 0;
    facts.contact_changed_on = parse_date(query.text(at + 3).substr(0, 10));
    return facts;
}

result<void> sqlite_register::read_disclosures(const std::string& person, register_answer& answer) {
    if (!map_.disclosures) return {};
    const auto& d = *map_.disclosures;
    PYKALA_TRY(auto query, db_.prepare(fmt::format(
                               "SELECT {}, {}, {} FROM {} WHERE {} = ?1 ORDER BY 2, 1",
                               quoted_name(d.recipient), quoted_name(d.on), quoted_name(d.what),
                               quoted_name(d.table), quoted_name(d.person))));
    query.bind_all(person);
    while (true) {
        PYKALA_TRY(const bool more, query.step());
        if (!more) return {};
        answer.disclosures.push_back({.recipient = std::string(query.text(0)),
                                      .on = parse_date(query.text(1).substr(0, 10)),
                                      .what = std::string(query.text(2))});
    }
}

result<register_answer> sqlite_register::read(const found_person& person, date on) {
    const std::scoped_lock lock(mutex_);
    PYKALA_TRY(const auto view, transaction::begin_read(db_));
    register_answer answer;
    for (const auto& key : person.people) {
        PYKALA_TRY(auto facts, facts_of(key));
        answer.people.push_back(std::move(facts));
        PYKALA_CHECK(read_disclosures(key, answer));
    }
    PYKALA_TRY(const auto rows, read_rows(db_, map_, person.people));
    answer.records = records_of(map_, rows, on);
    return answer;
}

result<std::optional<std::vector<std::uint8_t>>> sqlite_register::bytes_of(
    const record_id& id, const std::string& column) {
    const auto* table = map_.find_table(id.table);
    if (!table) return std::nullopt;
    PYKALA_TRY(auto query,
               db_.prepare(fmt::format("SELECT {} FROM {} WHERE {} = ?1", quoted_name(column),
                                       quoted_name(table->name), quoted_name(table->key))));
    query.bind_all(id.key);
    PYKALA_TRY(const bool row, query.step());
    if (!row || query.is_null(0)) return std::nullopt;
    const auto bytes = query.blob(0);
    return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
}

result<std::vector<std::int64_t>> sqlite_register::series_values(const std::string& record) {
    const std::scoped_lock lock(mutex_);
    const auto missing = fail(problem_kind::not_found, "no_series", "there is no such series");
    const auto id = parse_record_id(record);
    const auto* table = id && id->reg == map_.id ? map_.find_table(id->table) : nullptr;
    if (!table || !table->series) return missing;
    PYKALA_TRY(const auto bytes, bytes_of(*id, table->series->values));
    if (!bytes) return missing;
    auto values = unpack_series(*bytes);
    if (!values)
        return fail(problem_kind::corrupt, "register_series", "a series ends within a number");
    return std::move(*values);
}

result<std::vector<std::uint8_t>> sqlite_register::media(const std::string& record,
                                                         const std::string& column) {
    const std::scoped_lock lock(mutex_);
    const auto missing = fail(problem_kind::not_found, "no_media", "there is no such recording");
    const auto id = parse_record_id(record);
    const auto* table = id && id->reg == map_.id ? map_.find_table(id->table) : nullptr;
    if (!table || std::ranges::find(table->media, column) == table->media.end()) return missing;
    PYKALA_TRY(auto bytes, bytes_of(*id, column));
    if (!bytes) return missing;
    return std::move(*bytes);
}

// False: what was read is not what was changed, and nothing may be committed.
result<bool> sqlite_register::carry_out(const execution& what, const reassess& assess_now,
                                        std::vector<change_result>& results) {
    PYKALA_TRY(const auto rows, read_rows(db_, map_, what.person.people));
    const auto now = records_of(map_, rows, what.on);
    std::vector<record> facts;
    for (const auto& one : now) facts.push_back(one.facts);
    PYKALA_TRY(const auto answers, assess_now(facts));
    if (answers.size() != now.size())
        throw std::logic_error("a re-assessment must answer for every record");
    std::map<std::string_view, std::size_t> at;
    for (std::size_t i = 0; i < now.size(); ++i) at.emplace(now[i].facts.id, i);

    std::map<std::pair<std::string, std::string>, std::vector<allowed_change>> by_row;
    results.assign(what.changes.size(), {});
    for (std::size_t i = 0; i < what.changes.size(); ++i) {
        const auto& change = what.changes[i];
        results[i] = {.record = change.record, .verb = change.verb};
        if (change.verb == register_verb::ban) {
            PYKALA_CHECK(
                write_bans({db_, map_, what.person.people, what.on, options_.suppression_key},
                           change, results[i]));
            continue;
        }
        const auto found = at.find(change.record);
        if (found == at.end()) {
            results[i].status = change_status::gone;
            continue;
        }
        if (lets_go(change.verb))
            if (auto no = kept(change, now[found->second], answers[found->second])) {
                results[i] = std::move(*no);
                continue;
            }
        const auto id = parse_record_id(change.record).value();
        const auto& row = rows.find(id.table)->second.at(id.key);
        by_row[{id.table, id.key}].push_back(
            {.change = &change, .id = id, .row = &row, .result = &results[i]});
    }
    const write_context context{db_, map_, rows, what.on, options_.suppression_key};
    for (const auto& [row, changes] : by_row) {
        PYKALA_TRY(const bool as_read, write_row(context, changes));
        if (!as_read) return false;
    }
    const bool any_gone = std::ranges::any_of(
        results, [](const auto& r) { return lets_go(r.verb) && r.status == change_status::done; });
    if (!any_gone) return true;
    PYKALA_TRY(const auto left, read_rows(db_, map_, what.person.people));
    return sweep({db_, map_, left, what.on, options_.suppression_key}, what.person.people);
}

result<std::vector<change_result>> sqlite_register::execute(const execution& what,
                                                            const reassess& assess_now) {
    const std::scoped_lock lock(mutex_);
    PYKALA_TRY(auto work, transaction::begin_immediate(db_));
    PYKALA_TRY(auto before, find_intent(db_, what));
    if (before) return std::move(*before);
    std::vector<change_result> results;
    PYKALA_TRY(const bool as_read, carry_out(what, assess_now, results));
    if (!as_read) {
        for (auto& r : results)
            if (r.status == change_status::done || r.status == change_status::corrected) {
                r.status = change_status::conflict;
                r.reason = "rows_differ";
            }
        return results;
    }
    PYKALA_CHECK(keep_intent(db_, what, results));
    PYKALA_CHECK(work.commit());
    return results;
}

result<void> check_columns(connection& db, const register_map& map) {
    PYKALA_TRY(auto query,
               db.prepare("SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2"));
    for (const auto& [table, column] : map.columns()) {
        query.bind_all(table, column);
        PYKALA_TRY(const bool row, query.step());
        if (!row || query.integer(0) != 1)
            return fail(problem_kind::invalid, "register_mapping",
                        fmt::format("the register has no column `{}.{}`", table, column),
                        "compare the mapping with the database");
    }
    return {};
}

}  // namespace

result<std::unique_ptr<register_port>> open_sqlite_register(const std::string& path,
                                                            register_map map,
                                                            sqlite_register_options options) {
    PYKALA_TRY(auto db, connection::open(path, {.busy_timeout_ms = options.busy_timeout_ms}));
    PYKALA_CHECK(db.run("PRAGMA secure_delete=ON"));
    PYKALA_CHECK(make_own_tables(db));
    PYKALA_CHECK(check_columns(db, map));
    return std::make_unique<sqlite_register>(std::move(db), std::move(map), std::move(options));
}

}  // namespace pykala::storage
