#include "storage/sqlite/case_reader.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "storage/sqlite/case_writer.hpp"

namespace pykala::storage {
namespace {

template <std::size_t N>
std::array<std::uint8_t, N> bytes_of(byte_view blob) {
    std::array<std::uint8_t, N> out{};
    std::copy_n(blob.begin(), std::min(blob.size(), N), out.begin());
    return out;
}

desk::sealed_box box_of(const statement& row, int at) {
    return {log::data_class(row.integer(at)), bytes_of<16>(row.blob(at + 1)),
            std::string(as_text(row.blob(at + 2)))};
}

date day_of(const statement& row, int at) {
    return parse_date(row.text(at)).value_or(date{});
}
std::optional<date> day_if(const statement& row, int at) {
    return row.is_null(at) ? std::nullopt : parse_date(row.text(at));
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t blank = std::min(text.find(' '), text.size());
        out.emplace_back(text.substr(0, blank));
        text.remove_prefix(std::min(blank + 1, text.size()));
    }
    return out;
}

// From the event `first` on.
result<std::vector<desk::sealed_event>> read_events(session& db, std::int64_t stream,
                                                    const log::stream_tag& tag,
                                                    std::uint64_t first) {
    PYKALA_TRY(statement * all,
               db.get("SELECT e.seq, e.public, e.body, s.class, s.key, s.box FROM events e "
                      "LEFT JOIN sealed s ON s.id BETWEEN e.id * 8 AND e.id * 8 + 7 "
                      "WHERE e.stream = ? AND e.seq >= ? ORDER BY e.seq, s.id"));
    all->bind_all(stream, std::int64_t(first));
    std::vector<desk::sealed_event> out;
    for (;;) {
        PYKALA_TRY(const bool there, all->step());
        if (!there) break;
        const auto seq = std::uint64_t(all->integer(0));
        if (seq > first + out.size())
            return fail(problem_kind::corrupt, "event_missing", "an event of the case is missing",
                        "restore the database from a backup");
        if (seq == first + out.size())
            out.push_back({log::write_leaf(tag, seq, bytes_of<32>(all->blob(2))),
                           std::string(all->text(1)),
                           {}});
        if (!all->is_null(3)) out.back().boxes.push_back(box_of(*all, 3));
    }
    all->reset();
    return out;
}

// Of every tag of a case, the cases that carry it too.
result<std::vector<desk::person_cases>> read_persons(session& db, std::int64_t id) {
    PYKALA_TRY(statement * all, db.get("SELECT o.tag, c.number FROM persons o "
                                       "JOIN persons p ON p.tag = o.tag "
                                       "JOIN cases c ON c.id = p.case_id "
                                       "WHERE o.case_id = ? ORDER BY o.tag, c.number"));
    all->bind_all(id);
    std::vector<desk::person_cases> out;
    for (;;) {
        PYKALA_TRY(const bool there, all->step());
        if (!there) break;
        if (out.empty() || out.back().person != all->text(0))
            out.push_back({std::string(all->text(0)), {}});
        out.back().numbers.emplace_back(all->text(1));
    }
    all->reset();
    return out;
}

// A case without its events; gives its id.
result<std::int64_t> read_head(session& db, std::string_view number, desk::stored_case& out) {
    PYKALA_TRY(statement * find, db.get("SELECT c.id, s.tag, "
                                        "EXISTS(SELECT 1 FROM quarantine WHERE case_id = c.id) "
                                        "FROM cases c JOIN streams s ON s.id = c.id "
                                        "WHERE c.number = ?"));
    find->bind_all(number);
    PYKALA_TRY(const bool there, find->step());
    if (!there)
        return fail(problem_kind::not_found, "no_such_case",
                    fmt::format("there is no case `{}`", number));
    const std::int64_t id = find->integer(0);
    out.number = number;
    out.stream = bytes_of<16>(find->blob(1));
    out.quarantined = find->integer(2) != 0;
    find->reset();
    PYKALA_TRY(out.persons, read_persons(db, id));
    return id;
}

}  // namespace

result<std::optional<desk::sealed_fold>> read_fold(session& db, std::int64_t id) {
    PYKALA_TRY(statement * find, db.get("SELECT version, box FROM folds WHERE case_id = ?"));
    find->bind_all(id);
    PYKALA_TRY(const bool there, find->step());
    if (!there) return std::nullopt;
    desk::sealed_fold out{std::uint64_t(find->integer(0)), std::string(as_text(find->blob(1)))};
    find->reset();
    return out;
}

result<desk::stored_case> read_case(session& db, std::string_view number) {
    desk::stored_case out;
    PYKALA_TRY(const std::int64_t id, read_head(db, number, out));
    PYKALA_TRY(out.events, read_events(db, id, out.stream, 0));
    return out;
}

result<desk::stored_case> read_newest(session& db, std::string_view number) {
    desk::stored_case out;
    PYKALA_TRY(const std::int64_t id, read_head(db, number, out));
    PYKALA_TRY(out.fold, read_fold(db, id));
    PYKALA_TRY(out.events, read_events(db, id, out.stream, out.fold ? out.fold->version : 0));
    return out;
}

result<std::vector<std::string>> read_numbers_of(session& db,
                                                 std::span<const desk::person_tag> tags) {
    std::set<std::string> numbers;
    for (const desk::person_tag& tag : tags) {
        PYKALA_TRY(statement * of, db.get("SELECT c.number FROM persons p "
                                          "JOIN cases c ON c.id = p.case_id WHERE p.tag = ?"));
        of->bind_all(tag);
        for (;;) {
            PYKALA_TRY(const bool there, of->step());
            if (!there) break;
            numbers.emplace(of->text(0));
        }
        of->reset();
    }
    return std::vector<std::string>(numbers.begin(), numbers.end());
}

result<std::vector<desk::quarantined_case>> read_quarantine(session& db) {
    PYKALA_TRY(statement * all, db.get("SELECT c.number, q.since, q.why FROM quarantine q "
                                       "JOIN cases c ON c.id = q.case_id ORDER BY c.number"));
    all->reset();
    std::vector<desk::quarantined_case> out;
    for (;;) {
        PYKALA_TRY(const bool there, all->step());
        if (!there) break;
        out.push_back({std::string(all->text(0)),
                       parse_instant_utc(all->text(1)).value_or(instant{}),
                       std::string(all->text(2))});
    }
    all->reset();
    return out;
}

result<std::vector<desk::stored_case>> read_cases_of(session& db,
                                                     std::span<const desk::person_tag> tags) {
    PYKALA_TRY(const std::vector<std::string> numbers, read_numbers_of(db, tags));
    std::vector<desk::stored_case> out;
    for (const std::string& number : numbers) {
        PYKALA_TRY(desk::stored_case found, read_case(db, number));
        out.push_back(std::move(found));
    }
    return out;
}

result<std::optional<desk::stored_receipt>> read_receipt(session& db, std::string_view actor,
                                                         std::string_view key) {
    PYKALA_TRY(statement * find,
               db.get("SELECT content, numbers, versions FROM idempotency WHERE id = ?"));
    const log::digest id = idempotency_id(actor, key);
    find->bind_all(byte_view(id));
    PYKALA_TRY(const bool there, find->step());
    if (!there) return std::nullopt;
    desk::stored_receipt out{std::string(find->text(0)), {words_of(find->text(1)), {}}};
    for (const std::string& word : words_of(find->text(2))) {
        std::uint64_t version = 0;
        std::from_chars(word.data(), word.data() + word.size(), version);
        out.given.versions.push_back(version);
    }
    find->reset();
    return out;
}

result<std::vector<desk::due_case>> read_due(session& db, date today, std::size_t limit) {
    PYKALA_TRY(statement * cases,
               db.get("SELECT t.case_id, c.number, min(t.fires_on) FROM timers t "
                      "JOIN cases c ON c.id = t.case_id WHERE t.fires_on <= ? "
                      "AND t.case_id NOT IN (SELECT case_id FROM quarantine) "
                      "GROUP BY t.case_id ORDER BY 3, 2 LIMIT ?"));
    cases->bind_all(to_string(today), std::int64_t(limit));
    std::vector<desk::due_case> out;
    std::vector<std::int64_t> ids;
    for (;;) {
        PYKALA_TRY(const bool there, cases->step());
        if (!there) break;
        ids.push_back(cases->integer(0));
        out.push_back({std::string(cases->text(1)), {}});
    }
    cases->reset();
    PYKALA_TRY(statement * timers, db.get("SELECT name, fires_on FROM timers WHERE case_id = ? "
                                          "AND fires_on <= ? ORDER BY fires_on, name"));
    for (std::size_t i = 0; i < ids.size(); ++i) {
        timers->bind_all(ids[i], to_string(today));
        for (;;) {
            PYKALA_TRY(const bool there, timers->step());
            if (!there) break;
            out[i].timers.push_back({std::string(timers->text(0)), day_of(*timers, 1)});
        }
    }
    timers->reset();
    return out;
}

result<std::vector<desk::outbox_item>> read_outbox(session& db, std::size_t limit) {
    PYKALA_TRY(statement * all,
               db.get("SELECT o.id, c.number, s.tag, o.seq, o.kind, o.class, o.key, o.box "
                      "FROM outbox o JOIN cases c ON c.id = o.case_id "
                      "JOIN streams s ON s.id = o.case_id "
                      "WHERE o.case_id NOT IN (SELECT case_id FROM quarantine) "
                      "ORDER BY o.id LIMIT ?"));
    all->bind_all(std::int64_t(limit));
    std::vector<desk::outbox_item> out;
    for (;;) {
        PYKALA_TRY(const bool there, all->step());
        if (!there) break;
        out.push_back({std::uint64_t(all->integer(0)), std::string(all->text(1)),
                       bytes_of<16>(all->blob(2)), std::uint64_t(all->integer(3)),
                       std::string(all->text(4)), box_of(*all, 5)});
    }
    all->reset();
    return out;
}

desk::queue_row read_queue_row(const statement& row) {
    desk::queue_row out;
    out.number = row.text(0);
    out.version = std::uint64_t(row.integer(1));
    out.right = row.text(2);
    out.kind = row.text(3);
    out.state = row.text(4);
    out.outcome = row.text(5);
    out.channel = row.text(6);
    out.assurance = row.text(7);
    out.assignee = row.text(8);
    out.received_on = day_of(row, 9);
    out.due_on = day_of(row, 10);
    out.act_by = day_of(row, 11);
    out.statutory_on = day_of(row, 12);
    out.extended_on = day_if(row, 13);
    out.answered_on = day_if(row, 14);
    out.closed_on = day_if(row, 15);
    out.paused = row.integer(16) != 0;
    out.alert = row.integer(17) != 0;
    out.open_tasks = std::uint32_t(row.integer(18));
    return out;
}

result<std::optional<stored_projection>> read_projection(session& db, std::string_view number) {
    PYKALA_TRY(statement * find,
               db.get(fmt::format("SELECT {}, case_id FROM queue "
                                  "WHERE case_id = (SELECT id FROM cases WHERE number = ?)",
                                  queue_columns)));
    find->bind_all(number);
    PYKALA_TRY(const bool there, find->step());
    if (!there) return std::nullopt;
    stored_projection out{read_queue_row(*find), {}, {}};
    const std::int64_t id = find->integer(19);
    find->reset();
    PYKALA_TRY(statement * timers, db.get("SELECT name, fires_on FROM timers WHERE case_id = ? "
                                          "ORDER BY name, fires_on"));
    timers->bind_all(id);
    for (;;) {
        PYKALA_TRY(const bool more, timers->step());
        if (!more) break;
        out.timers.push_back({std::string(timers->text(0)), day_of(*timers, 1)});
    }
    timers->reset();
    PYKALA_TRY(statement * persons,
               db.get("SELECT tag FROM persons WHERE case_id = ? ORDER BY tag"));
    persons->bind_all(id);
    for (;;) {
        PYKALA_TRY(const bool more, persons->step());
        if (!more) break;
        out.persons.emplace_back(persons->text(0));
    }
    persons->reset();
    return out;
}

}  // namespace pykala::storage
