#include "storage/sqlite/case_store.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "storage/sqlite/case_reader.hpp"
#include "storage/sqlite/case_writer.hpp"

namespace pykala::storage {

result<desk::stored_case> sqlite_case_store::load(std::string_view number) {
    return store_.read([&](session& db) { return read_case(db, number); });
}

result<desk::stored_case> sqlite_case_store::load_newest(std::string_view number) {
    return store_.read([&](session& db) { return read_newest(db, number); });
}

result<std::vector<desk::stored_case>> sqlite_case_store::of_person(
    std::span<const desk::person_tag> tags) {
    return store_.read([&](session& db) { return read_cases_of(db, tags); });
}

result<std::vector<std::string>> sqlite_case_store::numbers_of(
    std::span<const desk::person_tag> tags) {
    return store_.read([&](session& db) { return read_numbers_of(db, tags); });
}

void sqlite_case_store::submit(desk::unit_of_work unit, desk::completion done) {
    // Lives from here to the completion, on the writer's thread.
    struct shared {
        desk::unit_of_work unit;
        desk::receipt given;
    };
    auto what = std::make_shared<shared>(std::move(unit), desk::receipt{});
    store_.writer().submit(
        [this, what](session& db, log_appender& log) -> result<void> {
            PYKALA_TRY(what->given, write_unit(db, log, store_.identity().prefix, what->unit));
            return {};
        },
        [what, done = std::move(done)](result<void> outcome) {
            if (outcome)
                done(std::move(what->given));
            else
                done(std::unexpected(std::move(outcome).error()));
        },
        group_writer::repeatable::yes);
}

result<std::optional<desk::stored_receipt>> sqlite_case_store::answered(std::string_view actor,
                                                                        std::string_view key) {
    return store_.read([&](session& db) { return read_receipt(db, actor, key); });
}

result<desk::queue_page> sqlite_case_store::queue(const desk::queue_query& query) {
    return store_.read([&](session& db) { return read_queue(db, query); });
}

result<std::vector<desk::due_case>> sqlite_case_store::due(date today, std::size_t limit) {
    return store_.read([&](session& db) { return read_due(db, today, limit); });
}

result<std::vector<desk::outbox_item>> sqlite_case_store::outbox(std::size_t limit) {
    return store_.read([&](session& db) { return read_outbox(db, limit); });
}

result<bool> sqlite_case_store::settle(std::span<const std::uint64_t> outbox_ids) {
    PYKALA_CHECK(store_.write([&](session& db) -> result<void> {
        for (const std::uint64_t id : outbox_ids)
            PYKALA_CHECK(db.run("DELETE FROM outbox WHERE id = ?", std::int64_t(id)));
        return {};
    }));
    return true;
}

void sqlite_case_store::quarantine(std::vector<desk::quarantined_case> cases,
                                   std::function<void(result<bool>)> done) {
    store_.writer().submit(
        [cases = std::move(cases)](session& db, log_appender&) -> result<void> {
            for (const desk::quarantined_case& each : cases)
                PYKALA_CHECK(
                    db.run("INSERT OR IGNORE INTO quarantine(case_id, since, why) "
                           "SELECT id, ?, ? FROM cases WHERE number = ?",
                           to_string(each.since), each.why, each.number));
            return {};
        },
        [done = std::move(done)](result<void> outcome) {
            if (outcome)
                done(true);
            else
                done(std::unexpected(std::move(outcome).error()));
        });
}

result<std::vector<desk::quarantined_case>> sqlite_case_store::quarantined() {
    return store_.read([&](session& db) { return read_quarantine(db); });
}

result<bool> sqlite_case_store::release(std::string_view number) {
    PYKALA_CHECK(store_.write([&](session& db) -> result<void> {
        PYKALA_CHECK(
            db.run("DELETE FROM quarantine WHERE case_id = "
                   "(SELECT id FROM cases WHERE number = ?)",
                   number));
        if (db.db().changes() == 0)
            return fail(problem_kind::not_found, "not_quarantined",
                        fmt::format("case `{}` is not in quarantine", number));
        return {};
    }));
    return true;
}

}  // namespace pykala::storage
