#include "api/fulfilment/reapply.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pykala::api {
namespace {

constexpr std::size_t people_at_once = 500;

// What is listed of one person: the changes, and the light in which they are assessed.
struct listed_records {
    std::vector<record_change> changes;
    assessed_for what;
};

listed_records listed_of(const reapply_world& world, const register_answer& now) {
    listed_records out;
    for (const auto& held : now.records) {
        const auto& id = held.facts.id;
        const auto* entry = world.listed(id);
        if (!entry) continue;
        out.changes.push_back({.record = id, .verb = entry->verb, .decided = entry->decided});
        // as on the day on which it went: no house rule holds against that any more
        out.what.of.deferred.push_back({.record = id, .erase_on = entry->on});
        if (entry->ordered) out.what.ordered.insert(id);
    }
    return out;
}

// The same person everywhere: what another register holds may keep a record here.
result<people_found> everywhere(const register_set& registers, const found_person& person) {
    PYKALA_TRY(auto people, find_people(registers.all, registers.all.size() - 1, person.gives));
    people.at[registers.at] = person;
    return people;
}

std::vector<storage::erased_record> confirmed(const listed_records& listed,
                                              std::span<const change_result> results) {
    std::vector<storage::erased_record> out;
    for (std::size_t i = 0; i < results.size(); ++i)
        if (results[i].status == change_status::done || results[i].status == change_status::gone)
            out.push_back({results[i].record, results[i].verb, listed.changes[i].decided,
                           listed.what.ordered.contains(results[i].record)});
    return out;
}

result<void> reapply_to(const reapply_world& world, const found_person& person,
                        const std::string& run, reapply_report& report) {
    auto& port = world.registers.port();
    const auto today = world.time.now().on;
    PYKALA_TRY(const auto now, port.read(person, today));
    auto listed = listed_of(world, now);
    if (listed.changes.empty()) return {};
    report.records += listed.changes.size();
    PYKALA_TRY(const auto law, world.law.law_on(today));
    listed.what.known.today = today;
    listed.what.known.law = law.get();
    PYKALA_TRY(const auto people, everywhere(world.registers, person));
    PYKALA_TRY(const auto assess_now, assess_beside(world.registers, people, listed.what));
    PYKALA_TRY(const auto results, port.execute({fmt::format("{}/{}", run, person.people.front()),
                                                 person, today, listed.changes},
                                                assess_now));
    const auto erased = confirmed(listed, results);
    if (!erased.empty()) PYKALA_CHECK(world.remember(erased));
    report.erased += erased.size();
    for (const auto& each : results)
        if (each.status != change_status::done && each.status != change_status::gone)
            ++report.kept[each.reason.empty() ? std::string(name_of(each.status)) : each.reason];
    return {};
}

}  // namespace

result<reapply_report> reapply_erasures(const reapply_world& world) {
    // each run is of its own: a register that is restored a second time must lose all of it again
    const auto run = fmt::format("reapply/{}", to_string(world.time.now().at));
    reapply_report report;
    std::optional<std::string> after;
    for (;;) {
        PYKALA_TRY(const auto page, world.registers.port().people_after(after, people_at_once));
        if (page.empty()) return report;
        for (const auto& person : page) {
            PYKALA_CHECK(reapply_to(world, person, run, report));
            ++report.people;
        }
        after = page.back().people.front();
        world.tell(report.people);
    }
}

}  // namespace pykala::api
