#include <algorithm>
#include <tuple>
#include <variant>

#include <fmt/format.h>

#include "storage/sqlite/case_reader.hpp"

namespace pykala::storage {
namespace {

using order = desk::queue_query::order;
using sought = std::variant<std::int64_t, std::string>;

constexpr std::size_t limit_max = 500;

// Where a page ended: the values that it is ordered by.
struct position {
    bool alert = false;
    std::string key;  // the day; empty where the order is by number
    std::string number;
};

char letter_of(order by) {
    return by == order::due_on ? 'd' : by == order::received_on ? 'r' : 'n';
}

std::string_view key_column(order by) {
    return by == order::due_on ? "last_day" : "received_on";
}

position position_of(const desk::queue_row& row, order by) {
    switch (by) {
        case order::due_on:
            return {row.alert, to_string(row.extended_on.value_or(row.due_on)), row.number};
        case order::received_on:
            return {false, to_string(row.received_on), row.number};
        case order::number:
            break;
    }
    return {false, {}, row.number};
}

// Order of the page. Alerts stand first whichever way the days run.
bool comes_before(const position& a, const position& b, bool descending) {
    if (a.alert != b.alert) return a.alert;
    const auto left = std::tie(a.key, a.number);
    const auto right = std::tie(b.key, b.number);
    return descending ? right < left : left < right;
}

// `d` or `r` or `n`, `+` or `-`, `1` or `0`, the day, `_`, the number.
std::string write_cursor(const desk::queue_query& query, const position& at) {
    return fmt::format("{}{}{}{}_{}", letter_of(query.by), query.descending ? '-' : '+',
                       at.alert ? '1' : '0', at.key, at.number);
}

result<position> read_cursor(const desk::queue_query& query) {
    const std::string& text = query.cursor;
    const std::size_t bar = text.find('_');
    const bool has_day = query.by != order::number;
    const bool good = bar != text.npos && bar == (has_day ? 13U : 3U) && bar + 1 < text.size() &&
                      text.size() <= 64 && text[0] == letter_of(query.by) &&
                      text[1] == (query.descending ? '-' : '+') &&
                      (text[2] == '1' || text[2] == '0') &&
                      (!has_day || parse_date(std::string_view(text).substr(3, 10)));
    if (!good)
        return fail(problem_kind::invalid, "bad_cursor", "the cursor is not one of this query",
                    "begin with the first page, or keep the order of the page before");
    return position{text[2] == '1', text.substr(3, bar - 3), text.substr(bar + 1)};
}

// One stretch of an index: equal in its first columns, so that it gives rows in order and a page
// costs no more than its rows.
struct stretch {
    std::string index;
    std::vector<std::pair<std::string, sought>> equal;
    bool alert = false;
};

std::vector<stretch> with_alert(std::vector<stretch> all, order by) {
    if (by != order::due_on) return all;
    std::vector<stretch> out;
    for (const bool alert : {true, false})
        for (stretch s : all) {
            s.equal.emplace_back("alert", std::int64_t{alert});
            s.alert = alert;
            out.push_back(std::move(s));
        }
    return out;
}

std::vector<stretch> stretches_of(const desk::queue_query& query) {
    std::vector<std::int64_t> opens{1, 0};
    if (query.closed) opens = {*query.closed ? 0 : 1};
    std::vector<stretch> out;
    if (query.by != order::due_on) {
        const char* index = query.by == order::number ? "queue_by_number" : "queue_by_arrival";
        for (const std::int64_t open : opens) out.push_back({index, {{"open", open}}});
    } else if (query.assignee && !query.assignee->empty()) {
        for (const std::int64_t open : opens)
            out.push_back({"queue_by_assignee", {{"assignee", *query.assignee}, {"open", open}}});
    } else if (!query.states.empty()) {
        for (const std::string& state : query.states)
            out.push_back({"queue_by_state", {{"state", state}}});
    } else if (!query.rights.empty()) {
        for (const std::string& right : query.rights)
            for (const std::int64_t open : opens)
                out.push_back({"queue_by_right", {{"right", right}, {"open", open}}});
    } else {
        for (const std::int64_t open : opens) out.push_back({"queue_by_day", {{"open", open}}});
    }
    return with_alert(std::move(out), query.by);
}

// The text of a query and its values, in step.
struct sql_text {
    std::string text{};
    std::vector<sought> values{};
    void also(std::string_view condition, sought value) {
        text += fmt::format(" AND {}", condition);
        values.push_back(std::move(value));
    }
    void also_any(std::string_view column, const std::vector<std::string>& of) {
        if (of.empty()) return;
        text += fmt::format(" AND {} IN (", column);
        for (std::size_t i = 0; i < of.size(); ++i) {
            text += i == 0 ? "?" : ", ?";
            values.emplace_back(of[i]);
        }
        text += ')';
    }
};

sql_text query_of(const desk::queue_query& query, const stretch& s,
                  const std::optional<position>& after) {
    sql_text sql;
    sql.text = fmt::format("SELECT {} FROM queue INDEXED BY {} WHERE 1", queue_columns, s.index);
    for (const auto& [column, value] : s.equal) sql.also(column + " = ?", value);
    if (s.index == "queue_by_assignee") sql.text += " AND assignee <> ''";
    sql.also_any("state", query.states);
    sql.also_any("right", query.rights);
    if (query.closed) sql.also("open = ?", std::int64_t{!*query.closed});
    if (query.assignee) sql.also("assignee = ?", *query.assignee);
    if (query.due_before) sql.also("last_day < ?", to_string(*query.due_before));
    const char* than = query.descending ? "<" : ">";
    if (after && query.by == order::number) {
        sql.also(fmt::format("number {} ?", than), after->number);
    } else if (after && after->alert == s.alert) {
        sql.text += fmt::format(" AND ({}, number) {} (?, ?)", key_column(query.by), than);
        sql.values.emplace_back(after->key);
        sql.values.emplace_back(after->number);
    }
    const char* way = query.descending ? " DESC" : "";
    sql.text += query.by == order::number
                    ? fmt::format(" ORDER BY number{} LIMIT ?", way)
                    : fmt::format(" ORDER BY {0}{1}, number{1} LIMIT ?", key_column(query.by), way);
    sql.values.emplace_back(std::int64_t(query.limit + 1));
    return sql;
}

result<void> read_stretch(session& db, const sql_text& sql, std::vector<desk::queue_row>& rows) {
    PYKALA_TRY(statement * find, db.get(sql.text));
    for (std::size_t i = 0; i < sql.values.size(); ++i)
        std::visit([&](const auto& value) { find->bind(int(i) + 1, value); }, sql.values[i]);
    for (;;) {
        PYKALA_TRY(const bool there, find->step());
        if (!there) break;
        rows.push_back(read_queue_row(*find));
    }
    find->reset();
    return {};
}

}  // namespace

result<desk::queue_page> read_queue(session& db, const desk::queue_query& query) {
    if (query.limit < 1 || query.limit > limit_max)
        return fail(problem_kind::invalid, "bad_limit",
                    fmt::format("a page cannot have {} rows", query.limit),
                    fmt::format("1 to {}", limit_max));
    std::optional<position> after;
    if (!query.cursor.empty()) {
        PYKALA_TRY(after, read_cursor(query));
    }
    desk::queue_page page;
    for (const stretch& s : stretches_of(query)) {
        // What stands before the cursor is behind us.
        if (after && after->alert != s.alert && !after->alert) continue;
        PYKALA_CHECK(read_stretch(db, query_of(query, s, after), page.rows));
    }
    std::ranges::sort(page.rows, [&](const desk::queue_row& a, const desk::queue_row& b) {
        return comes_before(position_of(a, query.by), position_of(b, query.by), query.descending);
    });
    if (page.rows.size() > query.limit) {
        page.rows.resize(query.limit);
        page.next = write_cursor(query, position_of(page.rows.back(), query.by));
    }
    return page;
}

}  // namespace pykala::storage
