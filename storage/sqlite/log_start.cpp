#include "storage/sqlite/log_start.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "engine/log/event_leaf.hpp"

namespace pykala::storage {
namespace {

struct standing_leaf {
    std::int64_t event = 0;
    log_leaf leaf;
};

result<std::vector<standing_leaf>> leaves_of(session& db, std::int64_t origin) {
    PYKALA_TRY(statement * rows, db.get("SELECT event, stream, seq, body FROM log "
                                        "WHERE origin = ? ORDER BY idx"));
    rows->bind_all(origin);
    std::vector<standing_leaf> out;
    for (;;) {
        PYKALA_TRY(const bool there, rows->step());
        if (!there) break;
        standing_leaf one;
        one.event = rows->integer(0);
        one.leaf.seq = std::uint64_t(rows->integer(2));
        const byte_view stream = rows->blob(1), body = rows->blob(3);
        std::copy_n(stream.begin(), std::min(stream.size(), one.leaf.stream.size()),
                    one.leaf.stream.begin());
        std::copy_n(body.begin(), std::min(body.size(), one.leaf.body.size()),
                    one.leaf.body.begin());
        out.push_back(one);
    }
    rows->reset();
    return out;
}

}  // namespace

result<log_name> newest_log(connection& db) {
    PYKALA_TRY(statement newest,
               db.prepare("SELECT id, name FROM log_origins ORDER BY id DESC LIMIT 1"));
    PYKALA_TRY(const bool there, newest.step());
    if (!there)
        return fail(problem_kind::corrupt, "log_broken", "the database names no log",
                    "restore the database from a backup");
    return log_name{newest.integer(0), std::string(newest.text(1))};
}

std::optional<std::int64_t> number_of(std::string_view name) {
    const auto digits = name.substr(name.rfind('/') + 1);
    std::int64_t number = 0;
    const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (wrong != std::errc{} || end != digits.data() + digits.size() || number < 1)
        return std::nullopt;
    return number;
}

std::string with_number(std::string_view name, std::int64_t number) {
    return fmt::format("{}{}", name.substr(0, name.rfind('/') + 1), number);
}

result<void> begin_log(session& db, const std::string& tenant, const log_name& old,
                       const log_name& next, const own_event& first, desk::moment now) {
    PYKALA_TRY(const auto standing, leaves_of(db, old.number));
    PYKALA_CHECK(db.run("DELETE FROM log_nodes WHERE origin = ?", old.number));
    PYKALA_CHECK(db.run("DELETE FROM log WHERE origin = ?", old.number));
    PYKALA_CHECK(db.run("INSERT INTO log_origins(id, name, begun_at) VALUES(?, ?, ?)", next.number,
                        next.name, to_string(now.at)));
    PYKALA_TRY(log_appender log, log_appender::open(db.db(), next.number));
    PYKALA_CHECK(log.begin());
    PYKALA_CHECK(append_own_event(db, log, tenant, first, now));
    for (const auto& [event, leaf] : standing)
        PYKALA_CHECK(log.append(event, log::write_leaf(leaf.stream, leaf.seq, leaf.body)));
    return log.flush();
}

}  // namespace pykala::storage
