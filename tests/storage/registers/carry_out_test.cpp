// Protects a person's records when an erasure is carried out in all registers at once: what the law
// retains is there afterwards, what it lets go is not, and other people are untouched. Real files,
// killed and tampered with; the oracle is plain SQL and a second reading.
#include <algorithm>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/registers/tenant_registers.hpp"

#include "storage/registers/sample/sample_registers.hpp"
#include "storage/registers/sql_register.hpp"
#include "storage/sqlite/connection.hpp"
#include "tests/support/sample_world.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

const assessment_table& table_of(const std::string& tenant) {
    static std::map<std::string, assessment_table> tables;
    const auto found = tables.find(tenant);
    if (found != tables.end()) return found->second;
    return tables
        .emplace(tenant,
                 assessment_table::compile(policies_of_the_tree(), tenant, sample_day()).value())
        .first->second;
}

std::string text(const std::string& file, const std::string& sql) {
    auto db = storage::connection::open(file, {}).value();
    auto query = db.prepare(sql).value();
    if (!query.step().value()) return "no row";
    return query.text_if(0).value_or("NULL");
}
void run_sql(const std::string& file, const std::string& sql) {
    auto db = storage::connection::open(file, {}).value();
    REQUIRE(db.run(sql));
}

person_keys keys_of(const register_copy& registers, int customer) {
    return {{"customer_number",
             {text(registers.file("crm"), fmt::format("SELECT customer_number FROM customer WHERE "
                                                      "id = {}",
                                                      customer))}}};
}

register_verb verb_of(record_action action) {
    return action == record_action::unlink   ? register_verb::unlink
           : action == record_action::reduce ? register_verb::reduce
                                             : register_verb::erase;
}

// Everything that may go on the day; with `reviews`, also what an officer would let go after a
// look.
person_execution erasure_of(const assessment_table& table, const person_view& view,
                            const std::string& intent, bool reviews) {
    person_execution what{.intent = intent, .known = view.known, .on = sample_day()};
    const auto answers = assess_view(table, view, {});
    for (std::size_t part = 0; part < view.parts.size(); ++part)
        for (std::size_t i = 0; i < answers[part].size(); ++i) {
            const auto& one = view.parts[part].answer.records[i].facts;
            const auto& answer = answers[part][i];
            if (answer.outcome == record_outcome::erase)
                what.changes.push_back({.record = one.id, .verb = verb_of(answer.action)});
            else if (answer.outcome == record_outcome::review && reviews)
                what.changes.push_back({.record = one.id, .decided = answer.reason});
        }
    return what;
}

using contents = std::map<std::string, std::string>;

contents contents_of(const person_view& view) {
    contents all;
    for (const auto& part : view.parts)
        for (const auto& one : part.answer.records) {
            auto& text = all[one.facts.id];
            for (const auto& field : one.fields) text += field.column + "=" + field.text + ";";
            if (one.series) text += one.series->digest;
        }
    return all;
}

std::string sealed_of(const register_copy& registers) {
    std::string all;
    for (const auto& id : sample_order)
        for (const auto* tail : {"", "-wal"}) {
            std::ifstream file(registers.file(id) + tail, std::ios::binary);
            std::ostringstream bytes;
            bytes << file.rdbuf();
            all += bytes.str();
        }
    return all;
}

}  // namespace

TEST_SUITE("registers/carry_out") {
    TEST_CASE("property: nothing goes that the law retains and everything that may go is gone") {
        int erased = 0, retained = 0, not_separable = 0;
        for (const auto& tenant : tenants) {
            const register_copy registers(tenant);
            const auto ports = registers.all();
            const auto& table = table_of(tenant);
            for (int customer = 1; customer <= 500; customer += customer < 15 ? 1 : 23) {
                CAPTURE(tenant);
                CAPTURE(customer);
                const auto keys = keys_of(registers, customer);
                const auto view = read_person(ports, keys, sample_day()).value();
                const auto neighbour = keys_of(registers, customer % 500 + 2);
                const auto other = contents_of(read_person(ports, neighbour, sample_day()).value());
                const auto before = contents_of(view);
                const auto answers = assess_view(table, view, {});
                const auto what = erasure_of(table, view, fmt::format("e{}", customer), false);
                const auto done = carry_out(ports, table, what).value();
                const auto after = contents_of(read_person(ports, keys, sample_day()).value());
                for (std::size_t part = 0; part < view.parts.size(); ++part)
                    for (std::size_t i = 0; i < answers[part].size(); ++i)
                        if (answers[part][i].outcome != record_outcome::erase) {
                            const auto& id = view.parts[part].answer.records[i].facts.id;
                            CAPTURE(id);
                            const auto still = after.find(id);
                            REQUIRE(still != after.end());
                            CHECK(still->second == before.at(id));
                            ++retained;
                        }
                for (std::size_t i = 0; i < done.size(); ++i) {
                    CAPTURE(done[i].record);
                    CAPTURE(done[i].reason);
                    if (done[i].status == change_status::done) {
                        CHECK_FALSE(after.contains(done[i].record));
                        ++erased;
                        continue;
                    }
                    CHECK(done[i].status == change_status::failed);
                    const bool known = done[i].reason == "row_not_separable" ||
                                       done[i].reason == "others_not_confirmed";
                    CHECK(known);
                    CHECK(after.contains(done[i].record));
                    ++not_separable;
                }
                CHECK(contents_of(read_person(ports, neighbour, sample_day()).value()) == other);
            }
        }
        MESSAGE(fmt::format("{} records erased, {} kept, {} not separable", erased, retained,
                            not_separable));
        CHECK(erased > 1000);
        CHECK(retained > 1000);
        CHECK(not_separable < erased / 20);
    }
    TEST_CASE("whole: of a person whose contracts ended long ago nothing is left") {
        int emptied = 0;
        for (const auto& tenant : tenants) {
            CAPTURE(tenant);
            const register_copy registers(tenant);
            const auto ports = registers.all();
            const auto& table = table_of(tenant);
            const auto keys = keys_of(registers, 2);
            const auto hetu = text(registers.file("crm"), "SELECT hetu FROM customer WHERE id = 2");
            const auto view = read_person(ports, keys, sample_day()).value();
            CHECK(view.parts[0].answer.people.size() == 1);
            for (int round = 0; round < 3; ++round) {
                const auto now = read_person(ports, keys, sample_day()).value();
                const auto what = erasure_of(table, now, fmt::format("r{}", round), true);
                if (!what.changes.empty()) (void)carry_out(ports, table, what).value();
            }
            const auto left = read_person(ports, keys, sample_day()).value();
            const auto answers = assess_view(table, left, {});
            for (std::size_t part = 0; part < left.parts.size(); ++part)
                for (std::size_t i = 0; i < answers[part].size(); ++i) {
                    CAPTURE(left.parts[part].answer.records[i].facts.id);
                    CHECK(answers[part][i].outcome == record_outcome::retain);
                }
            if (left.found()) continue;
            ++emptied;
            CHECK(text(registers.file("crm"), "SELECT count(*) FROM customer WHERE id = 2") == "0");
            CHECK(text(registers.file("billing"),
                       "SELECT count(*) FROM disclosure WHERE account_id = 7002") == "0");
            for (const auto& id : sample_order)
                run_sql(registers.file(id), "PRAGMA wal_checkpoint(TRUNCATE)");
            CHECK(sealed_of(registers).find(hetu) == std::string::npos);
        }
        CHECK(emptied == 5);
    }
    TEST_CASE("hold: one that began after the decision keeps the record and the identity") {
        const register_copy registers("kuopio");
        const auto ports = registers.all();
        const auto& table = table_of("kuopio");
        const auto view = read_person(ports, keys_of(registers, 2), sample_day()).value();
        const auto what = erasure_of(table, view, "late", true);
        const auto row =
            text(registers.file("billing"), "SELECT min(id) FROM invoice WHERE account_id = 7002");
        run_sql(registers.file("billing"),
                "INSERT INTO legal_hold VALUES('invoice', '" + row + "', 'riita', '2031-05-31')");
        const auto done = carry_out(ports, table, what).value();
        const auto result_of = [&](const std::string& id) -> const change_result& {
            const auto found = std::ranges::find(done, id, &change_result::record);
            REQUIRE(found != done.end());
            return *found;
        };
        const auto& kept = result_of("billing/invoice/" + row + "#KUO-C06");
        CHECK(kept.status == change_status::kept_by_new_hold);
        CHECK(kept.reason == "retained");
        CHECK(to_string(*kept.until) == "2031-05-31");
        CHECK(result_of("crm/customer/2#KUO-A01").status == change_status::kept_by_new_hold);
        CHECK(result_of("crm/customer/2#KUO-A03").status == change_status::kept_by_new_hold);
        CHECK(text(registers.file("billing"),
                   "SELECT amount_cents > 0 FROM invoice WHERE id = " + row) == "1");
        CHECK(text(registers.file("crm"), "SELECT hetu IS NOT NULL FROM customer WHERE id = 2") ==
              "1");
        CHECK(text(registers.file("billing"),
                   "SELECT count(*) FROM invoice WHERE account_id = 7002") == "1");
    }
    TEST_CASE("intent: the same erasure again gives the same results and changes nothing") {
        const register_copy registers("turku");
        const auto ports = registers.all();
        const auto& table = table_of("turku");
        const auto view = read_person(ports, keys_of(registers, 2), sample_day()).value();
        const auto what = erasure_of(table, view, "same", true);
        const auto first = carry_out(ports, table, what).value();
        const auto bytes = sealed_of(registers);
        CHECK(carry_out(ports, table, what).value() == first);
        CHECK((sealed_of(registers) == bytes));
    }
    TEST_CASE("kill: a process killed within the transaction leaves the person whole") {
        const register_copy registers("kokkola");
        const auto& table = table_of("kokkola");
        const auto file = registers.file("billing");
        const auto view = read_person(registers.all(), keys_of(registers, 1), sample_day()).value();
        const auto before = contents_of(view);
        run_sql(file, "CREATE TRIGGER t AFTER DELETE ON payment BEGIN SELECT die(); END");
        const auto child = ::fork();
        if (child == 0) {
            // Every connection of this process dies at the second deleted row.
            sqlite3_auto_extension(
                reinterpret_cast<void (*)()>(+[](sqlite3* db, char**, const sqlite3_api_routines*) {
                    return sqlite3_create_function(
                        db, "die", 0, SQLITE_UTF8 | SQLITE_INNOCUOUS, nullptr,
                        [](sqlite3_context*, int, sqlite3_value**) {
                            static int rows = 0;
                            if (++rows == 2) ::kill(::getpid(), SIGKILL);
                        },
                        nullptr, nullptr);
                }));
            auto port = storage::open_sqlite_register(file, sample_map("kokkola", "billing"), {});
            execution what{.intent = "killed", .person = view.parts[1].found, .on = sample_day()};
            for (const auto& one : view.parts[1].answer.records)
                what.changes.push_back({.record = one.facts.id});
            (void)(*port)->execute(
                what, [](std::span<const record> all) -> result<std::vector<assessment>> {
                    std::vector<assessment> answers(all.size());
                    for (auto& answer : answers) answer.action = record_action::delete_record;
                    return answers;
                });
            ::_exit(0);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));
        CHECK(WTERMSIG(status) == SIGKILL);
        run_sql(file, "DROP TRIGGER t");
        CHECK(text(file, "PRAGMA integrity_check") == "ok");
        CHECK(text(file, "SELECT count(*) FROM pykala_intent") == "0");
        const auto after =
            read_person(registers.all(), keys_of(registers, 1), sample_day()).value();
        CHECK(contents_of(after) == before);
        CHECK(carry_out(registers.all(), table, erasure_of(table, after, "killed", false))
                  .has_value());
    }
    TEST_CASE("release: what a person must look at before an answer leaves") {
        const register_copy registers("kuopio");
        const auto& pack = policies_of_the_tree().packs.at("kuopio");
        const auto people = storage::sample_people(pack, words_of_the_tree()).value();
        const auto checks = [&](int customer, std::string_view name) {
            const auto view =
                read_person(registers.all(), keys_of(registers, customer), sample_day()).value();
            return release_checks(view, pack, sample_day(), name);
        };
        CHECK_FALSE(checks(1, people[0].name).contains("name_differs"));
        CHECK(checks(1, "Joku Muu").contains("name_differs"));
        CHECK_FALSE(checks(1, "").contains("protected_address"));
        CHECK(checks(3, "").contains("protected_address"));
        CHECK(checks(4, "").contains("several_parties"));
        CHECK(checks(9, "").contains("several_parties"));
        CHECK(checks(14, "").contains("contact_changed"));
        CHECK_FALSE(checks(1, "").contains("contact_changed"));
        CHECK(checks(1, "").contains("free_text"));
        CHECK_FALSE(checks(1, "").contains("outside_contract_interval"));
        run_sql(registers.file("metering"),
                "UPDATE supply SET started_on = '2020-01-15' WHERE holder_id = 9001");
        CHECK(checks(1, "").contains("outside_contract_interval"));
    }
}
