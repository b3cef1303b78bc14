// Protects the main job: what the law lets go leaves the registers, what it keeps stays and is
// marked, and the case knows both. Real registers, database and keys; the oracle is plain SQL over
// the register files and the events of the case.
#include <algorithm>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/base/encoding.hpp"
#include "engine/case/values.hpp"

#include "storage/registers/sample/sample_registers.hpp"
#include "tests/support/flow_steps.hpp"

using namespace pykala;
using namespace pykala::tests;
using cases::text_of;

namespace {

// Ids of the records that the registers hold of the person now, with their marks.
std::map<std::string, record_marks> held_now(const flow_world& w, const std::string& hetu) {
    std::map<std::string, record_marks> all;
    const auto people = find_everywhere(w.registers, {{"hetu", {hetu}}});
    for (std::size_t i = 0; i < people.size(); ++i)
        for (const auto& each : w.registers.ports[i]->read(people[i], w.time.on).value().records)
            all.emplace(each.facts.id, each.marks);
    return all;
}

// Records of the case that left a register and do not stand on the list that a restore erases
// again.
std::vector<std::string> not_listed(const flow_world& w, const cases::case_state& c) {
    std::vector<std::string> missing;
    std::map<std::string, std::map<std::string, storage::erasure_entry>> lists;
    for (const auto& each : w.registers.ports)
        lists[each->id()] =
            storage::erased_since(*w.database, *w.keys, each->id(), w.time.on).value();
    for (const auto& [id, held] : c.records) {
        const auto hash = w.keys->lookup_hash(storage::lookup_kind::record, id);
        const auto& list = lists[parse_record_id(id)->reg];
        if (text_of(held.assessed, "outcome") != "retain" && !list.contains(to_hex(hash)))
            missing.push_back(id);
    }
    return missing;
}

}  // namespace

TEST_SUITE("flow/erasure") {
    TEST_CASE("erasure: what may go is gone and what must stay stays and is marked [17 18 19]") {
        for (const auto& [tenant, subject] :
             std::vector<std::pair<std::string, std::size_t>>{{"kuopio", 0},
                                                              {"kss", 0},
                                                              {"kokkola", 0},
                                                              {"turku", 0},
                                                              {"valkeakoski", 0},
                                                              {"kuopio", 1},
                                                              {"valkeakoski", 1},
                                                              {"kuopio", 3},
                                                              {"turku", 4}}) {
            CAPTURE(tenant);
            CAPTURE(subject);
            flow_world w(tenant);
            const auto who = sample_person_of(tenant, subject);
            const auto number = w.file("erasure", who.hetu, who.name);
            CHECK(w.state(number).state == "in_progress");
            w.work();
            const auto read = w.state(number);
            CHECK(read.records.size() > 10);
            CHECK(read.records.size() == held_now(w, who.hetu).size());
            const auto outcome = close_erasure(w, number);
            const auto closed = w.state(number);
            for (const auto& order : closed.orders) {
                CAPTURE(order.id);
                CAPTURE(order.verb);
                CAPTURE(order.at);
                CHECK(order.result == "done");
            }
            CHECK((outcome == "fulfilled" || outcome == "partly_fulfilled"));
            CHECK(closed.state == "closed");
            const auto now = held_now(w, who.hetu);
            std::size_t stays = 0;
            for (const auto& [id, held] : closed.records) {
                CAPTURE(id);
                const bool kept = text_of(held.assessed, "outcome") == "retain";
                stays += kept;
                CHECK(now.contains(id) == kept);
                const bool marked = text_of(held.assessed, "action") == "restrict";
                if (kept && now.contains(id)) CHECK(now.at(id).hold_only == marked);
            }
            MESSAGE(fmt::format("{}: {} records, {} stay, {}", tenant, closed.records.size(), stays,
                                outcome));
            CHECK(stays < closed.records.size());
            CHECK(not_listed(w, closed).empty());
        }
    }

    TEST_CASE("power: a process that dies at any call goes on and does everything once") {
        const auto who = sample_person_of("kokkola", 1);
        int cuts = 0;
        for (int at = 1;; ++at) {
            CAPTURE(at);
            power lost;
            flow_world w("kokkola", &lost);
            const auto number = w.file("erasure", who.hetu, who.name);
            lost.cut_at = at;
            const auto until_done = [&](auto&& act) {
                try {
                    act();
                } catch (const power_cut&) {
                    ++cuts;
                    w.restart();
                    act();
                }
            };
            until_done([&] { w.work(); });
            settle(w, number);
            w.take(number, "officer", "propose_erasure");
            w.take(number, "reviewer", "approve");
            until_done([&] { w.work(); });
            for (const auto& each : w.state(number).recipients)
                w.take(number, "officer", "record_recipient",
                       {{"recipient", each.id}, {"result", "sent"}});
            const auto closed = w.state(number);
            CHECK(closed.outcome == "fulfilled");
            for (const auto& order : closed.orders) CHECK(order.result == "done");
            CHECK(held_now(w, who.hetu).empty());
            CHECK(w.store->outbox(10)->empty());
            CHECK(not_listed(w, closed).empty());
            if (lost.calls < at) break;
        }
        MESSAGE(fmt::format("{} cuts", cuts));
        CHECK(cuts > 3);
    }

    TEST_CASE("deferred: what was kept goes by itself on the day after its hold [17(1)]") {
        flow_world w("turku");
        const auto who = sample_person_of("turku", 0);
        const auto number = w.file("erasure", who.hetu, who.name);
        w.work();
        close_erasure(w, number);
        const auto closed = w.state(number);
        REQUIRE(!closed.deferred.empty());
        date first = closed.deferred.front().erase_on;
        for (const auto& each : closed.deferred) first = std::min(first, each.erase_on);
        w.time.set(first - std::chrono::days(1));
        REQUIRE(w.fulfilment->run_due().has_value());
        CHECK(held_now(w, who.hetu).size() ==
              closed.deferred.size() +
                  std::size_t(std::ranges::count_if(closed.records, [](const auto& each) {
                      return text_of(each.second.assessed, "outcome") == "retain" &&
                             !cases::date_of(each.second.assessed, "erase_on");
                  })));
        // nothing ran for a week: late rather than never
        w.restart();
        w.time.set(first + std::chrono::days(7));
        CHECK(w.fulfilment->run_due().value() > 0);
        const auto later = w.state(number);
        const auto now = held_now(w, who.hetu);
        std::size_t gone = 0;
        for (const auto& each : closed.deferred) {
            const auto entry =
                std::ranges::find(later.deferred, each.record, &cases::deferred_erasure::record);
            CAPTURE(each.record);
            const bool due = each.erase_on <= w.time.on;
            CHECK((entry->state == "erased") == due);
            CHECK(now.contains(each.record) == !due);
            gone += due;
        }
        CHECK(gone > 0);
        CHECK(w.store->outbox(10)->empty());
    }
}
