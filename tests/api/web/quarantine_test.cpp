// Protects cases that stand still: people see that they do, and why; only an administrator with a
// reason lets one go on, only when it is whole again, and the auditor reads who did it. The case is
// put aside in a real store, and broken by plain SQL.
#include <future>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/log/checkpoint.hpp"

#include "storage/hash/sha256.hpp"
#include "storage/json/read_json.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/verify/verify.hpp"
#include "tests/support/web_world.hpp"

using namespace pykala;
using namespace pykala::api;
using namespace pykala::tests;

namespace {

constexpr auto letter =
    R"({"right":"access","channel":"letter","language":"fi","received_on":"2026-11-18"})";

struct office : web_world {
    office() {
        number = text_in(api(web::role::officer, "POST", "/cases", letter, "file"), "id");
        REQUIRE_FALSE(number.empty());
    }

    http::response api(web::role who, std::string method, const std::string& path,
                       std::string body = {}, const std::string& key = {}) {
        http::request asked{.method = std::move(method), .path = "/api/v1" + path};
        asked.headers.emplace_back("Authorization", "Bearer " + token(who));
        asked.headers.emplace_back("Content-Type", "application/json");
        if (!key.empty()) asked.headers.emplace_back("Idempotency-Key", key);
        asked.body = std::move(body);
        return ask(std::move(asked));
    }

    http::response release(const std::string& reason, const std::string& key,
                           web::role who = web::role::administrator) {
        return api(who, "POST", fmt::format("/quarantine/{}/release", number),
                   fmt::format(R"({{"reason":"{}"}})", reason), key);
    }

    void put_aside() {
        std::promise<bool> done;
        here.cases->quarantine({{number, time.at, "a step contradicts the others"}},
                               [&](const result<bool>& r) { done.set_value(r.has_value()); });
        REQUIRE(done.get_future().get());
    }

    void sql(const std::string& text) const {
        auto db = storage::connection::open((dir.path / "kuopio" / "cases.db").string(), {});
        REQUIRE(db);
        REQUIRE(db->run(text));
    }

    static std::string text_in(const http::response& said, std::string_view member) {
        const auto read = storage::read_json(said.body);
        const auto* text = read ? (*read)[member].as_string() : nullptr;
        return text ? *text : std::string();
    }

    std::string number;
};

bool has(const http::response& said, std::string_view text) {
    return said.body.find(text) != std::string::npos;
}

}  // namespace

TEST_SUITE("web/quarantine") {
    TEST_CASE("quarantine: queue and case say that it stands still and offer no step") {
        office o;
        const auto officer = o.sign_in(web::role::officer);
        const auto case_path = "/officer/cases/" + o.number;
        CHECK_FALSE(has(o.get("/officer/", officer.cookie), "/officer/quarantine"));
        CHECK(has(o.get(case_path, officer.cookie), case_path + "/steps"));
        CHECK(
            has(o.get("/officer/quarantine", officer.cookie), "Yhtään pyyntöä ei ole pysäytetty"));
        o.put_aside();
        const auto queue = o.get("/officer/", officer.cookie);
        CHECK(has(queue, "Pysäytettyjä pyyntöjä: 1."));
        CHECK(has(queue, "/kuopio/officer/quarantine"));
        CHECK(has(queue, "Pysäytetty</span>"));
        const auto shown = o.get(case_path, officer.cookie);
        CHECK(shown.status == 200);
        CHECK(has(shown, "Pyyntö on ollut pysäytettynä 20.11.2026 alkaen."));
        CHECK(has(shown, "kerro pääkäyttäjälle"));
        CHECK_FALSE(has(shown, "/steps"));
        const auto listed = o.get("/officer/quarantine", officer.cookie);
        CHECK(has(listed, o.number));
        CHECK(has(listed, "a step contradicts the others"));
        CHECK_FALSE(has(listed, "<textarea"));
        const auto refused =
            o.post(case_path + "/steps",
                   fmt::format("csrf={}&transition=assign&assignee=officer&once=1", officer.csrf),
                   officer.cookie);
        CHECK(refused.status == 422);
        CHECK(has(refused, "Pyyntö on pysäytetty."));
        const auto by_api = o.api(web::role::officer, "GET", "/quarantine");
        CHECK(by_api.body == fmt::format(R"({{"cases":[{{"id":"{}","since":"{}","why":)"
                                         R"("a step contradicts the others"}}]}})",
                                         o.number, to_string(o.time.at)));
    }

    TEST_CASE("quarantine: only an administrator with a reason lets a case go on") {
        office o;
        o.put_aside();
        const auto words = std::string("syy korjattu");
        CHECK(o.release(words, "a", web::role::officer).status == 403);
        CHECK(office::text_in(o.release(" ", "a"), "title") == "missing_reason");
        CHECK(o.release(words, "").status == 400);
        CHECK(o.here.cases->quarantined()->size() == 1);
        const auto done = o.release(words, "a");
        CHECK(done.status == 200);
        CHECK(o.here.cases->quarantined()->empty());
        CHECK(o.release(words, "a").body == done.body);
        CHECK(office::text_in(o.release("other", "a"), "title") == "idempotency_reused");
        CHECK(office::text_in(o.release(words, "b"), "title") == "not_quarantined");
    }

    TEST_CASE("quarantine: the administrator's page begins there and takes the reason") {
        office o;
        o.put_aside();
        const auto boss = o.sign_in(web::role::administrator);
        const auto listed = o.get("/officer/quarantine", boss.cookie);
        CHECK(has(listed, "<textarea"));
        CHECK_FALSE(has(listed, "/officer/cases/"));
        const auto path = fmt::format("/officer/quarantine/{}/release", o.number);
        const auto form = fmt::format("csrf={}&once=1&reason=", boss.csrf);
        const auto empty = o.post(path, form, boss.cookie);
        CHECK(empty.status == 400);
        CHECK(has(empty, "Kirjoita perustelu."));
        CHECK(o.post(path, form + "korjattu", boss.cookie).status == 303);
        CHECK(o.here.cases->quarantined()->empty());
    }

    TEST_CASE("quarantine: what is still broken stays and nothing says that it went on") {
        office o;
        o.put_aside();
        o.sql("UPDATE queue SET due_on = '2030-01-01'");
        const auto refused = o.release("luulin korjanneeni", "a");
        CHECK(refused.status == 422);
        CHECK(office::text_in(refused, "title") == "still_broken");
        CHECK(has(refused, "queue"));
        CHECK(o.here.cases->quarantined()->size() == 1);
        o.sql("UPDATE queue SET due_on = act_by");
        o.sql(
            "UPDATE events SET public = replace(public, '\"seq\"', '\"seg\"'), "
            "body = zeroblob(32)");
        CHECK(office::text_in(o.release("toinen yritys", "b"), "title") == "still_broken");
        CHECK(o.here.cases->quarantined()->size() == 1);
        const auto officer = o.sign_in(web::role::officer);
        const auto shown = o.get("/officer/cases/" + o.number, officer.cookie);
        CHECK(shown.status == 200);
        CHECK(has(shown, "ei voida näyttää, ennen kuin syy on korjattu"));
    }

    TEST_CASE("quarantine: the auditor reads who let it go on and why") {
        office o;
        o.put_aside();
        REQUIRE(o.release("määritelmät palautettu", "a").status == 200);
        for (const auto& query : {"?case=" + o.number, std::string()}) {
            auto said = o.api(web::role::auditor, "GET", "/audit/export" + query);
            REQUIRE(said.status == 200);
            std::string bundle;
            REQUIRE(http::pour(said, [&](std::string_view part) { bundle += part; }));
            CHECK(bundle.find("määritelmät palautettu") != std::string::npos);
            CHECK(bundle.find("a step contradicts the others") != std::string::npos);
            CHECK(bundle.find(R"("value":"administrator")") != std::string::npos);
            std::istringstream in(bundle);
            const storage::verify::options options{
                log::verifier_key(storage::sha256, o.here.store->origin_name(),
                                  o.here.keys->signing_key()),
                std::nullopt};
            CHECK(storage::verify::verify_bundle(in, options, nullptr).findings.empty());
        }
    }
}
