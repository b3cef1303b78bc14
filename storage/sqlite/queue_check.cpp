#include "storage/sqlite/queue_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/case/kept_fold.hpp"
#include "engine/desk/project.hpp"

#include "storage/sqlite/case_writer.hpp"

namespace pykala::storage {
namespace {

constexpr std::int64_t numbers_at_once = 1000;

result<std::vector<std::pair<std::int64_t, std::string>>> numbers_after(session& db,
                                                                        std::int64_t id) {
    PYKALA_TRY(statement * next,
               db.get("SELECT id, number FROM cases WHERE id > ? ORDER BY id LIMIT ?"));
    next->bind_all(id, numbers_at_once);
    std::vector<std::pair<std::int64_t, std::string>> out;
    for (;;) {
        PYKALA_TRY(const bool there, next->step());
        if (!there) break;
        out.emplace_back(next->integer(0), std::string(next->text(1)));
    }
    next->reset();
    return out;
}

// The projection as the tables order it.
void put_in_order(stored_projection& p, const std::string& number) {
    p.row.number = number;
    std::ranges::sort(p.timers);
    p.timers.erase(std::unique(p.timers.begin(), p.timers.end()), p.timers.end());
    std::ranges::sort(p.persons);
    p.persons.erase(std::unique(p.persons.begin(), p.persons.end()), p.persons.end());
}

struct compared {
    std::optional<stored_projection> wanted;  // nothing where the case cannot be read
    std::vector<store_finding> findings;
};

result<compared> compare(session& db, const std::string& number, const projector& project) {
    compared out;
    auto stored = read_newest(db, number);
    if (stored) {  // all events, and beside them the fold that is kept
        const auto kept = std::move(stored->fold);
        stored = read_case(db, number);
        if (stored) stored->fold = kept;
    }
    auto wanted =
        stored ? project(*stored) : result<stored_projection>(std::unexpected(stored.error()));
    if (!wanted) {
        out.findings.push_back({"case_unreadable", number, wanted.error().detail});
        return out;
    }
    put_in_order(*wanted, number);
    PYKALA_TRY(const std::optional<stored_projection> held, read_projection(db, number));
    if (!held)
        out.findings.push_back({"queue_missing", number, "the queue does not know the case"});
    else if (held->row != wanted->row)
        out.findings.push_back({"queue_differs", number,
                                fmt::format("the queue has version {}, state `{}`; the events "
                                            "give version {}, state `{}`",
                                            held->row.version, held->row.state, wanted->row.version,
                                            wanted->row.state)});
    if (held && held->timers != wanted->timers)
        out.findings.push_back({"timers_differ", number, "the timers are not those of the events"});
    if (held && held->persons != wanted->persons)
        out.findings.push_back(
            {"persons_differ", number, "the case is not found under the hashes of its events"});
    if (wanted->fold_differs)
        out.findings.push_back(
            {"fold_differs", number, "the fold that is kept is not that of the events"});
    out.wanted = *std::move(wanted);
    return out;
}

// Calls `visit(id, number, compared)` for every case.
template <class Visit>
result<void> for_each_case(tenant_store& store, const projector& project, Visit visit) {
    std::int64_t last = 0;
    for (;;) {
        PYKALA_TRY(const auto numbers,
                   store.read([&](session& db) { return numbers_after(db, last); }));
        if (numbers.empty()) return {};
        for (const auto& [id, number] : numbers) {
            last = id;
            PYKALA_TRY(compared one,
                       store.read([&](session& db) { return compare(db, number, project); }));
            PYKALA_CHECK(visit(id, std::move(one)));
        }
    }
}

result<void> write_projection(session& db, std::int64_t id, const stored_projection& wanted) {
    PYKALA_CHECK(write_queue_row(db, id, wanted.row));
    PYKALA_CHECK(write_timers(db, id, wanted.timers));
    PYKALA_CHECK(db.run("DELETE FROM persons WHERE case_id = ?", id));
    PYKALA_CHECK(db.run("DELETE FROM folds WHERE case_id = ?", id));
    for (const desk::person_tag& tag : wanted.persons)
        PYKALA_CHECK(db.run("INSERT INTO persons(tag, case_id) VALUES(?, ?)", tag, id));
    return {};
}

// Of as many events as it says.
bool is_fold_of(cases::case_state kept, std::vector<cases::event> events) {
    if (kept.version > events.size()) return false;
    events.resize(kept.version);
    const auto wanted = cases::fold(events);
    kept.number = wanted.number;  // given by the store, not by an event
    return cases::write_fold(kept) == cases::write_fold(wanted);
}

}  // namespace

projector fold_projector(desk::sealing& seals) {
    return [&seals](const desk::stored_case& stored) -> result<stored_projection> {
        std::vector<cases::event> events;
        for (const desk::sealed_event& sealed : stored.events) {
            PYKALA_TRY(cases::event e, seals.open(stored.stream, events.size(), sealed));
            events.push_back(std::move(e));
        }
        cases::case_state folded = cases::fold(events);
        folded.number = stored.number;
        stored_projection out{desk::project(folded), desk::timers_of(folded), folded.person_tags};
        if (stored.fold) {
            PYKALA_TRY(auto kept, seals.open_fold(stored.stream, *stored.fold));
            out.fold_differs = kept && !is_fold_of(*std::move(kept), events);
        }
        return out;
    };
}

result<std::vector<store_finding>> check_queue(tenant_store& store, const projector& project) {
    std::vector<store_finding> out;
    PYKALA_CHECK(for_each_case(store, project, [&](std::int64_t, compared one) -> result<void> {
        std::ranges::move(one.findings, std::back_inserter(out));
        return {};
    }));
    return out;
}

result<std::vector<store_finding>> check_queue_of(session& db, const std::string& number,
                                                  const projector& project) {
    PYKALA_TRY(compared one, compare(db, number, project));
    return std::move(one.findings);
}

// Read inside the writer's transaction, so that no event comes between reading and writing.
result<void> rebuild_case(tenant_store& store, std::string_view number, const projector& project) {
    return store.write([&](session& db) -> result<void> {
        PYKALA_TRY(const desk::stored_case stored, read_case(db, number));
        PYKALA_TRY(stored_projection wanted, project(stored));
        put_in_order(wanted, stored.number);
        PYKALA_TRY(statement * find, db.get("SELECT id FROM cases WHERE number = ?"));
        find->bind_all(number);
        PYKALA_CHECK(find->step());
        const std::int64_t id = find->integer(0);
        find->reset();
        return write_projection(db, id, wanted);
    });
}

result<std::size_t> rebuild_queue(tenant_store& store, const projector& project) {
    std::size_t rebuilt = 0;
    PYKALA_CHECK(for_each_case(store, project, [&](std::int64_t id, compared one) -> result<void> {
        if (one.findings.empty() || !one.wanted) return {};
        ++rebuilt;
        return store.write([&](session& db) { return write_projection(db, id, *one.wanted); });
    }));
    return rebuilt;
}

}  // namespace pykala::storage
