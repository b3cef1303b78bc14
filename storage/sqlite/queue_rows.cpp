#include <algorithm>
#include <array>
#include <variant>

#include "storage/sqlite/case_writer.hpp"

namespace pykala::storage {
namespace {

using cell = std::variant<std::nullptr_t, std::int64_t, std::string>;

struct column {
    const char* name;
    cell value;
};

cell cell_of(const std::optional<date>& day) {
    if (!day) return nullptr;
    return to_string(*day);
}

// Everything of a row but its key.
std::array<column, 21> columns_of(const desk::queue_row& row) {
    const auto flag = [](bool b) { return cell(std::int64_t{b}); };
    return {{{"number", row.number},
             {"version", std::int64_t(row.version)},
             {"right", row.right},
             {"kind", row.kind},
             {"state", row.state},
             {"outcome", row.outcome},
             {"channel", row.channel},
             {"assurance", row.assurance},
             {"assignee", row.assignee},
             {"received_on", to_string(row.received_on)},
             {"due_on", to_string(row.due_on)},
             {"act_by", to_string(row.act_by)},
             {"statutory_on", to_string(row.statutory_on)},
             {"extended_on", cell_of(row.extended_on)},
             {"answered_on", cell_of(row.answered_on)},
             {"closed_on", cell_of(row.closed_on)},
             {"paused", flag(row.paused)},
             {"alert", flag(row.alert)},
             {"open_tasks", std::int64_t(row.open_tasks)},
             {"open", flag(row.outcome.empty())},
             {"last_day", to_string(row.extended_on.value_or(row.due_on))}}};
}

void bind(statement& to, int index, const cell& value) {
    std::visit([&](const auto& held) { to.bind(index, held); }, value);
}

bool is_stored(const statement& row, int at, const cell& value) {
    if (row.is_null(at)) return std::holds_alternative<std::nullptr_t>(value);
    if (const auto* number = std::get_if<std::int64_t>(&value)) return row.integer(at) == *number;
    const auto* text = std::get_if<std::string>(&value);
    return text && row.text(at) == *text;
}

std::string list_of(std::span<const column> columns, std::string_view after) {
    std::string out;
    for (const column& c : columns) {
        if (!out.empty()) out += ", ";
        out += c.name;
        out += after;
    }
    return out;
}

result<void> insert_row(session& db, std::int64_t case_id, std::span<const column> columns) {
    std::string places = "?";
    for (std::size_t i = 0; i < columns.size(); ++i) places += ", ?";
    PYKALA_TRY(statement * put, db.get("INSERT INTO queue(case_id, " + list_of(columns, "") +
                                       ") VALUES(" + places + ")"));
    int at = 0;
    put->bind(++at, case_id);
    for (const column& c : columns) bind(*put, ++at, c.value);
    return put->execute();
}

}  // namespace

// An index is written anew whenever one of its columns is named in an UPDATE, changed or not: so
// only what changed is named.
result<void> write_queue_row(session& db, std::int64_t case_id, const desk::queue_row& row) {
    const auto columns = columns_of(row);
    static const std::string select =  // the names are always the same
        "SELECT " + list_of(columns, "") + " FROM queue WHERE case_id = ?";
    PYKALA_TRY(statement * stored, db.get(select));
    stored->bind_all(case_id);
    PYKALA_TRY(const bool there, stored->step());
    if (!there) return insert_row(db, case_id, columns);
    std::vector<column> changed;
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (!is_stored(*stored, int(i), columns[i].value)) changed.push_back(columns[i]);
    stored->reset();
    if (changed.empty()) return {};
    PYKALA_TRY(statement * update,
               db.get("UPDATE queue SET " + list_of(changed, " = ?") + " WHERE case_id = ?"));
    int at = 0;
    for (const column& c : changed) bind(*update, ++at, c.value);
    update->bind(++at, case_id);
    return update->execute();
}

// Most events move no timer, so only the difference is written.
result<void> write_timers(session& db, std::int64_t case_id,
                          std::span<const desk::timer_row> timers) {
    std::vector<desk::timer_row> wanted(timers.begin(), timers.end());
    std::ranges::sort(wanted);
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    std::vector<desk::timer_row> stored;
    PYKALA_TRY(statement * all, db.get("SELECT name, fires_on FROM timers WHERE case_id = ? "
                                       "ORDER BY name, fires_on"));
    all->bind_all(case_id);
    for (;;) {
        PYKALA_TRY(const bool there, all->step());
        if (!there) break;
        stored.push_back({std::string(all->text(0)), parse_date(all->text(1)).value_or(date{})});
    }
    all->reset();
    for (const desk::timer_row& t : stored)
        if (!std::ranges::binary_search(wanted, t))
            PYKALA_CHECK(
                db.run("DELETE FROM timers WHERE case_id = ? AND name = ? AND fires_on = ?",
                       case_id, t.name, to_string(t.fires_on)));
    for (const desk::timer_row& t : wanted)
        if (!std::ranges::binary_search(stored, t))
            PYKALA_CHECK(db.run("INSERT INTO timers(case_id, name, fires_on) VALUES(?, ?, ?)",
                                case_id, t.name, to_string(t.fires_on)));
    return {};
}

}  // namespace pykala::storage
