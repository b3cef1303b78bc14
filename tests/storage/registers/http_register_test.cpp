// Protects what the connector over HTTP must never do: count as done what the register did not
// confirm, do something twice, or take over an answer that is somebody else's. A receiver in
// another process delays, fails, lies and repeats; the oracle is its own database, read by SQL.
#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/http_receiver.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

const date today = make_date(2026, 12, 1);
const std::string contract_1 = "crm/contract/1#KUO-A13", contract_2 = "crm/contract/2#KUO-A13",
                  invoice_11 = "crm/invoice/11#KUO-C06", marketing_21 = "crm/marketing/21#KUO-A14",
                  customer = "crm/customer/100234#KUO-A01";

// Vouchers are retained, contracts in force are looked at, everything else may go.
result<std::vector<assessment>> assess(std::span<const record> records) {
    std::vector<assessment> all;
    for (const auto& one : records) {
        assessment a{.outcome = record_outcome::erase, .action = record_action::delete_record};
        if (one.category == "KUO-C06")
            a = {.retain_until = int(make_date(2032, 12, 31).time_since_epoch().count()),
                 .outcome = record_outcome::retain};
        else if (one.contract == contract_state::in_force && one.category == "KUO-A13")
            a = {.outcome = record_outcome::review, .reason = review_reason::missing_date};
        all.push_back(a);
    }
    return all;
}

found_person aino() {
    return {.people = {"100234"}};
}

execution erasure(std::string intent) {
    return {.intent = std::move(intent),
            .person = aino(),
            .on = today,
            .changes = {{.record = contract_1},
                        {.record = invoice_11},
                        {.record = marketing_21},
                        {.record = "crm/contract/99#KUO-A13"}}};
}

const std::vector<change_result> erased{
    {contract_1, register_verb::erase, change_status::done, "", {}},
    {invoice_11, register_verb::erase, change_status::kept_by_new_hold, "retained",
     make_date(2032, 12, 31)},
    {marketing_21, register_verb::erase, change_status::done, "", {}},
    {"crm/contract/99#KUO-A13", register_verb::erase, change_status::gone, "", {}}};

std::string left_of(const receiver& at) {
    return at.sql(
        "SELECT (SELECT group_concat(id) FROM contract) || '|' || (SELECT group_concat(id) FROM "
        "invoice) || '|' || (SELECT group_concat(id) FROM marketing)");
}
const std::string untouched = "1,2,3|11,12,13|21,22", after_erasure = "2,3|11,12,13|22";

std::string code_of(const auto& given) {
    return given ? "good" : given.error().code;
}

}  // namespace

TEST_SUITE("registers/http") {
    TEST_CASE("find: by number and by address and nobody") {
        const receiver at;
        const auto port = at.port();
        const auto found = port->find({{"customer_number", {"100234"}},
                                       {"email", {"aino@esimerkki.example"}},
                                       {"hetu", {"131052-308T"}}})
                               .value();
        CHECK(found.people == std::vector<std::string>{"100234"});
        CHECK(found.found_by == std::set<std::string>{"customer_number", "email"});
        CHECK(found.gives.at("customer_number") == std::set<std::string>{"100234"});
        CHECK(port->find({{"customer_number", {"7"}}}).value().people.empty());
        const auto two = port->find({{"customer_number", {"100236", "100235"}}}).value();
        CHECK(two.people == std::vector<std::string>{"100235", "100236"});
        const auto asked = at.sql("SELECT count(*) FROM dsr_request");
        CHECK(port->find({{"hetu", {"131052-308T"}}}).value().people.empty());
        CHECK(at.sql("SELECT count(*) FROM dsr_request") == asked);
        // the identity code does not leave the house
        CHECK(at.sql("SELECT count(*) FROM dsr_request WHERE request LIKE '%131052%'") == "0");
        CHECK(at.sql("SELECT count(*) FROM dsr_request WHERE request LIKE '%100234%'") == "1");
    }
    TEST_CASE("read: facts and fields and series and media as the register holds them") {
        const receiver at;
        const auto port = at.port();
        const auto answer = port->read(aino(), today).value();
        REQUIRE(answer.people.size() == 1);
        CHECK(answer.people[0].name == at.sql("SELECT name FROM customer WHERE number = '100234'"));
        CHECK(answer.people[0].language == "fi");
        REQUIRE(answer.records.size() == 8);
        CHECK(std::ranges::is_sorted(answer.records, {}, [](const auto& r) { return r.facts.id; }));
        const auto record_at = [&](const std::string& id) -> const register_record& {
            const auto found =
                std::ranges::find(answer.records, id, [](const auto& r) { return r.facts.id; });
            REQUIRE(found != answer.records.end());
            return *found;
        };
        const auto& voucher = record_at(invoice_11);
        CHECK(voucher.voucher);
        CHECK(voucher.facts.category == "KUO-C06");
        CHECK(voucher.facts.event == make_date(2014, 7, 5));
        CHECK(voucher.facts.accounting_period_end == make_date(2014, 12, 31));
        CHECK(voucher.facts.contract == contract_state::ended);
        CHECK(voucher.facts.contract_end == make_date(2014, 6, 30));
        CHECK(voucher.facts.balance == balance_state::settled);
        CHECK(voucher.facts.commodity == commodity::electricity);
        CHECK(voucher.fields[1].column == "amount_cents");
        CHECK(voucher.fields[1].text == "4590");
        CHECK(voucher.fields[1].form == field_form::cents);
        CHECK(voucher.fields[1].label.sv == "Summa");
        CHECK(record_at("crm/invoice/12#KUO-C06").facts.balance == balance_state::open);
        CHECK(record_at(contract_2).facts.contract == contract_state::in_force);
        CHECK(record_at(contract_2).fields[2].null);
        REQUIRE(answer.disclosures.size() == 1);
        CHECK(answer.disclosures[0].recipient == "Perintä Oy");
        CHECK(answer.disclosures[0].on == make_date(2026, 11, 1));
        const auto reading = "crm/reading/41#KUO-B09", call = "crm/recording/31#KUO-R04";
        CHECK(record_at(reading).series->count == 3);
        CHECK(port->series_values(reading).value() == std::vector<std::int64_t>{1200, 1350, 990});
        CHECK(code_of(port->series_values("crm/reading/42#KUO-B09")) == "no_series");
        CHECK(record_at(call).fields[1].media);
        CHECK(port->media(call, "sound").value() ==
              std::vector<std::uint8_t>{'R', 'I', 'F', 'F', 0, 1});
        CHECK(code_of(port->media(call, "recorded")) == "no_media");
        const auto other = port->read({.people = {"100235"}}, today).value();
        CHECK(other.people[0].protected_address);
        const auto held = std::ranges::find_if(
            other.records, [](const auto& r) { return !r.facts.holds.empty(); });
        REQUIRE(held != other.records.end());
        CHECK(held->facts.id == "crm/invoice/13#KUO-C06");
        CHECK(held->facts.holds[0].reason == "dispute");
    }
    TEST_CASE("execute: what the law lets go is gone and the rest is there and twice is once") {
        const receiver at;
        const auto port = at.port();
        const auto before = at.sql("SELECT amount_cents FROM invoice WHERE id = 11");
        CHECK(port->execute(erasure("K-1/o1/0"), assess).value() == erased);
        CHECK(left_of(at) == after_erasure);
        CHECK(at.sql("SELECT amount_cents FROM invoice WHERE id = 11") == before);
        CHECK(port->execute(erasure("K-1/o1/0"), assess).value() == erased);
        // also by a process that knows nothing of it
        CHECK(at.port()->execute(erasure("K-1/o1/0"), assess).value() == erased);
        CHECK(at.changes_taken() == 1);
        CHECK(at.changes_carried_out() == 1);
        auto other = erasure("K-1/o1/0");
        other.changes.pop_back();
        const auto reused = port->execute(other, assess);
        CHECK(code_of(reused) == "intent_reused");
        CHECK(reused.error().kind == problem_kind::conflict);
    }
    TEST_CASE("execute: what may not go is not sent to go") {
        const receiver at;
        const auto port = at.port();
        auto only_kept = erasure("K-1/o1/0");
        only_kept.changes = {{.record = invoice_11}, {.record = contract_2}};
        const auto results = port->execute(only_kept, assess).value();
        CHECK(results[0].reason == "retained");
        CHECK(results[1].reason == "review_missing_date");
        CHECK(at.changes_taken() == 0);
        // an officer has looked at exactly this
        only_kept.changes[1].decided = review_reason::missing_date;
        CHECK(port->execute(only_kept, assess).value()[1].status == change_status::done);
        CHECK(left_of(at) == "1,3|11,12,13|21,22");
        CHECK(
            at.sql("SELECT count(*) FROM dsr_request WHERE json_extract(request, "
                   "'$.extensions.\"opendsr.crm.example\".changes[0].outcome.result') = 'kept'") ==
            "1");
    }
    TEST_CASE("execute: what changed between look and change is a conflict and nothing is done") {
        const receiver at;
        const auto results = at.port()
                                 ->execute(erasure("K-1/o1/0"),
                                           [&](std::span<const record> records) {
                                               at.run_sql(
                                                   "INSERT INTO hold(row_table,row_key,reason) "
                                                   "VALUES('contract',1,'dispute')");
                                               return assess(records);
                                           })
                                 .value();
        CHECK(results[0].status == change_status::conflict);
        CHECK(results[0].reason == "changed_meanwhile");
        CHECK(results[1].status == change_status::kept_by_new_hold);
        CHECK(results[2].status == change_status::conflict);
        CHECK(left_of(at) == untouched);
    }
    TEST_CASE("execute: the other verbs") {
        const receiver at;
        const auto port = at.port();
        const auto run = [&](const std::string& intent, std::vector<record_change> changes) {
            return port->execute({intent, aino(), today, std::move(changes)}, assess).value();
        };
        using enum register_verb;
        CHECK(run("a", {{.record = contract_2, .verb = restrict_use}})[0].status ==
              change_status::done);
        CHECK(at.sql("SELECT restricted FROM contract WHERE id = 2") == "1");
        const auto marked = port->read(aino(), today).value();
        CHECK(std::ranges::count_if(marked.records,
                                    [](const auto& r) { return r.marks.restricted; }) == 1);
        CHECK(run("b", {{.record = contract_2, .verb = release}})[0].status == change_status::done);
        CHECK(at.sql("SELECT restricted FROM contract WHERE id = 2") == "0");
        const record_change booked{.record = invoice_11,
                                   .verb = rectify,
                                   .field = "amount_cents",
                                   .old_value = "4590",
                                   .new_value = "4000"};
        CHECK(run("c", {booked})[0].status == change_status::corrected);
        CHECK(at.sql("SELECT amount_cents FROM invoice WHERE id = 11") == "4590");
        CHECK(at.sql("SELECT new || kind FROM correction") == "4000correcting_entry");
        auto stale = record_change{.record = customer,
                                   .verb = rectify,
                                   .field = "email",
                                   .old_value = "old@esimerkki.example",
                                   .new_value = "new@esimerkki.example"};
        CHECK(run("d", {stale})[0].status == change_status::conflict);
        stale.old_value = "aino@esimerkki.example";
        CHECK(run("e", {stale})[0].status == change_status::done);
        CHECK(at.sql("SELECT email FROM customer WHERE number = '100234'") ==
              "new@esimerkki.example");
        CHECK(run("f", {{.verb = ban}})[0].status == change_status::done);
        CHECK(at.sql("SELECT group_concat(allowed) FROM marketing") == "0,1");
        CHECK(at.sql("SELECT count(*) FROM suppressed") == "2");
        const auto failed = run("g", {{.record = customer, .verb = restrict_use}})[0];
        CHECK(failed.status == change_status::failed);
        CHECK(failed.reason == "no_such_field");
    }
}
