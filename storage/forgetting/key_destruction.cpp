#include "storage/forgetting/key_destruction.hpp"

#include "engine/base/encoding.hpp"

#include "storage/sqlite/log_start.hpp"

namespace pykala::storage {
namespace {

// A case that is being filed has its keys before its events.
constexpr std::chrono::hours orphan_age{24};

// Ids that the log says will be destroyed, and does not say that they are.
result<std::vector<log::key_id>> unfinished(session& db) {
    PYKALA_TRY(const auto events, read_own_events(db, keys_stream));
    std::set<std::string> waiting;
    for (const read_own_event& e : events) {
        const auto field = e.fields.find("key");
        const auto* id = field == e.fields.end() ? nullptr : field->second.as_string();
        if (id && e.kind == destruction_intended) waiting.insert(*id);
        if (id && e.kind == key_is_destroyed) waiting.erase(*id);
    }
    std::vector<log::key_id> ids;
    for (const std::string& hex : waiting)
        if (!from_hex(hex, ids.emplace_back()))
            return fail(problem_kind::corrupt, "event_malformed",
                        "an event of the stream of keys names no key", "restore the database");
    return ids;
}

result<bool> is_known(session& db, const log::stream_tag& owner) {
    PYKALA_TRY(statement * find, db.get("SELECT 1 FROM streams WHERE tag = ?"));
    find->bind_all(byte_view(owner));
    PYKALA_TRY(const bool there, find->step());
    find->reset();
    return there;
}

// When data were last restored; keys of before may belong to what was moved aside or lost, and in
// doubt nothing is erased.
result<std::optional<instant>> last_restore(session& db) {
    PYKALA_TRY(const auto events, read_own_events(db, restore_stream));
    std::optional<instant> last;
    for (const read_own_event& e : events) {
        const auto field = e.fields.find("restored_at");
        const auto* at = field == e.fields.end() ? nullptr : field->second.as_string();
        if (at) last = std::max(last, parse_instant_utc(*at));
    }
    return last;
}

}  // namespace

result<void> key_destruction::note(std::string_view kind, const std::vector<log::key_id>& ids) {
    std::vector<own_event> events;
    events.reserve(ids.size());
    for (const log::key_id& id : ids)
        events.push_back(
            {std::string(keys_stream), std::string(kind), {{"key", value(to_hex(id))}}});
    return append_own_events(store_, std::move(events), clock_.now());
}

result<std::size_t> key_destruction::carry_out(const std::vector<log::key_id>& ids) {
    if (ids.empty()) return std::size_t{0};
    std::vector<log::key_id> fresh;
    for (const log::key_id& id : ids)
        if (!intended_.contains(id)) fresh.push_back(id);
    if (!fresh.empty()) PYKALA_CHECK(note(destruction_intended, fresh));
    intended_.insert(fresh.begin(), fresh.end());
    PYKALA_CHECK(keys_.destroy(ids));
    PYKALA_CHECK(note(key_is_destroyed, ids));
    for (const log::key_id& id : ids) intended_.erase(id);
    return ids.size();
}

result<std::size_t> key_destruction::destroy(const log::stream_tag& owner,
                                             const std::set<std::string>& classes) {
    const std::lock_guard lock(working_);
    PYKALA_TRY(const auto held, keys_.list_of(owner));
    std::vector<log::key_id> ids;
    for (const key_facts_row& key : held)
        if (classes.empty() || classes.contains(key.key_class)) ids.push_back(key.id);
    return carry_out(ids);
}

result<std::size_t> key_destruction::finish_intended() {
    const std::lock_guard lock(working_);
    PYKALA_TRY(const auto ids, store_.read([](session& db) { return unfinished(db); }));
    intended_.insert(ids.begin(), ids.end());
    return carry_out(ids);
}

result<std::size_t> key_destruction::sweep_orphans() {
    const std::lock_guard lock(working_);
    PYKALA_TRY(const auto all, keys_.list());
    PYKALA_TRY(const auto restored, store_.read([](session& db) { return last_restore(db); }));
    const instant young = clock_.now().at - orphan_age;
    std::vector<log::key_id> ids;
    for (const key_facts_row& key : all) {
        const auto made = parse_instant_utc(key.made_at);
        if (!made || *made > young || (restored && *made <= *restored)) continue;
        PYKALA_TRY(const bool known,
                   store_.read([&](session& db) { return is_known(db, key.owner); }));
        if (!known) ids.push_back(key.id);
    }
    return carry_out(ids);
}

}  // namespace pykala::storage
