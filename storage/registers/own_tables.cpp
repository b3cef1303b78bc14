#include "storage/registers/own_tables.hpp"

#include "engine/base/encoding.hpp"

#include "storage/hash/sha256.hpp"

namespace pykala::storage::registers {

namespace {

// Two executions are the same when these bytes are: every part with its length before it. Not the
// person: once everything went, nobody is found any more.
std::string digest_of(const execution& what) {
    std::string bytes;
    const auto add = [&](std::string_view part) {
        bytes += std::to_string(part.size()) + ':';
        bytes += part;
    };
    for (const auto& c : what.changes) {
        add(c.record);
        add(name_of(c.verb));
        add(c.field);
        add(c.old_value ? "=" + *c.old_value : "");
        add(c.new_value ? "=" + *c.new_value : "");
        add(c.correction);
        add(name_of(c.decided));
    }
    return to_hex(sha256({}, bytes));
}

}  // namespace

result<std::optional<std::vector<change_result>>> find_intent(sql_database& db,
                                                              const execution& what) {
    PYKALA_TRY(const auto find, db.get("SELECT digest FROM pykala_intent WHERE intent = ?1"));
    find->bind_all(what.intent);
    PYKALA_TRY(const bool known, find->step());
    if (!known) return std::nullopt;
    if (find->text(0) != digest_of(what))
        return fail(problem_kind::conflict, "intent_reused",
                    "the same intent was carried out with other changes",
                    "give every decision an intent of its own");
    PYKALA_TRY(const auto list, db.get("SELECT record, verb, status, reason, until FROM "
                                       "pykala_intent_result WHERE intent = ?1 ORDER BY ordinal"));
    list->bind_all(what.intent);
    std::vector<change_result> results;
    while (true) {
        PYKALA_TRY(const bool more, list->step());
        if (!more) return results;
        const auto verb = from_name<register_verb>(list->text(1));
        const auto status = from_name<change_status>(list->text(2));
        if (!verb || !status)
            return fail(problem_kind::corrupt, "register_intent",
                        "a result of an intent has a name that nobody writes");
        results.push_back({.record = list->text(0),
                           .verb = *verb,
                           .status = *status,
                           .reason = list->text(3),
                           .until = parse_date(list->text(4))});
    }
}

result<void> keep_intent(sql_database& db, const execution& what,
                         const std::vector<change_result>& results) {
    PYKALA_TRY(const auto put, db.get("INSERT INTO pykala_intent VALUES(?1, ?2)"));
    PYKALA_CHECK(put->run(what.intent, digest_of(what)));
    PYKALA_TRY(const auto add,
               db.get("INSERT INTO pykala_intent_result VALUES(?1,?2,?3,?4,?5,?6,?7)"));
    std::int64_t ordinal = 0;
    for (const auto& r : results) {
        const auto until = r.until ? std::optional(to_string(*r.until)) : std::nullopt;
        PYKALA_CHECK(add->run(what.intent, ++ordinal, r.record, name_of(r.verb), name_of(r.status),
                              r.reason, until));
    }
    return {};
}

result<void> put_mark(sql_database& db, const record_id& id, record_marks marks) {
    if (marks == record_marks{}) {
        PYKALA_TRY(const auto drop, db.get("DELETE FROM pykala_mark WHERE row_table = ?1 AND "
                                           "row_key = ?2 AND category = ?3"));
        PYKALA_CHECK(drop->run(id.table, id.key, id.category));
        return {};
    }
    PYKALA_TRY(const auto put, db.get("INSERT INTO pykala_mark VALUES(?1,?2,?3,?4,?5) "
                                      "ON CONFLICT(row_table, row_key, category) DO UPDATE SET "
                                      "restricted = excluded.restricted, "
                                      "hold_only = excluded.hold_only"));
    PYKALA_CHECK(
        put->run(id.table, id.key, id.category, int(marks.restricted), int(marks.hold_only)));
    return {};
}

result<record_marks> marks_of_row(sql_database& db, const std::string& table,
                                  const std::string& key) {
    PYKALA_TRY(const auto query, db.get("SELECT max(restricted), max(hold_only) FROM pykala_mark "
                                        "WHERE row_table = ?1 AND row_key = ?2"));
    query->bind_all(table, key);
    PYKALA_TRY(const bool row, query->step());
    return record_marks{.restricted = row && query->flag(0), .hold_only = row && query->flag(1)};
}

result<void> drop_marks(sql_database& db, const std::string& table, const std::string& key) {
    PYKALA_TRY(const auto drop,
               db.get("DELETE FROM pykala_mark WHERE row_table = ?1 AND row_key = ?2"));
    PYKALA_CHECK(drop->run(table, key));
    return {};
}

}  // namespace pykala::storage::registers
