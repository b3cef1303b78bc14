#include "storage/sqlite/own_stream.hpp"

#include <algorithm>

#include "engine/base/encoding.hpp"

#include "storage/sealing/sodium.hpp"

namespace pykala::storage {
namespace {

struct place {
    std::int64_t id = 0;
    log::stream_tag tag{};
    std::int64_t seq = 0;
};

result<std::optional<place>> find_stream(session& db, std::string_view of) {
    PYKALA_TRY(statement * find,
               db.get("SELECT id, tag, (SELECT coalesce(max(seq) + 1, 0) FROM events "
                      "WHERE stream = streams.id) FROM streams WHERE of = ? ORDER BY id DESC"));
    find->bind_all(of);
    PYKALA_TRY(const bool there, find->step());
    if (!there) return std::optional<place>{};
    place found{find->integer(0), {}, find->integer(2)};
    const byte_view tag = find->blob(1);
    std::copy_n(tag.begin(), std::min(tag.size(), found.tag.size()), found.tag.begin());
    find->reset();
    return std::optional(found);
}

result<place> stream_of(session& db, std::string_view of) {
    PYKALA_TRY(const auto known, find_stream(db, of));
    if (known) return *known;
    place made{0, random_tag(), 0};
    PYKALA_CHECK(
        db.run("INSERT INTO streams(tag, of) VALUES(?, ?)", byte_view(made.tag), std::string(of)));
    made.id = db.db().last_insert_id();
    return made;
}

}  // namespace

result<void> append_own_event(session& db, log_appender& log, const std::string& tenant,
                              const own_event& what, desk::moment now, const event_keys& keys) {
    PYKALA_TRY(const place at, stream_of(db, what.of));
    std::vector<event_field> fields;
    fields.reserve(what.fields.size() + what.facts.size());
    for (const auto& [name, held] : what.fields)
        fields.push_back({name, log::data_class::open, held});
    for (const auto& [name, held] : what.facts)
        fields.push_back({name, log::data_class::decision_facts, held});
    PYKALA_TRY(
        const desk::sealed_event sealed,
        seal_event(
            tenant, at.tag, static_cast<std::uint64_t>(at.seq),
            {.of = what.of, .kind = what.kind, .actor = what.role, .at = now.at, .on = now.on},
            std::move(fields), keys));
    PYKALA_TRY(const log_leaf leaf, parse_leaf(sealed.leaf));
    PYKALA_CHECK(db.run("INSERT INTO events(stream, seq, public, body) VALUES(?, ?, ?, ?)", at.id,
                        at.seq, sealed.public_part, byte_view(leaf.body)));
    const auto event = db.db().last_insert_id();
    for (const desk::sealed_box& box : sealed.boxes)
        PYKALA_CHECK(
            db.run("INSERT INTO sealed(id, event, class, key, box) "
                   "VALUES(?1 * 8 + ?2, ?1, ?2, ?3, ?4)",
                   event, int(box.of), byte_view(box.key), as_bytes(box.bytes)));
    return log.append(event, sealed.leaf);
}

result<event_keys> keys_of_own_stream(tenant_store& store, key_store& keys, std::string_view of,
                                      instant now) {
    log::stream_tag tag{};
    PYKALA_CHECK(store.write([&](session& db) -> result<void> {
        PYKALA_TRY(const place at, stream_of(db, of));
        tag = at.tag;
        return {};
    }));
    const key_request wanted[] = {{tag, log::data_class::decision_facts}};
    PYKALA_TRY(const auto ids, keys.make(wanted, now));
    PYKALA_TRY(secret_key key, keys.find(ids.front()));
    event_keys made;
    made.emplace(log::data_class::decision_facts, event_key{ids.front(), std::move(key)});
    return made;
}

result<void> append_own_events(tenant_store& store, std::vector<own_event> events,
                               desk::moment now) {
    return store.writer().run([&](session& db, log_appender& log) -> result<void> {
        for (const own_event& each : events)
            PYKALA_CHECK(append_own_event(db, log, store.identity().tenant, each, now));
        return {};
    });
}

result<std::vector<read_own_event>> read_own_events(session& db, std::string_view of) {
    PYKALA_TRY(statement * rows, db.get("SELECT e.public FROM streams s "
                                        "JOIN events e ON e.stream = s.id WHERE s.of = ? "
                                        "ORDER BY s.id, e.seq"));
    rows->bind_all(of);
    std::vector<read_own_event> out;
    for (;;) {
        PYKALA_TRY(const bool there, rows->step());
        if (!there) break;
        PYKALA_TRY(read_event read, read_public_part(rows->text(0)));
        read_own_event one{std::move(read.body.kind), {}};
        for (read_field& field : read.fields)
            if (field.state == field_state::opened)
                one.fields.emplace(std::move(field.commitment.name), std::move(field.held));
        out.push_back(std::move(one));
    }
    rows->reset();
    return out;
}

}  // namespace pykala::storage
