#include "storage/sqlite/case_writer.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "storage/hash/sha256.hpp"

namespace pykala::storage {
namespace {

std::unexpected<problem> moved() {
    return fail(problem_kind::conflict, "version_moved",
                "the case, or another case of the person, has moved", "read it again and retry");
}

// A case that is about to be written.
struct target {
    std::int64_t id = 0;
    std::string number{};
    log::stream_tag stream{};
    std::int64_t version = 0;
};

result<target> find_case(session& db, const std::string& number) {
    PYKALA_TRY(statement * find,
               db.get("SELECT c.id, s.tag, (SELECT coalesce(max(seq) + 1, 0) FROM events "
                      "WHERE stream = c.id) FROM cases c JOIN streams s ON s.id = c.id "
                      "WHERE c.number = ?"));
    find->bind_all(number);
    PYKALA_TRY(const bool there, find->step());
    if (!there)
        return fail(problem_kind::not_found, "no_such_case",
                    fmt::format("there is no case `{}`", number));
    target found{find->integer(0), number, {}, find->integer(2)};
    const byte_view tag = find->blob(1);
    std::copy_n(tag.begin(), std::min(tag.size(), found.stream.size()), found.stream.begin());
    find->reset();
    return found;
}

result<void> check_seen(session& db, const desk::unit_of_work& unit) {
    for (const desk::version_seen& seen : unit.seen) {
        PYKALA_TRY(const target now, find_case(db, seen.number));
        if (now.version != std::int64_t(seen.version)) return moved();
    }
    for (const desk::person_seen& seen : unit.persons) {
        PYKALA_TRY(statement * count, db.get("SELECT count(*) FROM persons WHERE tag = ?"));
        count->bind_all(seen.person);
        PYKALA_CHECK(count->step());
        const bool same = count->integer(0) == std::int64_t(seen.cases);
        count->reset();
        if (!same) return moved();
    }
    return {};
}

result<void> check_key(session& db, const std::optional<desk::idempotency>& answer_to) {
    if (!answer_to) return {};
    PYKALA_TRY(statement * known, db.get("SELECT 1 FROM idempotency WHERE id = ?"));
    const log::digest id = idempotency_id(answer_to->actor, answer_to->key);
    known->bind_all(byte_view(id));
    PYKALA_TRY(const bool taken, known->step());
    known->reset();
    if (taken)
        return fail(problem_kind::conflict, "idempotency_taken",
                    "a command with the same key has just been carried out", "ask for its answer");
    return {};
}

// The number is taken here, in the transaction: a unit that fails takes none.
result<target> open_case(session& db, const std::string& prefix, const desk::case_write& what) {
    PYKALA_CHECK(db.run("INSERT INTO streams(tag, of) VALUES(?, 'case')", byte_view(what.stream)));
    target made{db.db().last_insert_id(), {}, what.stream, 0};
    PYKALA_TRY(statement * last,
               db.get("SELECT coalesce(max(serial), 0) FROM cases WHERE year = ?"));
    last->bind_all(what.year);
    PYKALA_CHECK(last->step());
    const std::int64_t serial = last->integer(0) + 1;
    last->reset();
    made.number = fmt::format("{}-{}-{:06}", prefix, what.year, serial);
    PYKALA_CHECK(db.run("INSERT INTO cases(id, number, year, serial) VALUES(?, ?, ?, ?)", made.id,
                        made.number, what.year, serial));
    return made;
}

result<void> write_events(session& db, log_appender& log, const target& to,
                          std::span<const desk::sealed_event> events) {
    std::int64_t seq = to.version;
    for (const desk::sealed_event& e : events) {
        PYKALA_TRY(const log_leaf leaf, parse_leaf(e.leaf));
        if (leaf.stream != to.stream || std::int64_t(leaf.seq) != seq)
            throw std::logic_error("an event was sealed for another place");
        PYKALA_CHECK(db.run("INSERT INTO events(stream, seq, public, body) VALUES(?, ?, ?, ?)",
                            to.id, seq, e.public_part, byte_view(leaf.body)));
        const std::int64_t row = db.db().last_insert_id();
        for (const desk::sealed_box& box : e.boxes)
            PYKALA_CHECK(
                db.run("INSERT INTO sealed(id, event, class, key, box) "
                       "VALUES(?1 * 8 + ?2, ?1, ?2, ?3, ?4)",
                       row, int(box.of), byte_view(box.key), as_bytes(box.bytes)));
        PYKALA_CHECK(log.append(row, e.leaf));
        ++seq;
    }
    return {};
}

result<void> write_case(session& db, log_appender& log, const target& to,
                        const desk::case_write& what) {
    PYKALA_CHECK(write_events(db, log, to, what.events));
    desk::queue_row row = what.row;
    row.number = to.number;
    if (row.version != what.expected + what.events.size())
        throw std::logic_error("the queue row of a case is of another version than its events");
    PYKALA_CHECK(write_queue_row(db, to.id, row));
    PYKALA_CHECK(write_timers(db, to.id, what.timers));
    for (const desk::person_tag& tag : what.persons)
        PYKALA_CHECK(
            db.run("INSERT OR IGNORE INTO persons(tag, case_id) VALUES(?, ?)", tag, to.id));
    if (what.fold)
        PYKALA_CHECK(db.run("INSERT OR REPLACE INTO folds(case_id, version, box) VALUES(?, ?, ?)",
                            to.id, std::int64_t(what.fold->version), as_bytes(what.fold->box)));
    for (const desk::outbox_row& out : what.outbox)
        PYKALA_CHECK(
            db.run("INSERT INTO outbox(case_id, seq, kind, class, key, box) "
                   "VALUES(?, ?, ?, ?, ?, ?)",
                   to.id, std::int64_t(out.seq), out.kind, int(out.body.of),
                   byte_view(out.body.key), as_bytes(out.body.bytes)));
    return {};
}

}  // namespace

log::digest idempotency_id(std::string_view actor, std::string_view key) {
    return sha256(fmt::format("{}:{}:", actor.size(), actor), key);
}

result<void> keep_receipt(session& db, const desk::idempotency& key, const desk::receipt& given) {
    const log::digest id = idempotency_id(key.actor, key.key);
    return db.run("INSERT INTO idempotency(id, content, numbers, versions) VALUES(?, ?, ?, ?)",
                  byte_view(id), key.content, fmt::format("{}", fmt::join(given.numbers, " ")),
                  fmt::format("{}", fmt::join(given.versions, " ")));
}

result<desk::receipt> write_unit(session& db, log_appender& log, const std::string& prefix,
                                 const desk::unit_of_work& unit) {
    PYKALA_CHECK(check_seen(db, unit));
    std::vector<target> targets;
    for (const desk::case_write& what : unit.cases) {
        if (what.number.empty()) {
            targets.emplace_back();
            continue;
        }
        PYKALA_TRY(target found, find_case(db, what.number));
        if (found.version != std::int64_t(what.expected)) return moved();
        targets.push_back(std::move(found));
    }
    PYKALA_CHECK(check_key(db, unit.answer_to));
    desk::receipt given;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const desk::case_write& what = unit.cases[i];
        if (what.number.empty()) {
            PYKALA_TRY(targets[i], open_case(db, prefix, what));
        }
        PYKALA_CHECK(write_case(db, log, targets[i], what));
        given.numbers.push_back(targets[i].number);
        given.versions.push_back(what.expected + what.events.size());
    }
    if (unit.answer_to) PYKALA_CHECK(keep_receipt(db, *unit.answer_to, given));
    return given;
}

}  // namespace pykala::storage
