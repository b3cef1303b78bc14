// Protects what the connector does to a register: each verb changes what it says and nothing else.
// Real files; the oracle is plain SQL beside the connector.
#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/registers/tenant_registers.hpp"

#include "storage/registers/sql_register.hpp"
#include "storage/sqlite/connection.hpp"
#include "tests/support/sample_world.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

// Lets everything go as deletion.
result<std::vector<assessment>> let_all_go(std::span<const record> records) {
    std::vector<assessment> answers(records.size());
    for (auto& answer : answers) answer.action = record_action::delete_record;
    return answers;
}
reassess as(record_action action) {
    return [action](std::span<const record> records) -> result<std::vector<assessment>> {
        std::vector<assessment> answers(records.size());
        for (auto& answer : answers) answer.action = action;
        return answers;
    };
}

struct bench {
    explicit bench(const std::string& tenant, const std::string& id, const std::string& person)
        : registers(tenant), port(registers.port(id)), file(registers.file(id)) {
        who.people = {person};
    }
    std::vector<change_result> run(std::vector<record_change> changes, const reassess& answer,
                                   const std::string& intent = "i1") {
        return port.execute({intent, who, sample_day(), std::move(changes)}, answer).value();
    }
    std::string text(const std::string& sql) const {
        auto db = storage::connection::open(file, {}).value();
        auto query = db.prepare(sql).value();
        if (!query.step().value()) return "no row";
        return query.text_if(0).value_or("NULL");
    }
    void sql(const std::string& words) const {
        auto db = storage::connection::open(file, {}).value();
        REQUIRE(db.run(words));
    }
    register_answer read() const { return port.read(who, sample_day()).value(); }
    const register_record* find(const register_answer& answer, const std::string& id) const {
        const auto found =
            std::ranges::find(answer.records, id, [](const auto& r) { return r.facts.id; });
        return found == answer.records.end() ? nullptr : &*found;
    }

    register_copy registers;
    register_port& port;
    std::string file;
    found_person who;
};

}  // namespace

TEST_SUITE("registers/verbs") {
    TEST_CASE("find: by every key that the mapping names and by nothing else") {
        const register_copy registers("kuopio");
        auto& crm = registers.port("crm");
        auto db = storage::connection::open(registers.file("crm"), {}).value();
        auto query = db.prepare(
                           "SELECT hetu, phone, email, customer_number FROM customer "
                           "WHERE id = 3")
                         .value();
        REQUIRE(query.step().value());
        const std::string kinds[] = {"hetu", "phone", "email", "customer_number"};
        for (int i = 0; i < 4; ++i) {
            const auto found = crm.find({{kinds[i], {std::string(query.text(i))}}});
            CHECK(found->people == std::vector<std::string>{"3"});
            CHECK(found->found_by == std::set<std::string>{kinds[i]});
        }
        CHECK(crm.find({{"name", {"Aino"}}})->people.empty());
        CHECK(crm.find({{"hetu", {"010190-999W' OR 1=1 --"}}})->people.empty());
        auto former = db.prepare("SELECT customer_id, hetu FROM former_hetu").value();
        REQUIRE(former.step().value());
        CHECK(crm.find({{"former_hetu", {std::string(former.text(1))}}})->people.at(0) ==
              former.text(0));
    }
    TEST_CASE("find: two registrations under one code are both found") {
        const register_copy registers("turku");
        auto db = storage::connection::open(registers.file("crm"), {}).value();
        auto query = db.prepare("SELECT hetu FROM customer WHERE id = 12").value();
        REQUIRE(query.step().value());
        const auto view =
            read_person(registers.all(), {{"hetu", {std::string(query.text(0))}}}, sample_day());
        CHECK(view->parts[0].found.people == std::vector<std::string>{"12", "13"});
        CHECK(release_checks(*view, policies_of_the_tree().packs.at("turku"), sample_day(), "")
                  .contains("shared_identity_code"));
    }
    TEST_CASE("read: a category of a row is a record with the dates the law asks for") {
        bench b("kuopio", "billing", "7001");
        const auto answer = b.read();
        const auto row = b.text("SELECT min(id) FROM invoice WHERE account_id = 7001");
        const auto* one = b.find(answer, "billing/invoice/" + row + "#KUO-C06");
        REQUIRE(one);
        CHECK(to_string(*one->facts.event) ==
              b.text("SELECT issued_on FROM invoice WHERE id = " + row));
        CHECK(to_string(*one->facts.accounting_period_end) ==
              b.text("SELECT period_end FROM invoice WHERE id = " + row));
        CHECK(one->facts.contract == contract_state::in_force);
        CHECK(one->facts.balance == balance_state::settled);
        CHECK(one->voucher);
        CHECK(one->fields.size() == 3);
        CHECK(one->fields[2].form == field_form::cents);
        CHECK(std::to_string(std::ranges::count_if(answer.records, [](const auto& r) {
                  return r.facts.category == "KUO-C06";
              })) == b.text("SELECT count(*) FROM invoice WHERE account_id = 7001"));
        CHECK(std::to_string(answer.disclosures.size()) ==
              b.text("SELECT count(*) FROM disclosure WHERE account_id = 7001"));
    }
    TEST_CASE("read: a point and a month is one record whose values can be asked for") {
        bench b("kuopio", "metering", "9001");
        const auto answer = b.read();
        const auto march = std::ranges::find_if(
            answer.records, [](const auto& r) { return r.series && r.series->month == "2026-03"; });
        REQUIRE(march != answer.records.end());
        CHECK(march->series->step == "hour");
        CHECK(march->series->count == 31 * 24 - 1);  // the clock skips an hour in March
        CHECK(march->series->digest.size() == 64);
        const auto values = b.port.series_values(march->facts.id);
        REQUIRE(values.has_value());
        CHECK(std::int64_t(values->size()) == march->series->count);
        CHECK(std::ranges::all_of(*values, [](auto wh) { return wh > 0 && wh < 60000; }));
        CHECK(b.port.series_values("metering/site/1#KUO-B01").error().code == "no_series");
    }
    TEST_CASE("read: a recording is sound that players know") {
        bench b("turku", "crm", "1");
        const auto answer = b.read();
        const auto call = std::ranges::find_if(
            answer.records, [](const auto& r) { return r.facts.category == "TUR-10"; });
        REQUIRE(call != answer.records.end());
        const auto sound = b.port.media(call->facts.id, "sound");
        REQUIRE(sound.has_value());
        CHECK(std::string(sound->begin(), sound->begin() + 4) == "RIFF");
        const auto length = (*sound)[40] | (*sound)[41] << 8 | (*sound)[42] << 16;
        CHECK(sound->size() == 44 + std::size_t(length));
        CHECK(b.port.media(call->facts.id, "topic").error().code == "no_media");
    }
    TEST_CASE("erase: values of one category go and those beside them stay") {
        bench b("kuopio", "crm", "1");
        const auto before = b.read();
        const auto done = b.run({{.record = "crm/customer/1#KUO-A04"}}, let_all_go);
        CHECK(done.at(0).status == change_status::done);
        CHECK(b.text("SELECT phone FROM customer WHERE id = 1") == "NULL");
        CHECK(b.text("SELECT email FROM customer WHERE id = 1") != "NULL");
        CHECK(b.read().records.size() == before.records.size() - 1);
    }
    TEST_CASE("erase: the last record of a row takes the row along") {
        bench b("kuopio", "billing", "7001");
        const auto row = b.text("SELECT min(id) FROM payment WHERE account_id = 7001");
        const auto first = "billing/payment/" + row;
        CHECK(b.run({{.record = first + "#KUO-C08"}}, let_all_go)[0].status == change_status::done);
        CHECK(b.text("SELECT count(*) FROM payment WHERE id = " + row) == "1");
        CHECK(b.run({{.record = first + "#KUO-C11"}}, let_all_go, "i2")[0].status ==
              change_status::done);
        CHECK(b.text("SELECT count(*) FROM payment WHERE id = " + row) == "0");
        CHECK(b.run({{.record = first + "#KUO-C11"}}, let_all_go, "i3")[0].status ==
              change_status::gone);
    }
    TEST_CASE("erase: a contract of two parties stays with the other") {
        bench b("kuopio", "crm", "4");
        const auto row = b.text("SELECT min(id) FROM contract WHERE customer_id = 4");
        const auto id = "crm/contract/" + row;
        CHECK(b.find(b.read(), id + "#KUO-A09")->several_parties);
        const auto partly = b.run({{.record = id + "#KUO-A09"}}, let_all_go);
        CHECK(partly[0].reason == "row_not_separable");
        const auto done = b.run(
            {{.record = id + "#KUO-A09"}, {.record = id + "#KUO-A10"}, {.record = id + "#KUO-A13"}},
            let_all_go, "i2");
        for (const auto& one : done) CHECK(one.status == change_status::done);
        CHECK(b.text("SELECT customer_id FROM contract WHERE id = " + row) == "NULL");
        CHECK(b.text("SELECT second_customer_id FROM contract WHERE id = " + row) == "9");
        CHECK(b.text("SELECT contract_number FROM contract WHERE id = " + row) != "NULL");
    }
    TEST_CASE("unlink: the site stays and the person is gone from it") {
        bench b("turku", "metering", "9001");
        const auto row = b.text("SELECT min(id) FROM site WHERE holder_id = 9001");
        const auto fuse = b.text("SELECT main_fuse FROM site WHERE id = " + row);
        const auto id = "metering/site/" + row;
        const std::vector<record_change> changes = {
            {.record = id + "#TUR-03", .verb = register_verb::unlink},
            {.record = id + "#TUR-07", .verb = register_verb::unlink}};
        CHECK(b.run(changes, let_all_go)[0].reason == "other_action");
        CHECK(b.run(changes, as(record_action::unlink), "i2")[0].status == change_status::done);
        CHECK(b.text("SELECT holder_id FROM site WHERE id = " + row) == "NULL");
        CHECK(b.text("SELECT main_fuse FROM site WHERE id = " + row) == fuse);
        CHECK(b.text("SELECT access_note FROM site WHERE id = " + row) == "NULL");
    }
    TEST_CASE("reduce: a ban leaves a hash of the address and a permission leaves nothing") {
        bench b("kss", "crm", "1");
        for (const bool banned : {true, false}) {
            const auto row = b.text(
                "SELECT min(id) FROM marketing_choice WHERE customer_id > 0 "
                "AND banned = " +
                std::to_string(banned));
            b.who.people = {b.text("SELECT customer_id FROM marketing_choice WHERE id = " + row)};
            const auto done = b.run({{.record = "crm/marketing_choice/" + row + "#KSS-D06",
                                      .verb = register_verb::reduce}},
                                    as(record_action::reduce), "i" + row);
            CHECK(done[0].status == change_status::done);
            const auto left = b.text(
                "SELECT coalesce(customer_id, '-') || coalesce(address, '-') "
                "|| coalesce(given_on, '-') || coalesce(channel, '-') || banned "
                "FROM marketing_choice WHERE id = " +
                row);
            CHECK(left == (banned ? "----1" : "no row"));
            if (banned)
                CHECK(b.text("SELECT suppression_key FROM marketing_choice WHERE id = " + row)
                          .starts_with("hash:"));
        }
    }
    TEST_CASE("rectify: a value changes only from what was decided upon") {
        bench b("kuopio", "crm", "1");
        const auto old = b.text("SELECT email FROM customer WHERE id = 1");
        record_change change{.record = "crm/customer/1#KUO-A05",
                             .verb = register_verb::rectify,
                             .field = "email",
                             .old_value = "other@example.com",
                             .new_value = "uusi@example.com"};
        CHECK(b.run({change}, let_all_go)[0].reason == "changed_meanwhile");
        change.field = "phone";
        CHECK(b.run({change}, let_all_go, "i2")[0].reason == "no_such_field");
        change.field = "email";
        change.old_value = old;
        CHECK(b.run({change}, let_all_go, "i3")[0].status == change_status::done);
        CHECK(b.text("SELECT email FROM customer WHERE id = 1") == "uusi@example.com");
    }
    TEST_CASE("rectify: a voucher gets an entry and is never overwritten [1336/1997 2:7]") {
        bench b("kuopio", "billing", "7001");
        const auto row = b.text("SELECT min(id) FROM invoice WHERE account_id = 7001");
        const auto due = b.text("SELECT due_on FROM invoice WHERE id = " + row);
        const auto done = b.run({{.record = "billing/invoice/" + row + "#KUO-C07",
                                  .verb = register_verb::rectify,
                                  .field = "due_on",
                                  .old_value = due,
                                  .new_value = "2030-01-01",
                                  .correction = "supplementary_statement"}},
                                let_all_go);
        CHECK(done[0].status == change_status::corrected);
        CHECK(b.text("SELECT due_on FROM invoice WHERE id = " + row) == due);
        CHECK(b.text("SELECT old_value || new_value || kind || made_on FROM correction WHERE "
                     "row_table = 'invoice' AND account_id = 7001 AND row_key = '" +
                     row + "'") == due + "2030-01-01supplementary_statement2026-11-20");
    }
    TEST_CASE("marks: restricted is not erased until it is released") {
        bench b("kuopio", "crm", "1");
        const std::string id = "crm/customer/1#KUO-A04";
        CHECK(b.run({{.record = id, .verb = register_verb::restrict_use}}, let_all_go)[0].status ==
              change_status::done);
        CHECK(b.find(b.read(), id)->marks.restricted);
        CHECK_FALSE(b.find(b.read(), "crm/customer/1#KUO-A05")->marks.restricted);
        CHECK(b.text("SELECT restricted || hold_only FROM customer WHERE id = 1") == "10");
        b.run({{.record = id, .verb = register_verb::hold_only}}, let_all_go, "i2");
        CHECK(b.text("SELECT restricted || hold_only FROM customer WHERE id = 1") == "11");
        CHECK(b.run({{.record = id}}, let_all_go, "i3")[0].reason == "restricted");
        b.run({{.record = id, .verb = register_verb::release}}, let_all_go, "i4");
        CHECK(b.text("SELECT restricted || hold_only FROM customer WHERE id = 1") == "00");
        CHECK(b.find(b.read(), id)->marks == record_marks{});
        CHECK(b.run({{.record = id}}, let_all_go, "i5")[0].status == change_status::done);
    }
    TEST_CASE("intent: twice the same does it once and other changes are refused") {
        bench b("kuopio", "crm", "1");
        const std::vector<record_change> changes = {{.record = "crm/customer/1#KUO-A04"},
                                                    {.record = "crm/customer/1#KUO-A05"}};
        const auto first = b.run(changes, let_all_go);
        b.sql("UPDATE customer SET phone = '+358000999999' WHERE id = 1");
        CHECK(b.run(changes, let_all_go) == first);
        CHECK(b.text("SELECT phone FROM customer WHERE id = 1") == "+358000999999");
        const auto other = b.port.execute({"i1", b.who, sample_day(), {changes[0]}}, let_all_go);
        CHECK(other.error().code == "intent_reused");
    }
    TEST_CASE("rows: when fewer change than were read nothing is done at all") {
        bench b("kuopio", "billing", "7001");
        const auto row = b.text("SELECT max(id) FROM payment WHERE account_id = 7001");
        b.sql("CREATE TRIGGER refuse BEFORE DELETE ON payment WHEN old.id = " + row +
              " BEGIN SELECT RAISE(IGNORE); END");
        const auto before = b.read();
        std::vector<record_change> changes;
        for (const auto& one : before.records)
            if (one.facts.id.starts_with("billing/payment/"))
                changes.push_back({.record = one.facts.id});
        REQUIRE(changes.size() > 4);
        const auto done = b.run(changes, let_all_go);
        for (const auto& one : done) {
            CHECK(one.status == change_status::conflict);
            CHECK(one.reason == "rows_differ");
        }
        CHECK(b.read().records.size() == before.records.size());
        b.sql("DROP TRIGGER refuse");
        CHECK(b.run(changes, let_all_go)[0].status == change_status::done);
    }
    TEST_CASE("open: a mapping that does not fit the database is refused with the column") {
        const register_copy registers("kuopio");
        auto db = storage::connection::open(registers.file("crm"), {}).value();
        REQUIRE(db.run("ALTER TABLE customer RENAME COLUMN phone TO telephone"));
        const auto opened =
            storage::open_sqlite_register(registers.file("crm"), sample_map("kuopio", "crm"), {});
        REQUIRE_FALSE(opened.has_value());
        CHECK(opened.error().code == "register_mapping");
        CHECK(opened.error().detail.contains("`customer.phone`"));
    }
}
