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

result<void> make_own_tables(connection& db) {
    return db.run(
        "CREATE TABLE IF NOT EXISTS pykala_mark("
        " row_table TEXT NOT NULL, row_key TEXT NOT NULL, category TEXT NOT NULL,"
        " restricted INTEGER NOT NULL, hold_only INTEGER NOT NULL,"
        " PRIMARY KEY(row_table, row_key, category)) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS pykala_intent("
        " intent TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS pykala_intent_result("
        " intent TEXT NOT NULL, ordinal INTEGER NOT NULL, record TEXT NOT NULL,"
        " verb TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, until TEXT,"
        " PRIMARY KEY(intent, ordinal)) WITHOUT ROWID;");
}

result<std::optional<std::vector<change_result>>> find_intent(connection& db,
                                                              const execution& what) {
    PYKALA_TRY(auto find, db.prepare("SELECT digest FROM pykala_intent WHERE intent = ?1"));
    find.bind_all(what.intent);
    PYKALA_TRY(const bool known, find.step());
    if (!known) return std::nullopt;
    if (find.text(0) != digest_of(what))
        return fail(problem_kind::conflict, "intent_reused",
                    "the same intent was carried out with other changes",
                    "give every decision an intent of its own");
    PYKALA_TRY(auto list, db.prepare("SELECT record, verb, status, reason, until FROM "
                                     "pykala_intent_result WHERE intent = ?1 ORDER BY ordinal"));
    list.bind_all(what.intent);
    std::vector<change_result> results;
    while (true) {
        PYKALA_TRY(const bool more, list.step());
        if (!more) return results;
        const auto verb = from_name<register_verb>(list.text(1));
        const auto status = from_name<change_status>(list.text(2));
        if (!verb || !status)
            return fail(problem_kind::corrupt, "register_intent",
                        "a result of an intent has a name that nobody writes");
        results.push_back({.record = std::string(list.text(0)),
                           .verb = *verb,
                           .status = *status,
                           .reason = std::string(list.text(3)),
                           .until = parse_date(list.text(4))});
    }
}

result<void> keep_intent(connection& db, const execution& what,
                         const std::vector<change_result>& results) {
    PYKALA_TRY(auto put, db.prepare("INSERT INTO pykala_intent VALUES(?1, ?2)"));
    PYKALA_CHECK(put.execute_with(what.intent, digest_of(what)));
    PYKALA_TRY(auto add,
               db.prepare("INSERT INTO pykala_intent_result VALUES(?1,?2,?3,?4,?5,?6,?7)"));
    std::int64_t ordinal = 0;
    for (const auto& r : results) {
        const auto until = r.until ? std::optional(to_string(*r.until)) : std::nullopt;
        PYKALA_CHECK(add.execute_with(what.intent, ++ordinal, r.record, name_of(r.verb),
                                      name_of(r.status), r.reason, until));
    }
    return {};
}

result<void> put_mark(connection& db, const record_id& id, record_marks marks) {
    if (marks == record_marks{}) {
        PYKALA_TRY(auto drop, db.prepare("DELETE FROM pykala_mark WHERE row_table = ?1 AND "
                                         "row_key = ?2 AND category = ?3"));
        return drop.execute_with(id.table, id.key, id.category);
    }
    PYKALA_TRY(auto put, db.prepare("INSERT OR REPLACE INTO pykala_mark VALUES(?1,?2,?3,?4,?5)"));
    return put.execute_with(id.table, id.key, id.category, int(marks.restricted),
                            int(marks.hold_only));
}

result<record_marks> marks_of_row(connection& db, const std::string& table,
                                  const std::string& key) {
    PYKALA_TRY(auto query, db.prepare("SELECT max(restricted), max(hold_only) FROM pykala_mark "
                                      "WHERE row_table = ?1 AND row_key = ?2"));
    query.bind_all(table, key);
    PYKALA_TRY(const bool row, query.step());
    return record_marks{.restricted = row && query.integer(0) != 0,
                        .hold_only = row && query.integer(1) != 0};
}

result<void> drop_marks(connection& db, const std::string& table, const std::string& key) {
    PYKALA_TRY(auto drop,
               db.prepare("DELETE FROM pykala_mark WHERE row_table = ?1 AND row_key = ?2"));
    return drop.execute_with(table, key);
}

}  // namespace pykala::storage::registers
