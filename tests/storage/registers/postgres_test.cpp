// The SQL connector on PostgreSQL: the same sample registers lie in SQLite and in a real server,
// with the types of a PostgreSQL schema, and both must say and do the same, by plain SQL too.
#include <algorithm>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/assess/batch.hpp"
#include "engine/registers/tenant_registers.hpp"

#include "storage/registers/sql_register.hpp"
#include "storage/sqlite/connection.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/sample_world.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

std::string hash_of(std::string_view text) {
    return fmt::format("hash:{}", std::hash<std::string_view>{}(text));
}

struct twins {
    explicit twins(const std::string& tenant, std::vector<std::string> only = sample_order)
        : lite(tenant), tenant(tenant), ids(std::move(only)) {
        for (const auto& id : ids) {
            copy_into_postgres(lite.file(id), database(id));
            grown.push_back(open(id));
        }
    }
    std::string database(const std::string& id) const { return tenant + "_" + id; }
    std::unique_ptr<register_port> open(const std::string& id) const {
        return storage::open_postgres_register(postgres_server::shared().settings(database(id)),
                                               sample_map(tenant, id), {.suppression_key = hash_of})
            .value();
    }
    std::vector<register_port*> all() const {
        std::vector<register_port*> list;
        for (const auto& port : grown) list.push_back(port.get());
        return list;
    }
    void check_same() const {
        for (const auto& id : ids) {
            const auto one = contents_of_sqlite(lite.file(id));
            const auto other = contents_of_postgres(database(id));
            REQUIRE(one.size() == other.size());
            for (std::size_t i = 0; i < one.size(); ++i) REQUIRE(one[i] == other[i]);
        }
    }

    register_copy lite;
    std::string tenant;
    std::vector<std::string> ids;
    std::vector<std::unique_ptr<register_port>> grown;
};

std::string shown(const register_record& r) {
    std::string out = r.facts.id;
    const auto day = [](const std::optional<date>& d) { return d ? to_string(*d) : "-"; };
    out += fmt::format(" {} {} {} {} {} {} {} {}", day(r.facts.event), day(r.facts.contract_end),
                       day(r.facts.role_end), day(r.facts.accounting_period_end),
                       int(r.facts.contract), int(r.facts.balance), r.facts.holds.size(),
                       r.facts.commodity ? int(*r.facts.commodity) : -1);
    for (const auto& f : r.fields)
        out += fmt::format(" {}={}{}{}", f.column, f.text, f.null ? "!" : "", f.media ? "#" : "");
    if (r.series) out += fmt::format(" {} {}", r.series->count, r.series->digest);
    return out + fmt::format(" {}{}{}{}{}", r.marks.restricted, r.marks.hold_only,
                             r.several_parties, r.voucher, r.outside_contract);
}

std::vector<std::string> shown(const person_view& view) {
    std::vector<std::string> all;
    for (const auto& part : view.parts) {
        for (const auto& key : part.found.people) all.push_back("person " + key);
        for (const auto& p : part.answer.people)
            all.push_back(fmt::format(
                "{} {} {} {} {} {}", p.key, p.name, p.language, p.kind, p.protected_address,
                p.contact_changed_on ? to_string(*p.contact_changed_on) : ""));
        for (const auto& d : part.answer.disclosures)
            all.push_back(d.recipient + " " + (d.on ? to_string(*d.on) : "") + " " + d.what);
        for (const auto& r : part.answer.records) all.push_back(shown(r));
    }
    return all;
}

const assessment_table& law_of(const std::string& tenant) {
    static std::map<std::string, assessment_table> tables;
    auto found = tables.find(tenant);
    if (found == tables.end())
        found =
            tables
                .emplace(
                    tenant,
                    assessment_table::compile(policies_of_the_tree(), tenant, sample_day()).value())
                .first;
    return found->second;
}

person_keys keys_of(const twins& t, int customer) {
    auto db = storage::connection::open(t.lite.file("crm"), {}).value();
    auto query = db.prepare("SELECT customer_number FROM customer WHERE id = ?1").value();
    query.bind_all(customer);
    if (!query.step().value() || query.is_null(0)) return {};
    return {{"customer_number", {std::string(query.text(0))}}};
}

// Every verb somewhere: what may go goes, some of the rest is marked, corrected or banned.
person_execution work_on(const assessment_table& table, const person_view& view, int seed) {
    person_execution what{
        .intent = fmt::format("work-{}", seed), .known = view.known, .on = sample_day()};
    const auto answers = assess_view(table, view, {});
    for (std::size_t part = 0; part < view.parts.size(); ++part)
        for (std::size_t i = 0; i < answers[part].size(); ++i) {
            const auto& one = view.parts[part].answer.records[i];
            const auto& answer = answers[part][i];
            const auto turn = (seed + int(i)) % 5;
            record_change change{.record = one.facts.id};
            if (answer.outcome == record_outcome::erase) {
                change.verb = answer.action == record_action::unlink   ? register_verb::unlink
                              : answer.action == record_action::reduce ? register_verb::reduce
                                                                       : register_verb::erase;
            } else if (turn == 0) {
                change.verb = register_verb::restrict_use;
            } else if (turn == 1) {
                change.verb = register_verb::hold_only;
            } else if (turn == 2 && !one.fields.empty() && !one.fields[0].media &&
                       one.fields[0].form == field_form::text) {
                change.verb = register_verb::rectify;
                change.field = one.fields[0].column;
                if (!one.fields[0].null) change.old_value = one.fields[0].text;
                change.new_value = one.fields[0].text;
            } else if (turn == 3 && answer.outcome == record_outcome::review) {
                change.decided = answer.reason;
            } else {
                continue;
            }
            what.changes.push_back(std::move(change));
        }
    return what;
}

}  // namespace

TEST_SUITE("registers/postgres") {
    TEST_CASE("property: it finds, reads and changes what the SQLite connector does") {
        int done = 0;
        for (const std::string tenant : {"kuopio", "turku"}) {
            const twins t(tenant);
            const auto& table = law_of(tenant);
            for (int customer = 1; customer <= 500; customer += customer < 15 ? 1 : 31) {
                CAPTURE(tenant);
                CAPTURE(customer);
                const auto keys = keys_of(t, customer);
                const auto one = read_person(t.lite.all(), keys, sample_day()).value();
                const auto other = read_person(t.all(), keys, sample_day()).value();
                REQUIRE(shown(one) == shown(other));
                const auto what = work_on(table, one, customer);
                const auto first = carry_out(t.lite.all(), table, what).value();
                const auto second = carry_out(t.all(), table, what).value();
                REQUIRE(first.size() == second.size());
                for (std::size_t i = 0; i < first.size(); ++i) {
                    CAPTURE(first[i].record);
                    CAPTURE(first[i].reason);
                    CAPTURE(second[i].reason);
                    REQUIRE(first[i] == second[i]);
                    done += first[i].status == change_status::done;
                }
            }
            t.check_same();
        }
        CHECK(done > 1000);
    }
    TEST_CASE("bans, sound and readings come through as they are") {
        const twins t("turku");
        for (auto* at : {t.lite.all()[0], t.all()[0]}) {
            const execution ban{"ban",
                                {.people = {"1"}, .found_by = {}, .gives = {}},
                                sample_day(),
                                {{.record = "",
                                  .verb = register_verb::ban,
                                  .field = "email",
                                  .new_value = "joku@example.com"}}};
            CHECK(at->execute(ban, assess_alone(law_of("turku"))).value()[0].status ==
                  change_status::done);
        }
        t.check_same();
        const auto answer =
            t.grown[0]->read({.people = {"1"}, .found_by = {}, .gives = {}}, sample_day());
        int heard = 0;
        for (const auto& r : answer->records)
            for (const auto& f : r.fields)
                if (f.media && !f.null) {
                    ++heard;
                    CHECK(t.grown[0]->media(r.facts.id, f.column).value() ==
                          t.lite.ports[0]->media(r.facts.id, f.column).value());
                }
        CHECK(heard > 0);
        const auto metered =
            t.grown[2]->read({.people = {"9001"}, .found_by = {}, .gives = {}}, sample_day());
        for (const auto& r : metered->records)
            if (r.series)
                CHECK(t.grown[2]->series_values(r.facts.id).value() ==
                      t.lite.ports[2]->series_values(r.facts.id).value());
    }
    TEST_CASE("what can stand in no row leads to nobody, and no value is told in an error") {
        auto& server = postgres_server::shared();
        const twins t("kuopio", {"crm"});
        (void)server.ask("kuopio_crm",
                         "ALTER TABLE customer ALTER customer_number TYPE BIGINT "
                         "USING substr(customer_number, 4)::BIGINT");
        const auto crm = t.open("crm");
        CHECK(crm->find({{"customer_number", {"KUO-secret"}}})->people.empty());
        CHECK(crm->find({{"customer_number", {"' OR 1=1 --"}}})->people.empty());
        const auto number =
            server.ask("kuopio_crm", "SELECT customer_number FROM customer WHERE id = 7")[0][0];
        CHECK(crm->find({{"customer_number", {*number}}})->people == std::vector<std::string>{"7"});
        const execution wrong{"typed",
                              {.people = {"7"}, .found_by = {}, .gives = {}},
                              sample_day(),
                              {{.record = "crm/customer/7#KUO-A02",
                                .verb = register_verb::rectify,
                                .field = "customer_number",
                                .old_value = number,
                                .new_value = "salainen"}}};
        const auto refused = crm->execute(wrong, assess_alone(law_of("kuopio")));
        if (refused) {
            CHECK(refused->at(0).status == change_status::failed);
        } else {
            CHECK(refused.error().code == "register_value");
            CHECK_FALSE(refused.error().detail.contains("salainen"));
        }
        CHECK(server.ask("kuopio_crm", "SELECT customer_number FROM customer WHERE id = 7")[0][0] ==
              number);
    }
    TEST_CASE("rows that somebody else holds or changes are waited for, and judged anew") {
        auto& server = postgres_server::shared();
        const twins t("kuopio", {"crm"});
        int asked = 0;
        const execution what{"raced",
                             {.people = {"1"}, .found_by = {}, .gives = {}},
                             sample_day(),
                             {{.record = "crm/customer/1#KUO-A04"}}};
        const auto done = t.grown[0]->execute(
            what, [&](std::span<const record> records) -> result<std::vector<assessment>> {
                // between reading and writing another program changes the row
                if (++asked == 1)
                    (void)server.ask(
                        "kuopio_crm",
                        "UPDATE customer SET email = 'toinen@example.com' WHERE id = 1");
                std::vector<assessment> answers(records.size());
                for (auto& answer : answers) answer.action = record_action::delete_record;
                return answers;
            });
        REQUIRE(done.has_value());
        CHECK(asked == 2);
        CHECK(done->at(0).status == change_status::done);
        const auto row = server.ask("kuopio_crm", "SELECT phone, email FROM customer WHERE id = 1");
        CHECK_FALSE(row[0][0].has_value());
        CHECK(row[0][1] == "toinen@example.com");
        CHECK(server.ask("kuopio_crm", "SELECT count(*) FROM pykala_intent")[0][0] == "1");
    }
    TEST_CASE("a server that crashes leaves nothing half done and is found again") {
        auto& server = postgres_server::shared();
        const twins t("kuopio", {"crm"});
        const execution what{
            "crashed",
            {.people = {"1"}, .found_by = {}, .gives = {}},
            sample_day(),
            {{.record = "crm/customer/1#KUO-A04"}, {.record = "crm/customer/1#KUO-A05"}}};
        const auto let_go = [](std::span<const record> records) -> result<std::vector<assessment>> {
            std::vector<assessment> answers(records.size());
            for (auto& answer : answers) answer.action = record_action::delete_record;
            return answers;
        };
        const auto before = contents_of_postgres("kuopio_crm");
        const auto broken = t.grown[0]->execute(
            what, [&](std::span<const record> records) -> result<std::vector<assessment>> {
                server.crash();
                return let_go(records);
            });
        REQUIRE_FALSE(broken.has_value());
        CHECK(broken.error().kind == problem_kind::unavailable);
        CHECK(broken.error().code == "register_unreachable");
        CHECK(contents_of_postgres("kuopio_crm") == before);
        const auto again = t.grown[0]->execute(what, let_go);
        REQUIRE(again.has_value());
        CHECK(again->at(1).status == change_status::done);
        // the answer got lost on its way: the same intent is known
        server.crash();
        CHECK(t.grown[0]->execute(what, let_go).value() == *again);
        CHECK(server.ask("kuopio_crm", "SELECT count(*) FROM pykala_intent")[0][0] == "1");
    }
    TEST_CASE("a mapping that does not fit, no rights, no server: each says what to mend") {
        auto& server = postgres_server::shared();
        const twins t("kuopio", {"crm", "billing"});
        (void)server.ask("kuopio_crm", "ALTER TABLE customer RENAME COLUMN phone TO telephone");
        const auto settings = server.settings("kuopio_crm");
        auto opened = storage::open_postgres_register(settings, sample_map("kuopio", "crm"), {});
        REQUIRE_FALSE(opened.has_value());
        CHECK(opened.error().code == "register_mapping");
        CHECK(opened.error().detail.contains("`customer.phone`"));
        (void)server.ask(
            "kuopio_billing",
            "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN; GRANT SELECT ON ALL "
            "TABLES IN SCHEMA public TO reader");
        auto poor = server.settings("kuopio_billing");
        poor.connection += " user=reader";
        auto reading = storage::open_postgres_register(poor, sample_map("kuopio", "billing"), {});
        REQUIRE(reading.has_value());
        const execution what{
            "poor",
            {.people = {"7001"}, .found_by = {}, .gives = {}},
            sample_day(),
            {{.record = "billing/account/7001#KUO-C01", .verb = register_verb::restrict_use}}};
        const auto refused = (*reading)->execute(what, assess_alone(law_of("kuopio")));
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == "register_forbidden");
        CHECK(storage::open_postgres_register(
                  {.connection = "host=/nowhere dbname=x", .password = "", .schema = ""},
                  sample_map("kuopio", "crm"), {})
                  .error()
                  .code == "register_unreachable");
        CHECK(
            storage::open_postgres_register({.connection = "horst=x", .password = "", .schema = ""},
                                            sample_map("kuopio", "crm"), {})
                .error()
                .code == "register_connection");
    }
}
