#include "storage/bundle/export.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "storage/sqlite/checkpoint_store.hpp"
#include "storage/sqlite/definition_store.hpp"
#include "storage/sqlite/log_tables.hpp"

namespace pykala::storage {
namespace {

// An event to be shown, by its place in the log.
struct shown_event {
    std::int64_t event = 0;  // row
    log::stream_tag stream{};
    std::uint64_t seq = 0;
};
using shown_events = std::map<std::uint64_t, shown_event>;  // by index

struct selection {
    std::uint64_t from = 0;
    shown_events events{};
    std::set<log::digest> closures{};
    std::set<log::stream_tag> cases{};  // asked for by number
};

template <std::size_t Size>
std::array<std::uint8_t, Size> array_of(byte_view bytes) {
    std::array<std::uint8_t, Size> out{};
    std::copy_n(bytes.begin(), std::min(bytes.size(), Size), out.begin());
    return out;
}

// Rows (event, stream, seq, idx) of one statement; an event without leaf is a problem.
result<void> take_rows(statement& rows, std::uint64_t size, shown_events& to) {
    for (;;) {
        PYKALA_TRY(const bool there, rows.step());
        if (!there) break;
        if (rows.is_null(3))
            return fail(problem_kind::corrupt, "event_not_logged",
                        "an event of the case is not in the log in use",
                        "cases from before a restore are proved by the log of that time");
        const auto index = std::uint64_t(rows.integer(3));
        if (index < size)
            to[index] = {rows.integer(0), array_of<16>(rows.blob(1)),
                         std::uint64_t(rows.integer(2))};
    }
    rows.reset();
    return {};
}

result<void> select_case(session& db, std::int64_t origin, std::string_view number,
                         std::uint64_t size, shown_events& to) {
    PYKALA_TRY(statement * rows,
               db.get("SELECT e.id, s.tag, e.seq, l.idx FROM cases c "
                      "JOIN streams s ON s.id = c.id JOIN events e ON e.stream = s.id "
                      "LEFT JOIN log l ON l.event = e.id AND l.origin = ? WHERE c.number = ?"));
    rows->bind_all(origin, number);
    const std::size_t before = to.size();
    PYKALA_CHECK(take_rows(*rows, size, to));
    if (to.size() == before)
        return fail(problem_kind::not_found, "no_such_case",
                    fmt::format("there is no case `{}`", number));
    return {};
}

// Every event from `from` on, and what came before of the cases among them.
result<void> select_period(session& db, std::int64_t origin, std::uint64_t from, std::uint64_t size,
                           shown_events& to) {
    PYKALA_TRY(statement * rows,
               // of a case that was removed only its leaves are left
               db.get("SELECT l.event, l.stream, l.seq, l.idx FROM log l "
                      "JOIN events o ON o.id = l.event AND o.public <> '' "
                      "WHERE l.origin = ?1 AND l.idx >= ?2 UNION "
                      "SELECT e.id, s.tag, e.seq, b.idx FROM (SELECT DISTINCT stream FROM log "
                      "WHERE origin = ?1 AND idx >= ?2) t "
                      "JOIN streams s ON s.tag = t.stream AND s.of = 'case' "
                      "JOIN events e ON e.stream = s.id AND e.public <> '' "
                      "LEFT JOIN log b ON b.event = e.id AND b.origin = ?1"));
    rows->bind_all(origin, static_cast<std::int64_t>(from));
    return take_rows(*rows, size, to);
}

result<read_event> public_part_of(session& db, std::int64_t event) {
    PYKALA_TRY(statement * row, db.get("SELECT public FROM events WHERE id = ?"));
    row->bind_all(event);
    PYKALA_TRY(const bool there, row->step());
    const std::string text(there ? row->text(0) : "");
    row->reset();
    return read_public_part(text);
}

// Events of the tenant's own streams of this kind that name, in this open field, one of these.
result<void> select_own(session& db, std::int64_t origin, std::string_view of,
                        std::string_view field_name, const std::set<std::string>& named,
                        std::uint64_t size, shown_events& to) {
    shown_events all;
    PYKALA_TRY(statement * rows,
               db.get("SELECT e.id, s.tag, e.seq, l.idx FROM streams s "
                      "JOIN events e ON e.stream = s.id "
                      "JOIN log l ON l.event = e.id AND l.origin = ? WHERE s.of = ?"));
    rows->bind_all(origin, of);
    PYKALA_CHECK(take_rows(*rows, size, all));
    for (const auto& [index, shown] : all) {
        PYKALA_TRY(const read_event read, public_part_of(db, shown.event));
        for (const read_field& field : read.fields) {
            const auto* id = field.commitment.name == field_name ? field.held.as_string() : nullptr;
            if (id && named.contains(*id)) to[index] = shown;
        }
    }
    return {};
}

result<selection> select_events(session& db, std::int64_t origin, const export_request& request,
                                std::uint64_t size) {
    selection out;
    out.from = request.from;
    // one that is named twice is shown once
    for (const auto& number : std::set(request.numbers.begin(), request.numbers.end()))
        PYKALA_CHECK(select_case(db, origin, number, size, out.events));
    if (request.numbers.empty())
        PYKALA_CHECK(select_period(db, origin, request.from, size, out.events));
    if (out.events.empty())
        return fail(problem_kind::not_found, "nothing_to_export", "the period holds no event",
                    "begin it earlier");
    if (!request.numbers.empty()) {
        out.from = out.events.begin()->first;
        for (const auto& [index, shown] : out.events) out.cases.insert(shown.stream);
    }
    std::set<std::string> keys;
    for (const auto& [index, shown] : out.events) {
        PYKALA_TRY(const read_event read, public_part_of(db, shown.event));
        for (const read_field& field : read.fields)
            if (field.commitment.key) keys.insert(to_hex(*field.commitment.key));
        for (const auto& closure : {read.body.procedure, read.body.law})
            if (closure) out.closures.insert(*closure);
    }
    std::set<std::string> streams;
    for (const auto& tag : out.cases) streams.insert(to_hex(tag));
    PYKALA_CHECK(select_own(db, origin, "keys", "key", keys, size, out.events));
    PYKALA_CHECK(select_own(db, origin, "quarantine", "stream", streams, size, out.events));
    return out;
}

result<std::vector<desk::sealed_box>> boxes_of(session& db, std::int64_t event) {
    PYKALA_TRY(statement * rows, db.get("SELECT class, key, box FROM sealed "
                                        "WHERE id BETWEEN ?1 * 8 AND ?1 * 8 + 7 ORDER BY id"));
    rows->bind_all(event);
    std::vector<desk::sealed_box> out;
    for (;;) {
        PYKALA_TRY(const bool there, rows->step());
        if (!there) break;
        out.push_back({log::data_class(rows->integer(0)), array_of<16>(rows->blob(1)),
                       std::string(as_text(rows->blob(2)))});
    }
    rows->reset();
    return out;
}

struct open_rules {
    const key_store& keys;
    const std::set<log::data_class>& opens;
};

result<void> write_event(session& db, log_reader& tree, bundle_writer& writer, std::uint64_t index,
                         const shown_event& shown, std::uint64_t size, const open_rules& rules) {
    PYKALA_TRY(statement * row, db.get("SELECT public FROM events WHERE id = ?"));
    row->bind_all(shown.event);
    PYKALA_TRY(const bool there, row->step());
    const std::string text(there ? row->text(0) : "");
    row->reset();
    PYKALA_TRY(const auto boxes, boxes_of(db, shown.event));
    PYKALA_TRY(read_event read, open_event(
                                    rules.keys.tenant(), shown.stream, shown.seq, text, boxes,
                                    [&](const log::key_id& id) { return rules.keys.find(id); },
                                    [&](log::data_class of) { return rules.opens.contains(of); }));
    PYKALA_TRY(auto proof, tree.inclusion_proof(index, size));
    PYKALA_CHECK(writer.event({index, shown.stream, shown.seq, log::body_json(read.body),
                               std::move(read.fields), std::move(proof)}));
    return {};
}

constexpr std::uint64_t leaves_at_once = 4'096;

result<void> write_leaves(log_reader& tree, bundle_writer& writer, std::uint64_t from,
                          std::uint64_t size) {
    for (std::uint64_t at = from; at < size; at += leaves_at_once) {
        PYKALA_TRY(const auto part, tree.leaves(at, std::min(size, at + leaves_at_once)));
        std::vector<period_leaf> leaves;
        leaves.reserve(part.size());
        for (const log_leaf& leaf : part) leaves.push_back({leaf.stream, leaf.seq, leaf.body});
        PYKALA_CHECK(writer.leaves(leaves));
    }
    return {};
}

}  // namespace

result<std::uint64_t> first_leaf_on(tenant_store& store, date day) {
    return store.read([&](session& db) -> result<std::uint64_t> {
        PYKALA_TRY(statement * row,
                   db.get("SELECT coalesce(min(CASE WHEN json_extract(e.public, '$.body.on') >= ?1 "
                          "THEN l.idx END), count(*)) "
                          "FROM log l JOIN events e ON e.id = l.event WHERE l.origin = ?2"));
        row->bind_all(to_string(day), store.origin());
        PYKALA_TRY(const bool there, row->step());
        const auto first = there ? std::uint64_t(row->integer(0)) : 0;
        row->reset();
        return first;
    });
}

result<exported_part> export_bundle(tenant_store& store, const key_store& keys,
                                    const export_request& request, const bundle_writer::sink& out) {
    const auto sign = [&](std::string_view text) { return keys.sign(text); };
    PYKALA_TRY(const signed_checkpoint end,
               sign_checkpoint(store, {keys.signing_key(), sign}, request.now));
    const std::uint64_t size = end.head.size;
    PYKALA_TRY(const selection chosen, store.read([&](session& db) {
        return select_events(db, store.origin(), request, size);
    }));
    std::vector<definition_closure> closures;
    for (const log::digest& hash : chosen.closures) {
        PYKALA_TRY(definition_closure closure, read_closure(store, hash));
        closures.push_back(std::move(closure));
    }
    const bundle_scope scope = request.numbers.empty()    ? bundle_scope::whole_period
                               : chosen.cases.size() == 1 ? bundle_scope::one_case
                                                          : bundle_scope::sample;
    // the log only grows: what was selected still stands where it stood
    return store.read([&](session& db) -> result<exported_part> {
        PYKALA_TRY(log_reader tree, log_reader::open(db.db(), store.origin()));
        PYKALA_TRY(const log::frontier left, tree.frontier_at(chosen.from));
        bundle_writer writer(out);
        PYKALA_CHECK(writer.header({keys.tenant(), store.origin_name(), keys.signing_key(),
                                    end.note, chosen.from, left.peaks, scope, request.now}));
        PYKALA_CHECK(writer.definitions(closures));
        PYKALA_CHECK(write_leaves(tree, writer, chosen.from, size));
        for (const auto& [index, shown] : chosen.events)
            PYKALA_CHECK(write_event(db, tree, writer, index, shown, size, {keys, request.opens}));
        PYKALA_CHECK(writer.finish(sign));
        return exported_part{scope, chosen.from, size, {chosen.cases.begin(), chosen.cases.end()}};
    });
}

}  // namespace pykala::storage
