#include "tests/bench/commit_floor.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "storage/hash/sha256.hpp"
#include "storage/sqlite/case_reader.hpp"
#include "storage/sqlite/log_tables.hpp"
#include "tests/bench/commit_world.hpp"

namespace pykala::bench {

using storage::statement;

// Ids and the edge of the tree as they grow.
struct bare_writer::state {
    std::int64_t event = 0;
    log::frontier edge;
};

namespace {

std::vector<std::uint8_t> blob(std::span<const std::uint8_t> bytes) {
    return {bytes.begin(), bytes.end()};
}

std::int64_t one_number(storage::session& db, const std::string& text) {
    statement* ask = must(db.get(text));
    must(ask->step());
    const std::int64_t out = ask->integer(0);
    ask->reset();
    return out;
}

}  // namespace

bare_writer::bare_writer(const std::string& database, std::vector<desk::unit_of_work> units)
    : path_(database),
      db_(must(storage::open_tenant_database(database, bench_location(database).identity))) {
    state at;
    at.event = one_number(db_, "SELECT max(id) FROM events");
    auto reader = must(storage::log_reader::open(db_.db(), 1));
    at.edge = must(reader.frontier_at(must(reader.size())));
    for (const desk::unit_of_work& unit : units) {
        std::vector<operation> all;
        for (const desk::case_write& what : unit.cases) prepare_case(all, what, at);
        units_.push_back(std::move(all));
    }
    for (const std::string& text : texts_) must(db_.get(text));
}

std::size_t bare_writer::sql(const std::string& text) {
    const auto found = std::ranges::find(texts_, text);
    if (found != texts_.end()) return std::size_t(found - texts_.begin());
    texts_.push_back(text);
    return texts_.size() - 1;
}

void bare_writer::add(std::vector<operation>& to, const std::string& text,
                      std::vector<cell> values) {
    to.push_back({sql(text), std::move(values)});
}

void bare_writer::prepare_case(std::vector<operation>& to, const desk::case_write& what,
                               state& at) {
    const std::int64_t id =
        one_number(db_, "SELECT id FROM cases WHERE number = '" + what.number + "'");
    std::int64_t seq = std::int64_t(what.expected);
    for (const desk::sealed_event& e : what.events) {
        const auto leaf = must(storage::parse_leaf(e.leaf));
        ++at.event;
        add(to, "INSERT INTO events(stream, seq, public, body) VALUES(?, ?, ?, ?)",
            {id, seq++, e.public_part, blob(leaf.body)});
        for (const desk::sealed_box& box : e.boxes)
            add(to,
                "INSERT INTO sealed(id, event, class, key, box) VALUES(?1 * 8 + ?2, ?1, ?2, ?3, "
                "?4)",
                {at.event, std::int64_t(box.of), blob(box.key), blob(as_bytes(box.bytes))});
        std::vector<log::node> nodes;
        add(to, "INSERT INTO log(origin, idx, event, stream, seq, body) VALUES(?, ?, ?, ?, ?, ?)",
            {std::int64_t{1}, std::int64_t(at.edge.size), at.event, blob(leaf.stream),
             std::int64_t(leaf.seq), blob(leaf.body)});
        at.edge.append(storage::sha256, log::leaf_hash(storage::sha256, e.leaf), nodes);
        for (const log::node& n : nodes)
            if (n.level >= storage::tile_level)
                add(to, "INSERT INTO log_nodes(origin, level, idx, hash) VALUES(?, ?, ?, ?)",
                    {std::int64_t{1}, std::int64_t(n.level), std::int64_t(n.index), blob(n.hash)});
    }
    prepare_row(to, id, what.row);
    prepare_timers(to, id, what.timers);
    if (what.fold)
        add(to, "INSERT OR REPLACE INTO folds(case_id, version, box) VALUES(?, ?, ?)",
            {id, std::int64_t(what.fold->version), blob(as_bytes(what.fold->box))});
    for (const desk::outbox_row& out : what.outbox)
        add(to, "INSERT INTO outbox(case_id, seq, kind, class, key, box) VALUES(?, ?, ?, ?, ?, ?)",
            {id, std::int64_t(out.seq), out.kind, std::int64_t(out.body.of), blob(out.body.key),
             blob(as_bytes(out.body.bytes))});
}

// Only the columns that move, as the transitions of this benchmark move them.
void bare_writer::prepare_row(std::vector<operation>& to, std::int64_t id,
                              const desk::queue_row& row) {
    statement* find = must(
        db_.get(fmt::format("SELECT {} FROM queue WHERE case_id = ?", storage::queue_columns)));
    find->bind_all(id);
    must(find->step());
    desk::queue_row before = storage::read_queue_row(*find);
    find->reset();
    const bool assigned = before.assignee != row.assignee;
    const std::string number = before.number;
    before.version = row.version;
    before.assignee = row.assignee;
    desk::queue_row wanted = row;
    wanted.number = number;
    if (before != wanted) throw std::runtime_error("a transition moved more than was foreseen");
    if (assigned)
        add(to, "UPDATE queue SET version = ?, assignee = ? WHERE case_id = ?",
            {std::int64_t(row.version), row.assignee, id});
    else
        add(to, "UPDATE queue SET version = ? WHERE case_id = ?", {std::int64_t(row.version), id});
}

void bare_writer::prepare_timers(std::vector<operation>& to, std::int64_t id,
                                 const std::vector<desk::timer_row>& timers) {
    statement* all = must(
        db_.get("SELECT name, fires_on FROM timers WHERE case_id = ? ORDER BY name, fires_on"));
    all->bind_all(id);
    std::vector<desk::timer_row> stored;
    while (must(all->step()))
        stored.push_back({std::string(all->text(0)), *parse_date(all->text(1))});
    all->reset();
    std::vector<desk::timer_row> wanted = timers;
    std::ranges::sort(wanted);
    for (const auto& t : stored)
        if (!std::ranges::binary_search(wanted, t))
            add(to, "DELETE FROM timers WHERE case_id = ? AND name = ? AND fires_on = ?",
                {id, t.name, to_string(t.fires_on)});
    for (const auto& t : wanted)
        if (!std::ranges::binary_search(stored, t))
            add(to, "INSERT INTO timers(case_id, name, fires_on) VALUES(?, ?, ?)",
                {id, t.name, to_string(t.fires_on)});
}

void bare_writer::write_all(std::size_t group) {
    std::vector<statement*> statements;
    for (const std::string& text : texts_) statements.push_back(must(db_.get(text)));
    for (std::size_t first = 0; first < units_.size(); first += group) {
        auto whole = must(storage::transaction::begin_immediate(db_.db()));
        for (std::size_t i = first; i < std::min(units_.size(), first + group); ++i)
            for (const operation& op : units_[i]) {
                statement* s = statements[op.sql];
                int at = 0;
                for (const cell& value : op.values)
                    std::visit(
                        [&](const auto& held) {
                            if constexpr (std::is_same_v<std::decay_t<decltype(held)>,
                                                         std::vector<std::uint8_t>>)
                                s->bind(++at, storage::byte_view(held));
                            else
                                s->bind(++at, held);
                        },
                        value);
                must(s->execute());
            }
        must(whole.commit());
    }
}

void bare_writer::compare_with(const std::string& other) {
    auto written = must(storage::open_tenant_reader(path_));
    auto measured = must(storage::open_tenant_reader(other));
    storage::session left(std::move(written));
    storage::session right(std::move(measured));
    for (const char* count :
         {"SELECT sum(length(public) + length(body)) FROM events",
          "SELECT sum(length(box) + length(key)) FROM sealed",
          "SELECT sum(length(box) + version) FROM folds", "SELECT count(*) FROM log",
          "SELECT count(*) FROM log_nodes", "SELECT sum(length(box)) FROM outbox",
          "SELECT sum(version) FROM queue", "SELECT sum(length(assignee)) FROM queue",
          "SELECT count(*) FROM timers"})
        if (one_number(left, count) != one_number(right, count))
            throw std::runtime_error(fmt::format("the floor wrote something else: {}", count));
}

}  // namespace pykala::bench
