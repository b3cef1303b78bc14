#include "storage/sqlite/log_check.hpp"

#include <fmt/format.h>

#include "storage/hash/sha256.hpp"
#include "storage/sealing/event_seal.hpp"

namespace pykala::storage {
namespace {

using findings = std::vector<store_finding>;

result<void> check_tree(session& db, std::int64_t origin, findings& out) {
    PYKALA_TRY(log_reader reader, log_reader::open(db.db(), origin));
    auto whole = reader.recompute();
    if (!whole) {
        out.push_back({whole.error().code, {}, whole.error().detail});
        return {};
    }
    PYKALA_TRY(const tree_head stored, reader.head_at(whole->size));
    if (stored != *whole)
        out.push_back({"log_broken", {}, "the stored head is not that of the leaves"});
    PYKALA_TRY(statement * signed_heads,
               db.get("SELECT size, root FROM checkpoints WHERE origin = ? ORDER BY size"));
    signed_heads->bind_all(origin);
    for (;;) {
        PYKALA_TRY(const bool there, signed_heads->step());
        if (!there) break;
        const auto size = std::uint64_t(signed_heads->integer(0));
        auto head = size <= whole->size
                        ? reader.head_at(size)
                        : fail(problem_kind::corrupt, "log_broken", "leaves are missing");
        if (!head || !std::ranges::equal(head->root, signed_heads->blob(1)))
            out.push_back({"checkpoint_differs",
                           {},
                           fmt::format("the checkpoint of size {} is not that of the log", size)});
    }
    signed_heads->reset();
    return {};
}

bool is_body(std::string_view public_part, byte_view hash) {
    const auto event = read_public_part(public_part);
    return event && std::ranges::equal(event->body_hash, hash);
}

// Every event stands in the log under its own stream, number and body, and none is left out.
result<void> check_events(session& db, findings& out) {
    PYKALA_TRY(
        statement * all,
        db.get("SELECT s.tag, e.seq, e.body, e.public, l.stream, l.seq, l.body, c.number, s.of, "
               "(SELECT max(seq) + 1 - count(*) FROM events WHERE stream = s.id) "
               "FROM events e JOIN streams s ON s.id = e.stream "
               "LEFT JOIN log l ON l.event = e.id LEFT JOIN cases c ON c.id = s.id"));
    for (;;) {
        PYKALA_TRY(const bool there, all->step());
        if (!there) break;
        const std::string number(all->text(7));
        const std::int64_t seq = all->integer(1);
        if (all->is_null(4)) {
            out.push_back({"event_not_logged", number, fmt::format("event {} has no leaf", seq)});
            continue;
        }
        const bool same = std::ranges::equal(all->blob(0), all->blob(4)) &&
                          seq == all->integer(5) && std::ranges::equal(all->blob(2), all->blob(6));
        // of a removed case (`case_removed`) its leaves are what stays
        const bool removed = all->text(8) == "case" && all->is_null(7) && all->text(3).empty();
        if (!same || (!removed && !is_body(all->text(3), all->blob(2))))
            out.push_back({"event_differs", number,
                           fmt::format("event {} is not the one that was logged", seq)});
        if (seq == 0 && all->integer(9) != 0)
            out.push_back({"event_missing", number, "the events have a gap"});
    }
    all->reset();
    return {};
}

result<void> check_leaves(session& db, findings& out) {
    PYKALA_TRY(statement * lost, db.get("SELECT count(*) FROM log l LEFT JOIN events e "
                                        "ON e.id = l.event WHERE e.id IS NULL"));
    lost->reset();
    PYKALA_CHECK(lost->step());
    if (lost->integer(0) != 0)
        out.push_back({"event_missing",
                       {},
                       fmt::format("{} leaves have lost their event", lost->integer(0))});
    lost->reset();
    return {};
}

}  // namespace

result<std::vector<store_finding>> check_log(tenant_store& store) {
    return store.read([&](session& db) -> result<findings> {
        findings out;
        PYKALA_CHECK(check_tree(db, store.origin(), out));
        PYKALA_CHECK(check_events(db, out));
        PYKALA_CHECK(check_leaves(db, out));
        return out;
    });
}

}  // namespace pykala::storage
