#include "storage/registers/sql_register.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "storage/registers/ban_writer.hpp"
#include "storage/registers/judgement.hpp"
#include "storage/registers/own_tables.hpp"
#include "storage/registers/person_reader.hpp"
#include "storage/registers/postgres_database.hpp"
#include "storage/registers/row_facts.hpp"
#include "storage/registers/row_reader.hpp"
#include "storage/registers/row_writer.hpp"
#include "storage/registers/sqlite_database.hpp"

namespace pykala::storage {

namespace {

using namespace registers;

constexpr int attempts = 4;

class sql_register final : public register_port {
public:
    sql_register(std::unique_ptr<sql_database> db, register_map map, register_options options)
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

    result<found_person> find(const person_keys& known) override {
        const std::scoped_lock lock(mutex_);
        return find_person({*db_, map_}, known);
    }
    result<register_answer> read(const found_person& person, date on) override;
    result<std::vector<register_record>> read_facts(const found_person& person, date on) override;
    result<std::vector<found_person>> people_after(const std::optional<std::string>& after,
                                                   std::size_t limit) override {
        const std::scoped_lock lock(mutex_);
        return persons_after({*db_, map_}, after, limit);
    }
    result<register_probe> probe(date on) override {
        const std::scoped_lock lock(mutex_);
        return probe_register({*db_, map_}, on);
    }
    result<std::vector<std::int64_t>> series_values(const std::string& record) override;
    result<std::vector<std::uint8_t>> media(const std::string& record,
                                            const std::string& column) override;
    result<std::vector<change_result>> execute(const execution& what,
                                               const reassess& assess_now) override;

private:
    result<std::optional<std::vector<std::uint8_t>>> bytes_of(const record_id& id,
                                                              const std::string& column);
    result<bool> carry_out(const execution& what, const reassess& assess_now,
                           std::vector<change_result>& results);
    result<std::vector<change_result>> try_execute(const execution& what,
                                                   const reassess& assess_now);

    std::mutex mutex_;
    std::unique_ptr<sql_database> db_;
    register_map map_;
    register_options options_;
    std::vector<std::string> finds_by_;
};

result<register_answer> sql_register::read(const found_person& person, date on) {
    const std::scoped_lock lock(mutex_);
    PYKALA_TRY(const auto view, sql_work::begin_look(*db_));
    register_answer answer;
    for (const auto& key : person.people) {
        PYKALA_TRY(auto facts, facts_of({*db_, map_}, key));
        answer.people.push_back(std::move(facts));
        PYKALA_CHECK(read_disclosures({*db_, map_}, key, answer));
    }
    PYKALA_TRY(const auto rows, read_rows(*db_, map_, person.people));
    answer.records = records_of(map_, rows, on);
    return answer;
}

result<std::vector<register_record>> sql_register::read_facts(const found_person& person, date on) {
    const std::scoped_lock lock(mutex_);
    PYKALA_TRY(const auto view, sql_work::begin_look(*db_));
    PYKALA_TRY(const auto rows, read_rows(*db_, map_, person.people, reading::facts));
    return records_of(map_, rows, on);
}

result<std::optional<std::vector<std::uint8_t>>> sql_register::bytes_of(const record_id& id,
                                                                        const std::string& column) {
    const auto* table = map_.find_table(id.table);
    if (!table) return std::nullopt;
    PYKALA_TRY(const auto query,
               db_->get(fmt::format("SELECT {} FROM {} WHERE {} = ?1", sql_name(column),
                                    sql_name(table->name), sql_name(table->key))));
    query->bind_all(id.key);
    PYKALA_TRY(const bool row, query->step());
    if (!row || !query->text_if(0)) return std::nullopt;
    return query->bytes(0);
}

result<std::vector<std::int64_t>> sql_register::series_values(const std::string& record) {
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

result<std::vector<std::uint8_t>> sql_register::media(const std::string& record,
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
result<bool> sql_register::carry_out(const execution& what, const reassess& assess_now,
                                     std::vector<change_result>& results) {
    PYKALA_TRY(const auto rows, read_rows(*db_, map_, what.person.people));
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
                write_bans({*db_, map_, what.person.people, what.on, options_.suppression_key},
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
    const write_context context{*db_, map_, rows, what.on, options_.suppression_key};
    for (const auto& [row, changes] : by_row) {
        PYKALA_TRY(const bool as_read, write_row(context, changes));
        if (!as_read) return false;
    }
    const bool any_gone = std::ranges::any_of(
        results, [](const auto& r) { return lets_go(r.verb) && r.status == change_status::done; });
    if (!any_gone) return true;
    PYKALA_TRY(const auto left, read_rows(*db_, map_, what.person.people));
    return sweep({*db_, map_, left, what.on, options_.suppression_key}, what.person.people);
}

result<std::vector<change_result>> sql_register::try_execute(const execution& what,
                                                             const reassess& assess_now) {
    PYKALA_TRY(auto work, sql_work::begin_change(*db_));
    PYKALA_TRY(auto before, find_intent(*db_, what));
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
    PYKALA_CHECK(keep_intent(*db_, what, results));
    PYKALA_CHECK(work.commit());
    return results;
}

// What the database undid because somebody else was at the same rows is done again from the start:
// read, assessed and written.
result<std::vector<change_result>> sql_register::execute(const execution& what,
                                                         const reassess& assess_now) {
    const std::scoped_lock lock(mutex_);
    for (int left = attempts;; --left) {
        auto done = try_execute(what, assess_now);
        if (done || left == 1 || done.error().code != "register_busy") return done;
    }
}

result<std::unique_ptr<register_port>> open_register(std::unique_ptr<sql_database> db,
                                                     register_map map, register_options options) {
    if (!options.only_probe) {
        PYKALA_CHECK(db->make_own_tables());
        PYKALA_CHECK(check_columns(*db, map));
    }
    return std::make_unique<sql_register>(std::move(db), std::move(map), std::move(options));
}

}  // namespace

result<std::unique_ptr<register_port>> open_sqlite_register(const std::string& path,
                                                            register_map map,
                                                            register_options options) {
    PYKALA_TRY(auto db, open_sqlite_database(path, options.busy_timeout_ms));
    return open_register(std::move(db), std::move(map), std::move(options));
}

result<std::unique_ptr<register_port>> open_postgres_register(const postgres_settings& at,
                                                              register_map map,
                                                              register_options options) {
    PYKALA_TRY(auto db, open_postgres_database(at, options.busy_timeout_ms));
    return open_register(std::move(db), std::move(map), std::move(options));
}

}  // namespace pykala::storage
