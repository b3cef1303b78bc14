#include "storage/forgetting/case_removal.hpp"

#include <algorithm>

#include "engine/base/encoding.hpp"

#include "storage/forgetting/erasure_list.hpp"
#include "storage/sqlite/own_stream.hpp"

namespace pykala::storage {
namespace {

struct removed_case {
    std::int64_t id = 0;
    log::stream_tag stream{};
};

result<std::optional<removed_case>> find_case(session& db, std::string_view number) {
    PYKALA_TRY(statement * find, db.get("SELECT c.id, s.tag FROM cases c "
                                        "JOIN streams s ON s.id = c.id WHERE c.number = ?"));
    find->bind_all(number);
    PYKALA_TRY(const bool there, find->step());
    if (!there) return std::optional<removed_case>{};
    removed_case found{find->integer(0), {}};
    const byte_view tag = find->blob(1);
    std::copy_n(tag.begin(), std::min(tag.size(), found.stream.size()), found.stream.begin());
    find->reset();
    return std::optional(found);
}

// Whatever refers to the case goes before it.
constexpr std::string_view removals[] = {
    "DELETE FROM sealed WHERE id IN (SELECT e.id * 8 + c.value FROM events e, "
    "json_each('[1,2,3,4]') c WHERE e.stream = ?)",
    "UPDATE events SET public = '' WHERE stream = ?",
    "DELETE FROM folds WHERE case_id = ?",
    "DELETE FROM queue WHERE case_id = ?",
    "DELETE FROM timers WHERE case_id = ?",
    "DELETE FROM persons WHERE case_id = ?",
    "DELETE FROM outbox WHERE case_id = ?",
    "DELETE FROM documents WHERE case_id = ?",
    "DELETE FROM looks WHERE case_id = ?",
    "DELETE FROM quarantine WHERE case_id = ?",
    "DELETE FROM cases WHERE id = ?",
};

}  // namespace

result<void> remove_case(tenant_store& store, std::string_view number, desk::moment now) {
    return store.writer().run([&](session& db, log_appender& log) -> result<void> {
        PYKALA_TRY(const auto found, find_case(db, number));
        if (!found) return {};
        PYKALA_CHECK(append_own_event(db, log, store.identity().tenant,
                                      {std::string(retention_stream),
                                       std::string(case_is_removed),
                                       {{"stream", value(to_hex(found->stream))}}},
                                      now));
        PYKALA_CHECK(add_erasure(db, {.what = erased_thing::removed_case,
                                      .hash = to_hex(found->stream),
                                      .reg = {},
                                      .on = now.on}));
        // who sends a command of this case again is told that there is none
        PYKALA_CHECK(
            db.run("DELETE FROM idempotency "
                   "WHERE instr(' ' || numbers || ' ', ' ' || ? || ' ') > 0",
                   number));
        for (const std::string_view sql : removals) PYKALA_CHECK(db.run(sql, found->id));
        return {};
    });
}

}  // namespace pykala::storage
