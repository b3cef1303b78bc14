// Protects the form of a request: one for correction that does not say what is wrong becomes no
// case.
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/support/web_world.hpp"

using namespace pykala;
using namespace pykala::api;
using namespace pykala::tests;

namespace {

std::size_t cases_of_all(web_world& world) {
    return world.here.cases->queue({}).value().rows.size();
}

}  // namespace

TEST_SUITE("api/web/request") {
    TEST_CASE("rectification: a request that says nothing is refused and filed nowhere [16]") {
        web_world world;
        const auto who = world.sign_in(web::role::customer);
        const auto send = [&](const std::string& says) {
            return world.post("/requests/new/rectification",
                              fmt::format("csrf={}&once={}&says={}", who.csrf, says.size(), says),
                              who.cookie);
        };
        for (const std::string says : {"", "+", "%0D%0A%20%09"}) {
            CAPTURE(says);
            const auto said = send(says);
            CHECK(said.status == 400);
            CHECK(said.body.find("nothing_to_correct") != std::string::npos);
        }
        CHECK(cases_of_all(world) == 0);
        CHECK(send("Nimi+on+v%C3%A4%C3%A4rin").status == 303);
        CHECK(cases_of_all(world) == 1);
    }
}
