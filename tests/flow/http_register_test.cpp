// Protects a case that waits for a register over HTTP: the reason is seen on the case, the other
// registers go on, and what the register carried out meanwhile is carried out once. Real desk,
// database, keys and registers; the receiver is another process, the oracle its own database.
#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/support/flow_steps.hpp"
#include "tests/support/http_receiver.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

const cases::register_order* order_at(const cases::case_state& c, std::string_view reg,
                                      std::string_view verb) {
    const auto found = std::ranges::find_if(
        c.orders, [&](const auto& order) { return order.at == reg && order.verb == verb; });
    return found == c.orders.end() ? nullptr : &*found;
}

}  // namespace

TEST_SUITE("flow/http register") {
    TEST_CASE("erasure: a register that takes its time is waited for and erases once") {
        const receiver at;
        const auto who = sample_person_of("kuopio", 0);
        for (const auto* table :
             {"contract", "invoice", "marketing", "recording", "reading", "disclosure"})
            at.run_sql(fmt::format("UPDATE {} SET customer = '{}' WHERE customer = '100234'", table,
                                   who.customer_number));
        at.run_sql(fmt::format("UPDATE customer SET number = '{}' WHERE number = '100234'",
                               who.customer_number));
        auto options = at.options();
        options.id = "web";
        options.keeps_bans = false;
        options.wait = std::chrono::milliseconds(500);
        auto port = storage::open_http_register(options).value();
        flow_world w("kuopio");
        w.more_registers = {port.get()};
        w.restart();
        const auto number = w.file("erasure", who.hetu, who.name);
        w.work();
        const auto read = w.state(number);
        REQUIRE(order_at(read, "web", "read"));
        CHECK(order_at(read, "web", "read")->result == "done");
        CHECK(std::ranges::count_if(
                  read.records, [](const auto& r) { return r.first.starts_with("web/"); }) == 8);

        at.fault("no_change");
        settle(w, number);
        if (!w.attempt(number, "officer", "propose_erasure").empty())
            w.take(number, "officer", "propose_partial_erasure", {{"reason", "Laki vaatii."}});
        w.take(number, "reviewer", "approve");
        w.work();
        const auto waits = w.state(number);
        REQUIRE(order_at(waits, "web", "erase"));
        CHECK(order_at(waits, "web", "erase")->result == "failed");
        CHECK(order_at(waits, "metering", "erase")->result == "done");
        CHECK(waits.state != "closed");
        // what else is to be done to the same person waits for it
        CHECK(at.changes_taken() == 1);
        CHECK(at.changes_carried_out() == 0);

        // later, in a new process, it is still at work; then it is done
        for (const auto* fault : {"no_change", ""}) {
            at.fault(fault);
            CHECK(at.changes_taken() == 1);
            port = storage::open_http_register(options).value();
            w.more_registers = {port.get()};
            w.restart();
            w.time.at += std::chrono::hours(7);
            w.work();
        }
        const auto done = w.state(number);
        for (const auto& order : done.orders) {
            CAPTURE(order.at);
            CAPTURE(order.verb);
            CHECK(order.result == "done");
        }
        CHECK(at.sql("SELECT count(*) FROM dsr_request WHERE json_extract(outcome, "
                     "'$.changes[0].result') = 'conflict'") == "0");
        CHECK(at.sql("SELECT max(carried_out) FROM dsr_request WHERE changes_digest IS NOT NULL") ==
              "1");
        CHECK(at.sql(fmt::format("SELECT group_concat(id) FROM marketing WHERE customer = '{}'",
                                 who.customer_number)) == "NULL");
        CHECK(at.sql("SELECT count(*) FROM invoice WHERE id = 12") == "1");
    }
}
