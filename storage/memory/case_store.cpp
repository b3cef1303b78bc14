#include "storage/memory/case_store.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace pykala::storage {
namespace {

using namespace desk;

auto moved(std::string detail) {
    return fail(problem_kind::conflict, "version_moved", std::move(detail), "read the case again");
}

template <class List, class Item>
bool holds(const List& list, const Item& item) {
    return std::ranges::find(list, item) != list.end();
}

date binding_day(const queue_row& row) {
    return row.extended_on.value_or(row.due_on);
}

bool selects(const queue_query& query, const queue_row& row) {
    if (!query.states.empty() && !holds(query.states, row.state)) return false;
    if (!query.rights.empty() && !holds(query.rights, row.right)) return false;
    if (query.closed && *query.closed != !row.outcome.empty()) return false;
    if (query.due_before && binding_day(row) >= *query.due_before) return false;
    return !query.assignee || *query.assignee == row.assignee;
}

// Rows with an alert stand first where the order is by the due day; equal rows by number.
using place_in_queue = std::tuple<bool, date, std::string>;

place_in_queue place_of(const queue_query& query, const queue_row& row) {
    switch (query.by) {
        case queue_query::order::due_on:
            return {row.alert == query.descending, binding_day(row), row.number};
        case queue_query::order::received_on:
            return {false, row.received_on, row.number};
        case queue_query::order::number:
            return {false, {}, row.number};
    }
    return {};
}

}  // namespace

result<stored_case> memory_case_store::load(std::string_view number) {
    const std::lock_guard lock(mutex_);
    const auto found = cases_.find(number);
    if (found == cases_.end())
        return fail(problem_kind::not_found, "no_such_case",
                    fmt::format("there is no case `{}`", number));
    auto held = found->second.stored;
    held.fold.reset();
    held.quarantined = quarantine_.contains(number);
    auto tags = found->second.persons;
    std::ranges::sort(tags);
    for (auto& tag : tags) {
        auto numbers = numbers_under({&tag, 1});
        held.persons.push_back({std::move(tag), std::move(numbers)});
    }
    return held;
}

result<stored_case> memory_case_store::load_newest(std::string_view number) {
    PYKALA_TRY(auto held, load(number));
    const std::lock_guard lock(mutex_);
    held.fold = cases_.find(number)->second.stored.fold;
    if (held.fold)
        held.events.erase(held.events.begin(),
                          held.events.begin() + static_cast<std::ptrdiff_t>(held.fold->version));
    return held;
}

result<std::vector<stored_case>> memory_case_store::of_person(std::span<const person_tag> tags) {
    const std::lock_guard lock(mutex_);
    std::vector<stored_case> all;
    for (const auto& [number, each] : cases_)
        if (std::ranges::any_of(tags, [&](const auto& tag) { return holds(each.persons, tag); })) {
            all.push_back(each.stored);
            all.back().quarantined = quarantine_.contains(number);
            all.back().fold.reset();
        }
    return all;
}

result<std::vector<std::string>> memory_case_store::numbers_of(std::span<const person_tag> tags) {
    const std::lock_guard lock(mutex_);
    return numbers_under(tags);
}

std::vector<std::string> memory_case_store::numbers_under(std::span<const person_tag> tags) const {
    std::vector<std::string> all;
    for (const auto& [number, each] : cases_)
        if (std::ranges::any_of(tags, [&](const auto& tag) { return holds(each.persons, tag); }))
            all.push_back(number);
    return all;
}

std::size_t memory_case_store::cases_of(const person_tag& tag) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        cases_, [&](const auto& each) { return holds(each.second.persons, tag); }));
}

result<bool> memory_case_store::check(const unit_of_work& unit) const {
    const auto version_of = [&](const std::string& number) -> std::uint64_t {
        const auto found = cases_.find(number);
        return found == cases_.end() ? 0 : found->second.stored.events.size();
    };
    for (const auto& each : unit.cases)
        if (!each.number.empty() && version_of(each.number) != each.expected)
            return moved(fmt::format("case `{}` has moved", each.number));
    for (const auto& each : unit.seen)
        if (version_of(each.number) != each.version)
            return moved(fmt::format("case `{}` has moved", each.number));
    for (const auto& each : unit.persons)
        if (cases_of(each.person) != each.cases) return moved("the person has another case");
    if (unit.answer_to && answers_.contains({unit.answer_to->actor, unit.answer_to->key}))
        return fail(problem_kind::conflict, "idempotency_taken",
                    "the idempotency key was used meanwhile");
    return true;
}

void memory_case_store::write_case(case_write& what, receipt& given) {
    if (what.number.empty())
        what.number = fmt::format("{}-{}-{:06}", prefix_, what.year, ++numbers_[what.year]);
    auto& held = cases_[what.number];
    held.stored.number = what.number;
    held.stored.stream = what.stream;
    for (auto& e : what.events) held.stored.events.push_back(std::move(e));
    if (what.fold) held.stored.fold = std::move(what.fold);
    held.row = std::move(what.row);
    held.row.number = what.number;
    held.timers = std::move(what.timers);
    std::ranges::sort(held.timers, {}, [](const auto& t) { return std::tie(t.fires_on, t.name); });
    for (auto& tag : what.persons)
        if (!holds(held.persons, tag)) held.persons.push_back(std::move(tag));
    for (auto& row : what.outbox) {
        const auto id = next_outbox_++;
        outbox_.emplace(id, outbox_item{id, what.number, what.stream, row.seq, std::move(row.kind),
                                        std::move(row.body)});
    }
    given.numbers.push_back(what.number);
    given.versions.push_back(held.stored.events.size());
}

result<receipt> memory_case_store::write(unit_of_work& unit) {
    const std::lock_guard lock(mutex_);
    PYKALA_CHECK(check(unit));
    receipt given;
    for (auto& each : unit.cases) write_case(each, given);
    if (unit.answer_to)
        answers_.emplace(std::pair(unit.answer_to->actor, unit.answer_to->key),
                         stored_receipt{unit.answer_to->content, given});
    return given;
}

void memory_case_store::submit(unit_of_work unit, completion done) {
    done(write(unit));
}

result<std::optional<stored_receipt>> memory_case_store::answered(std::string_view actor,
                                                                  std::string_view key) {
    const std::lock_guard lock(mutex_);
    const auto found = answers_.find({std::string(actor), std::string(key)});
    if (found == answers_.end()) return std::optional<stored_receipt>{};
    return std::optional(found->second);
}

result<queue_page> memory_case_store::queue(const queue_query& query) {
    if (query.limit < 1 || query.limit > 500)
        return fail(problem_kind::invalid, "bad_limit", "a page holds 1 to 500 cases");
    const std::lock_guard lock(mutex_);
    std::vector<const queue_row*> rows;
    for (const auto& [number, each] : cases_)
        if (selects(query, each.row)) rows.push_back(&each.row);
    std::ranges::sort(rows, [&](const auto* a, const auto* b) {
        return query.descending ? place_of(query, *b) < place_of(query, *a)
                                : place_of(query, *a) < place_of(query, *b);
    });
    // the cursor is the number of the last case shown
    auto from = rows.begin();
    if (!query.cursor.empty()) {
        from = std::ranges::find(rows, query.cursor, &queue_row::number);
        if (from == rows.end())
            return fail(problem_kind::invalid, "bad_cursor", "the cursor is of no page",
                        "begin at the first page again");
        ++from;
    }
    queue_page page;
    for (; from != rows.end() && page.rows.size() < query.limit; ++from)
        page.rows.push_back(**from);
    if (from != rows.end()) page.next = page.rows.back().number;
    return page;
}

result<std::vector<due_case>> memory_case_store::due(date today, std::size_t limit) {
    const std::lock_guard lock(mutex_);
    std::vector<std::pair<date, due_case>> found;
    for (const auto& [number, each] : cases_) {
        if (quarantine_.contains(number)) continue;
        due_case one{number, {}};
        for (const auto& timer : each.timers)
            if (timer.fires_on <= today) one.timers.push_back(timer);
        if (!one.timers.empty()) found.emplace_back(one.timers.front().fires_on, std::move(one));
    }
    std::ranges::sort(found, {},
                      [](const auto& each) { return std::tie(each.first, each.second.number); });
    std::vector<due_case> all;
    for (auto& [day, each] : found)
        if (all.size() < limit) all.push_back(std::move(each));
    return all;
}

result<std::vector<outbox_item>> memory_case_store::outbox(std::size_t limit) {
    const std::lock_guard lock(mutex_);
    std::vector<outbox_item> all;
    for (const auto& [id, item] : outbox_)
        if (all.size() < limit && !quarantine_.contains(item.number)) all.push_back(item);
    return all;
}

result<bool> memory_case_store::settle(std::span<const std::uint64_t> outbox_ids) {
    const std::lock_guard lock(mutex_);
    for (const auto id : outbox_ids) outbox_.erase(id);
    return true;
}

void memory_case_store::quarantine(std::vector<quarantined_case> cases,
                                   std::function<void(result<bool>)> done) {
    {
        const std::lock_guard lock(mutex_);
        for (auto& each : cases)
            if (cases_.contains(each.number)) quarantine_.try_emplace(each.number, each);
    }
    done(true);
}

result<std::vector<quarantined_case>> memory_case_store::quarantined() {
    const std::lock_guard lock(mutex_);
    std::vector<quarantined_case> all;
    all.reserve(quarantine_.size());
    for (const auto& [number, each] : quarantine_) all.push_back(each);
    return all;
}

result<bool> memory_case_store::release(std::string_view number) {
    const std::lock_guard lock(mutex_);
    const auto found = quarantine_.find(number);
    if (found == quarantine_.end())
        return fail(problem_kind::not_found, "not_quarantined",
                    fmt::format("case `{}` is not in quarantine", number));
    quarantine_.erase(found);
    return true;
}

}  // namespace pykala::storage
