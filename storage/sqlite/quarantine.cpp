#include "storage/sqlite/quarantine.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "storage/sqlite/case_writer.hpp"
#include "storage/sqlite/own_stream.hpp"

namespace pykala::storage {
namespace {

struct marked_case {
    std::int64_t id = 0;
    desk::quarantined_case mark;
};

result<std::optional<marked_case>> find_mark(session& db, std::string_view number) {
    PYKALA_TRY(statement * find,
               db.get("SELECT q.case_id, c.number, q.since, q.why FROM quarantine q "
                      "JOIN cases c ON c.id = q.case_id WHERE c.number = ?"));
    find->bind_all(number);
    PYKALA_TRY(const bool there, find->step());
    if (!there) return std::optional<marked_case>{};
    marked_case found{
        find->integer(0),
        {std::string(find->text(1)), parse_instant_utc(find->text(2)).value_or(instant{}),
         std::string(find->text(3))}};
    find->reset();
    return std::optional(std::move(found));
}

std::unexpected<problem> still_broken(const std::string& number, const std::string& why) {
    return fail(problem_kind::refused, "still_broken",
                fmt::format("case `{}` is still not as it must be: {}", number, why),
                "nothing was changed; where only the queue differs, stop the server and run "
                "`pykala queue check --rebuild`, else restore the data that the case needs");
}

// The version of the case, when everything about it fits.
result<std::uint64_t> check_case(session& db, const std::string& number, const projector& project) {
    try {
        PYKALA_TRY(const auto findings, check_queue_of(db, number, project));
        if (!findings.empty()) return still_broken(number, findings.front().detail);
    } catch (const std::logic_error& broken) {  // of its events, not of the machine
        return still_broken(number, broken.what());
    }
    PYKALA_TRY(const auto stored, read_case(db, number));
    return stored.events.size();
}

own_event to_event(const marked_case& of, const desk::stored_case& stored,
                   const case_release& what) {
    own_event made;
    made.of = quarantine_stream;
    made.kind = case_is_released;
    made.role = what.role;
    made.fields = {{"since", value(to_string(of.mark.since))},
                   {"stream", value(to_hex(stored.stream))},
                   {"why", value(of.mark.why)}};
    made.facts = {{"actor", value(what.name)}, {"reason", value(what.reason)}};
    return made;
}

}  // namespace

result<std::uint64_t> release_case(tenant_store& store, key_store& keys, const projector& project,
                                   const case_release& what, desk::moment now) {
    PYKALA_TRY(const auto answered, store.read([&](session& db) {
        return read_receipt(db, what.key.actor, what.key.key);
    }));
    if (answered && answered->content == what.key.content) return answered->given.versions.front();
    if (answered)
        return fail(problem_kind::conflict, "idempotency_reused",
                    "this key was used for another command", "draw a new key");
    PYKALA_TRY(const auto own, keys_of_own_stream(store, keys, quarantine_stream, now.at));
    std::uint64_t version = 0;
    PYKALA_CHECK(store.writer().run([&](session& db, log_appender& log) -> result<void> {
        PYKALA_TRY(const auto marked, find_mark(db, what.number));
        if (!marked)
            return fail(problem_kind::not_found, "not_quarantined",
                        fmt::format("case `{}` is not in quarantine", what.number));
        PYKALA_TRY(version, check_case(db, what.number, project));
        PYKALA_TRY(const auto stored, read_case(db, what.number));
        PYKALA_CHECK(append_own_event(db, log, store.identity().tenant,
                                      to_event(*marked, stored, what), now, own));
        PYKALA_CHECK(db.run("DELETE FROM quarantine WHERE case_id = ?", marked->id));
        return keep_receipt(db, what.key, {{what.number}, {version}});
    }));
    return version;
}

result<std::optional<desk::quarantined_case>> quarantine_of(tenant_store& store,
                                                            std::string_view number) {
    return store.read([&](session& db) -> result<std::optional<desk::quarantined_case>> {
        PYKALA_TRY(auto marked, find_mark(db, number));
        if (!marked) return std::optional<desk::quarantined_case>{};
        return std::optional(std::move(marked->mark));
    });
}

}  // namespace pykala::storage
