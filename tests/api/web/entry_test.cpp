// Protects who gets in and who does not: passwords, sessions, forged forms, the test
// e-identification. Asks the site as a browser does, without sockets.
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "api/web/sessions.hpp"
#include "api/web/web_app.hpp"
#include "storage/sqlite/staff.hpp"
#include "tests/support/sample_world.hpp"
#include "tests/support/web_world.hpp"

using namespace pykala;
using namespace pykala::api;
using namespace pykala::tests;

namespace {

std::string header_of(const http::response& said, std::string_view name) {
    for (const auto& [key, text] : said.headers)
        if (http::same_without_case(key, name)) return text;
    return {};
}

// `NAME=TEXT` of the cookie that an answer sets; empty where it sets none.
std::string cookie_set(const http::response& said, std::string_view name) {
    for (const auto& [key, text] : said.headers)
        if (key == "Set-Cookie" && text.starts_with(fmt::format("__Host-kuopio-{}=", name)))
            return text.substr(0, text.find(';'));
    return {};
}

std::string token_in(const http::response& said) {
    const std::string before = "name=\"csrf\" value=\"";
    const auto at = said.body.find(before);
    return at == std::string::npos ? "" : said.body.substr(at + before.size(), 64);
}

http::response staff_signs_in(web_world& world, const std::string& name,
                              const std::string& password) {
    const auto form = world.get("/officer/sign-in");
    return world.post(
        "/officer/sign-in",
        fmt::format("csrf={}&name={}&password={}", token_in(form), name, http::encoded(password)),
        cookie_set(form, "form"));
}

int times(const std::string& text, const std::string& what) {
    int count = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
    return count;
}

}  // namespace

TEST_SUITE("web/entry") {
    TEST_CASE("start page: in three languages with the headers that browsers obey") {
        web_world world;
        const auto said = world.get("/");
        CHECK(said.status == 200);
        CHECK(said.body.find("<html lang=\"fi\">") != std::string::npos);
        CHECK(said.body.find("Katso tietosi") != std::string::npos);
        CHECK(header_of(said, "content-security-policy").starts_with("default-src 'none'"));
        CHECK(header_of(said, "x-content-type-options") == "nosniff");
        CHECK(header_of(said, "strict-transport-security").empty());
        const auto swedish = world.get("/?lang=sv");
        CHECK(swedish.body.find("Se dina uppgifter") != std::string::npos);
        CHECK(world.get("/", cookie_set(swedish, "lang")).body == swedish.body);
        http::request english{.method = "GET", .path = "/"};
        english.headers.emplace_back("Accept-Language", "de, en;q=0.8, fi;q=0.1");
        english.secure = true;
        const auto third = world.ask(english);
        CHECK(third.body.find("See your data") != std::string::npos);
        CHECK_FALSE(header_of(third, "strict-transport-security").empty());
    }

    TEST_CASE("start page: names what the notice states for those without a bank ID") {
        web_world world;
        const auto shown = [&](const std::string& tenant, const std::string& query) {
            world.here.own = &policies_of_the_tree().packs.at(tenant);
            return world.get("/" + query).body;
        };
        for (const std::string query : {"?lang=fi", "?lang=sv", "?lang=en"}) {
            const auto body = shown("kuopio", query);
            for (const auto& what : {"PL 105, 70101 Kuopio", "Haapaniementie 30, 70100 Kuopio",
                                     "020 520 01", "asiakaspalvelu@kuopionenergia.fi"})
                CHECK(times(body, what) == 1);  // two companies with one contact stand together
            CHECK(body.find("Kuopion Energia Oy, Kuopion Sähköverkko Oy") != std::string::npos);
        }
        // an address that we only assume is not shown; another e-mail is another section
        const auto kss = shown("kss", "");
        CHECK(times(kss, "Hovioikeudenkatu 3") == 2);
        CHECK(times(kss, "05 885 111") == 2);
        // a notice without any contact leaves the sentence alone
        CHECK(times(shown("kokkola", ""), "<dl>") == 0);
    }

    TEST_CASE("staff: the right password opens a session and signing out ends it") {
        web_world world;
        const auto said = staff_signs_in(world, "officer", password_of_all);
        CHECK(said.status == 303);
        const auto cookie = cookie_set(said, "staff");
        REQUIRE_FALSE(cookie.empty());
        const auto page = world.get("/officer/sign-in", cookie);
        CHECK(page.body.find("<span>officer</span>") != std::string::npos);
        CHECK(world.post("/officer/sign-out", "csrf=" + token_in(page), cookie).status == 303);
        CHECK(world.get("/officer/sign-in", cookie).body.find("<span>officer</span>") ==
              std::string::npos);
    }

    TEST_CASE("staff: a wrong password and an unknown name get the same answer") {
        web_world world;
        const auto wrong = staff_signs_in(world, "officer", "no");
        const auto unknown = staff_signs_in(world, "nobody", "no");
        CHECK(wrong.status == 403);
        CHECK(unknown.status == 403);
        CHECK(cookie_set(wrong, "staff").empty());
        REQUIRE(storage::disable_user(*world.here.store, "dpo", world.time.at));
        CHECK(staff_signs_in(world, "dpo", password_of_all).status == 403);
    }

    TEST_CASE("staff: an address that failed ten times waits fifteen minutes") {
        web_world world;
        for (int i = 0; i < 10; ++i) CHECK(staff_signs_in(world, "officer", "no").status == 403);
        const auto refused = staff_signs_in(world, "officer", password_of_all);
        CHECK(refused.status == 429);
        CHECK(header_of(refused, "Retry-After") == "900");
        world.time.at += std::chrono::minutes(16);
        CHECK(staff_signs_in(world, "officer", password_of_all).status == 303);
    }

    TEST_CASE("errors: below no controller there is an error page or a problem too") {
        web_world world;
        world.here.base = "/kuopio";
        const web::web_app app({{"", &world.here}}, pages_of_the_tree());
        for (const std::string path : {"/%00", "/elsewhere", "/kuopio/%00", "/favicon.ico"}) {
            const auto said = app.answer({.method = "GET", .path = path, .query = "lang=sv"});
            CAPTURE(path);
            CHECK(said.status == 404);
            CHECK(header_of(said, "Content-Type") == "text/html; charset=utf-8");
            CHECK(header_of(said, "X-Content-Type-Options") == "nosniff");
            CHECK(said.body.find("no_such_page") != std::string::npos);
            CHECK(said.body.find("lang=\"sv\"") != std::string::npos);
        }
        const auto said = app.answer({.method = "GET", .path = "/api/%00"});
        CHECK(said.status == 404);
        CHECK(header_of(said, "Content-Type") == "application/problem+json");
        CHECK(said.body.find("urn:pykala:problem:no_such_page") != std::string::npos);
    }

    TEST_CASE("forms: without the token of the session nothing is done") {
        web_world world;
        const auto officer = world.sign_in(web::role::officer);
        CHECK(world.post("/officer/sign-out", "", officer.cookie).status == 403);
        const auto other = world.sign_in(web::role::officer);
        CHECK(world.post("/officer/sign-out", "csrf=" + other.csrf, officer.cookie).status == 403);
        http::request foreign{.method = "POST", .path = "/officer/sign-out"};
        foreign.body = "csrf=" + officer.csrf;
        foreign.headers = {{"Cookie", officer.cookie},
                           {"Origin", "https://elsewhere.example"},
                           {"Content-Type", "application/x-www-form-urlencoded"}};
        CHECK(world.ask(foreign).status == 403);
        CHECK(world.post("/officer/sign-out", "csrf=" + officer.csrf, officer.cookie).status ==
              303);
    }

    TEST_CASE("sessions: they end when nothing is asked and never last longer than half a day") {
        web_world world;
        const auto who = [&](const std::string& cookie) {
            return world.get("/officer/sign-in", cookie).body.find("<span>officer</span>") !=
                   std::string::npos;
        };
        const auto idle = world.sign_in(web::role::officer);
        world.time.at += std::chrono::minutes(61);
        CHECK_FALSE(who(idle.cookie));
        const auto busy = world.sign_in(web::role::officer);
        for (int i = 0; i < 14; ++i) {
            world.time.at += std::chrono::minutes(50);
            CHECK(who(busy.cookie));
        }
        world.time.at += std::chrono::minutes(50);
        CHECK_FALSE(who(busy.cookie));
    }

    TEST_CASE("test e-identification: only on this machine and only in the demo") {
        web_world world;
        const auto page = world.get("/sign-in");
        CHECK(page.status == 200);
        const auto form = fmt::format("csrf={}&person=0", token_in(page));
        const auto said = world.post("/sign-in", form, cookie_set(page, "form"));
        CHECK(said.status == 303);
        CHECK_FALSE(cookie_set(said, "customer").empty());

        http::request elsewhere{.method = "GET", .path = "/sign-in"};
        elsewhere.host = "pykala.example";
        CHECK(world.ask(elsewhere).status == 404);
        http::request through{.method = "GET", .path = "/sign-in"};
        through.forwarded = true;
        CHECK(world.ask(through).status == 404);
        world.here.demo = false;
        const auto otherwise = world.get("/sign-in");
        CHECK(otherwise.status == 200);
        CHECK(otherwise.body.find("name=\"person\"") == std::string::npos);
        CHECK(otherwise.body.find("PL 105, 70101 Kuopio") != std::string::npos);
        CHECK(world.post("/sign-in", form, cookie_set(page, "form")).status == 404);
    }

    TEST_CASE("customers: who they are is not in the database without their cookie") {
        web_world world;
        const auto customer = world.sign_in(web::role::customer);
        const auto& person = world.here.people.front();
        CHECK(world.get("/", customer.cookie).body.find(person.name) != std::string::npos);
        for (const auto& entry : std::filesystem::recursive_directory_iterator(world.dir.path)) {
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>(file), {}};
            CHECK(bytes.find(person.hetu) == std::string::npos);
            CHECK(bytes.find(person.name) == std::string::npos);
        }
    }
}
