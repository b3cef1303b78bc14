// Protects every route at once: each is tried with every role and with none, and lets in exactly
// whom the table names. A route that is added is tried without being asked for.
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "storage/json/read_json.hpp"
#include "tests/support/web_world.hpp"

using namespace pykala;
using namespace pykala::api;
using namespace pykala::tests;

namespace {

std::string path_of(std::string_view pattern) {
    std::string path;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '{') {
            path += pattern.substr(i).starts_with("{case}") ? "KUO-2026-000001" : "access";
            i = pattern.find('}', i);
        } else {
            path += pattern[i];
        }
    }
    return path;
}

enum class got { in, sent_to_sign_in, not_signed_in, forbidden };

got outcome_of(const http::response& said) {
    if (said.status == 401) return got::not_signed_in;
    if (said.status == 403 && (said.body.find("role_may_not") != std::string::npos))
        return got::forbidden;
    for (const auto& [name, text] : said.headers)
        if (said.status == 303 && name == "Location" &&
            (text.ends_with("/sign-in") || text.find("/sign-in?right=") != std::string::npos))
            return got::sent_to_sign_in;
    return got::in;
}

http::request request_of(const web::endpoint& to) {
    http::request asked;
    asked.method = to.method;
    asked.path = path_of(to.pattern);
    return asked;
}

void try_role(web_world& world, const web::endpoint& to, web::role who) {
    CAPTURE(to.method);
    CAPTURE(to.pattern);
    CAPTURE(name_of(who));
    auto asked = request_of(to);
    const bool portal_role = web::customers.has(who);
    if (to.through == web::door::api) {
        asked.headers.emplace_back("Authorization", "Bearer " + world.token(who));
    } else {
        const auto session = world.sign_in(who);
        asked.headers.emplace_back("Cookie", session.cookie);
        asked.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
        asked.body = "csrf=" + session.csrf;
    }
    const auto seen = outcome_of(world.ask(asked));
    if (to.anyone) {
        CHECK(seen != got::forbidden);
        return;
    }
    // a session of one door is nobody's at the other
    const bool known_here =
        to.through == web::door::api || portal_role == (to.through == web::door::portal);
    if (known_here && to.may.has(who)) CHECK(seen == got::in);
    if (known_here && !to.may.has(who)) CHECK(seen == got::forbidden);
    if (!known_here) CHECK((seen == got::not_signed_in || seen == got::sent_to_sign_in));
}

}  // namespace

TEST_SUITE("web/routes") {
    TEST_CASE("routes: every role and no role get in exactly where the table says") {
        web_world world;
        REQUIRE(web::endpoints().size() >= 8);
        for (const auto& to : web::endpoints()) {
            for (const auto& entry : names_of<web::role>) {
                // a session of a representative begins with a mandate, which comes later
                if (entry.first == web::role::representative && to.through != web::door::api)
                    continue;
                try_role(world, to, entry.first);
            }
            if (to.anyone) continue;
            CAPTURE(to.pattern);
            const auto nobody = outcome_of(world.ask(request_of(to)));
            const bool page = to.method == "GET" && to.through != web::door::api;
            CHECK(nobody == (page ? got::sent_to_sign_in : got::not_signed_in));
        }
    }

    TEST_CASE("routes: each is for anyone or names its roles") {
        for (const auto& to : web::endpoints()) {
            CAPTURE(to.pattern);
            CHECK(to.anyone == to.may.empty());
            CHECK((to.answer != nullptr));
        }
    }

    TEST_CASE("routes: the description of the API names those of the API and no others") {
        const auto read = storage::read_json(pages_of_the_tree().asset("openapi.json"));
        REQUIRE(read);
        const auto& paths = *(*read)["paths"].as_object();
        std::set<std::string> described, there;
        for (const auto& [path, operations] : paths)
            for (const auto& [method, operation] : *operations.as_object())
                described.insert(fmt::format("{} /api/v1{}", method, path));
        for (const auto& to : web::endpoints()) {
            if (to.through != web::door::api) continue;
            const auto method = to.method == "GET" ? "get" : "post";
            there.insert(fmt::format("{} {}", method, to.pattern));
        }
        CHECK(described == there);
    }

    TEST_CASE("routes: local ones answer who came by the socket and nobody else") {
        web_world world;
        http::request asked{.method = "GET", .path = "/local/queue"};
        CHECK(world.ask(asked).status == 404);
        asked.headers.emplace_back("Pykala-User", "officer");
        CHECK(world.ask(asked).status == 404);
        asked.local = true;
        CHECK(world.ask(asked).status == 200);
        asked.path = "/api/v1/cases";
        CHECK(world.ask(asked).status == 200);
        asked.local = false;
        CHECK(world.ask(asked).status == 401);
    }

    TEST_CASE("routes: what is not there is not found, and a wrong method is said so") {
        web_world world;
        CHECK(world.get("/nothing").status == 404);
        CHECK(world.get("/api/v1/nothing").body.find("no_such_page") != std::string::npos);
        http::request asked{.method = "DELETE", .path = "/"};
        CHECK(world.ask(asked).status == 405);
        CHECK(world.get("/../etc/passwd").status == 404);
    }
}
