// Protects the door to the network: what one client may take of the server, and that nobody is cut
// off in the middle. Every test speaks bytes over a real socket.
#include "api/http/server.hpp"

#include <chrono>
#include <future>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "api/http/local_client.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/http_client.hpp"

using namespace pykala;
using namespace pykala::api;
using namespace pykala::tests;
using namespace std::chrono_literals;

namespace {

http::response echo(const http::request& asked) {
    http::response said;
    said.body = fmt::format("{} {} {} {} {}", asked.method, asked.path, asked.query, asked.peer,
                            asked.body.size());
    return said;
}

std::unique_ptr<http::server> started(http::server_options options, http::handler answer = echo) {
    return http::server::start(std::move(options), std::move(answer)).value();
}

std::string post(std::size_t size) {
    return fmt::format("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", size,
                       std::string(size, 'a'));
}

}  // namespace

TEST_SUITE("http/server") {
    TEST_CASE("keep-alive: several requests on one connection are answered in order") {
        const auto server = started({});
        http_client client(server->port());
        CHECK(client.ask("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n").body ==
              "GET /a b=c 127.0.0.1 0");
        client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
        CHECK(client.read().body == "GET /1  127.0.0.1 0");
        const auto last = client.read();
        CHECK(last.body == "GET /2  127.0.0.1 0");
        CHECK(last.header("x-request-id").size() == 16);
    }

    TEST_CASE("body: one byte too many is refused and one less is not") {
        http::server_options options;
        options.bounds.body_bytes = 100;
        const auto server = started(options);
        CHECK(http_client(server->port()).ask(post(100)).status == 200);
        CHECK(http_client(server->port()).ask(post(101)).status == 413);
        const auto chunked = http_client(server->port())
                                 .ask(
                                     "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                                     "chunked\r\n\r\n65\r\n" +
                                     std::string(101, 'a') + "\r\n0\r\n\r\n");
        CHECK(chunked.status == 413);
    }

    TEST_CASE("header: too large gives 431 and nonsense gives 400") {
        const auto server = started({});
        CHECK(http_client(server->port())
                  .ask("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n")
                  .status == 431);
        CHECK(http_client(server->port()).ask("no request at all\r\n\r\n").status == 400);
    }

    TEST_CASE("time: who sends half a request is cut off") {
        http::server_options options;
        options.bounds.idle = 100ms;
        options.bounds.reading = 100ms;
        const auto server = started(options);
        http_client half_header(server->port()), half_body(server->port());
        half_header.send("GET / HTTP/1.1\r\nHost:");
        half_body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
        const auto begun = std::chrono::steady_clock::now();
        CHECK(half_header.read().status == 0);
        CHECK(half_body.read().status == 0);
        CHECK(std::chrono::steady_clock::now() - begun < 5s);
    }

    TEST_CASE("long body: comes in parts and whole, and one that breaks off never looks whole") {
        static constexpr std::uint64_t size = 40'000'000;
        const auto answer = [](const http::request& asked) {
            const auto left = std::make_shared<std::uint64_t>(size);
            const bool breaks = asked.path == "/breaks";
            http::response said;
            said.rest =
                http::long_body{size, [left, breaks]() -> result<std::string> {
                                    if (breaks && *left < size / 2)
                                        return fail(problem_kind::corrupt, "gone", "it is gone");
                                    const auto part = std::min<std::uint64_t>(*left, 65'536);
                                    *left -= part;
                                    return std::string(part, 'x');
                                }};
            return said;
        };
        http::server_options options;
        options.bounds.writing = 500ms;
        const auto server = started(options, answer);
        http_client client(server->port());
        const auto whole = client.ask("GET /whole HTTP/1.1\r\nHost: x\r\n\r\n");
        CHECK(whole.header("content-length") == std::to_string(size));
        CHECK(whole.body.size() == size);
        client.send("HEAD /whole HTTP/1.1\r\nHost: x\r\n\r\n");
        CHECK(client.read(true).header("content-length") == std::to_string(size));
        CHECK(client.ask("GET /whole HTTP/1.1\r\nHost: x\r\n\r\n").body.size() == size);
        const auto broken = client.ask("GET /breaks HTTP/1.1\r\nHost: x\r\n\r\n");
        CHECK(broken.body.size() < size);
        // who does not read is let go
        http_client idle(server->port());
        idle.send("GET /whole HTTP/1.1\r\nHost: x\r\n\r\n");
        std::this_thread::sleep_for(1s);
        CHECK(idle.read().body.size() < size);
    }

    TEST_CASE("long body: a command gets it in parts and knows when it broke off") {
        const tests::folder dir;
        http::server_options options;
        options.socket = dir.file("s.sock");
        const auto server = started(options, [](const http::request& asked) {
            http::response said;
            if (asked.path == "/refused") said.status = 404;
            said.body = "why";
            if (asked.path != "/refused") {
                const auto parts = std::make_shared<int>(asked.path == "/breaks" ? 1 : 3);
                said.rest = http::long_body{300'000, [parts]() -> result<std::string> {
                                                return std::string(*parts > 0 ? 100'000 : 0,
                                                                   char('0' + (*parts)--));
                                            }};
            }
            return said;
        });
        std::string got;
        const auto take = [&](std::string_view part) { got += part; };
        const auto ask = [&](const std::string& path) {
            got.clear();
            return http::ask_socket(options.socket, {.method = "GET", .path = path}, take);
        };
        REQUIRE(ask("/whole"));
        CHECK(got ==
              std::string(100'000, '3') + std::string(100'000, '2') + std::string(100'000, '1'));
        const auto refused = ask("/refused");
        REQUIRE(refused);
        CHECK((*refused)->body == "why");
        CHECK(got.empty());
        const auto broken = ask("/breaks");
        REQUIRE_FALSE(broken);
        CHECK(broken.error().code == "server_gone");
    }

    TEST_CASE("load: more units of work than may wait are answered with 503") {
        http::server_options options;
        options.bounds.threads = 1;
        options.bounds.waiting = 1;
        std::promise<void> go_on;
        const auto gate = go_on.get_future().share();
        std::promise<void> arrived;
        const auto server = started(options, [&](const http::request& asked) {
            if (asked.path == "/slow") {
                arrived.set_value();
                gate.wait();
            }
            return echo(asked);
        });
        http_client slow(server->port());
        slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
        arrived.get_future().wait();
        CHECK(http_client(server->port()).ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status == 503);
        go_on.set_value();
        CHECK(slow.read().status == 200);
    }

    TEST_CASE("stop: a request under way ends, and new ones are not taken") {
        std::promise<void> arrived;
        const auto server = started({}, [&](const http::request& asked) {
            arrived.set_value();
            std::this_thread::sleep_for(200ms);
            return echo(asked);
        });
        http_client client(server->port()), idle(server->port());
        client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
        arrived.get_future().wait();
        server->stop();
        const auto said = client.read();
        CHECK(said.status == 200);
        CHECK(said.header("connection") == "close");
        CHECK(idle.read().status == 0);
        CHECK_THROWS(http_client(server->port()));
    }

    TEST_CASE("handler: an exception drops one request and not the server") {
        const auto server = started({}, [](const http::request& asked) -> http::response {
            if (asked.path == "/broken") throw std::logic_error("broken");
            return echo(asked);
        });
        http_client client(server->port());
        CHECK(client.ask("GET /broken HTTP/1.1\r\nHost: x\r\n\r\n").status == 500);
        CHECK(client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
    }

    TEST_CASE("port: one that is taken is said so") {
        const auto first = started({});
        http::server_options options;
        options.port = first->port();
        const auto second = http::server::start(options, echo);
        REQUIRE_FALSE(second);
        CHECK(second.error().code == "port_taken");
        options.address = "nowhere";
        CHECK(http::server::start(options, echo).error().code == "bad_address");
    }

    TEST_CASE("proxies: forwarding headers are believed from configured ones only") {
        const auto text = "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 1.1.1.1, 9.9.9.9\r\n\r\n";
        const auto server = started({});
        CHECK(http_client(server->port()).ask(text).body == "GET /  127.0.0.1 0");
        http::server_options options;
        options.proxies = {"127.0.0.1"};
        const auto behind = started(options);
        CHECK(http_client(behind->port()).ask(text).body == "GET /  9.9.9.9 0");
    }
}
