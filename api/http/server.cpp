#include "api/http/server.hpp"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <random>
#include <thread>

#include <fmt/format.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "engine/base/encoding.hpp"

namespace pykala::api::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using parser = wire::request_parser<wire::string_body>;
using answer_message = wire::response<wire::string_body>;

std::string new_id() {
    thread_local std::mt19937_64 random{std::random_device{}()};
    return fmt::format("{:016x}", random());
}

// Each X-Forwarded-For was added to by the proxy next to us: the last entry is what it saw.
std::string last_of_list(std::string_view text) {
    const auto comma = text.rfind(',');
    if (comma != std::string_view::npos) text.remove_prefix(comma + 1);
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return std::string(text);
}

request to_request(wire::request<wire::string_body>&& from, const std::string& peer,
                   const std::set<std::string>& proxies) {
    request out;
    out.id = new_id();
    out.method = std::string(from.method_string());
    const std::string_view target{from.target().data(), from.target().size()};
    const auto mark = std::min(target.find('?'), target.size());
    out.path = std::string(target.substr(0, mark));
    out.query = std::string(target.substr(std::min(mark + 1, target.size())));
    for (const auto& each : from)
        out.headers.emplace_back(std::string(each.name_string()), std::string(each.value()));
    out.body = std::move(from.body());
    out.host = std::string(out.header("host"));
    out.peer = peer;
    out.forwarded = !out.header("x-forwarded-for").empty() || !out.header("forwarded").empty() ||
                    !out.header("x-forwarded-host").empty() ||
                    !out.header("x-forwarded-proto").empty();
    if (proxies.contains(peer)) {
        if (const auto seen = last_of_list(out.header("x-forwarded-for")); !seen.empty())
            out.peer = seen;
        out.secure = out.header("x-forwarded-proto") == "https";
    }
    return out;
}

answer_message to_message(response&& from, bool keep, bool head_only) {
    answer_message out{static_cast<wire::status>(from.status), 11};
    for (const auto& [name, text] : from.headers) out.insert(name, text);
    const auto size = from.body.size();
    if (!head_only) out.body() = std::move(from.body);
    out.content_length(size);
    out.keep_alive(keep);
    return out;
}

unsigned status_of(const error_code& wrong) {
    if (wrong == wire::error::body_limit) return 413;
    if (wrong == wire::error::header_limit || wrong == wire::error::buffer_overflow) return 431;
    return 400;
}

std::string code_of(unsigned status) {
    switch (status) {
        case 413:
            return "body_too_large";
        case 431:
            return "header_too_large";
        case 503:
            return "too_busy";
        default:
            return "bad_request";
    }
}

// The peer went away, or was too slow: nobody is there to be answered.
bool is_silence(const error_code& wrong) {
    if (wrong == wire::error::end_of_stream || wrong == beast::error::timeout) return true;
    return wrong.category() != wire::make_error_code(wire::error::bad_method).category();
}

}  // namespace

struct server_state {
    server_state(server_options o, handler h)
        : options(std::move(o)),
          answer(std::move(h)),
          pool(options.bounds.threads),
          acceptor(io),
          deadline(io) {}

    server_options options;
    handler answer;
    asio::io_context io{1};
    asio::thread_pool pool;
    tcp::acceptor acceptor;
    asio::steady_timer deadline;
    std::set<beast::tcp_stream*> idle;  // only on the thread of `io`
    std::size_t open = 0;               // only on the thread of `io`
    std::atomic<std::size_t> waiting{0};
    std::atomic<bool> stopping{false};
    std::thread thread;
    std::uint16_t port = 0;

    // Asks the handler; what it throws drops this request only.
    response ask(const request& asked) {
        try {
            return answer(asked);
        } catch (const std::exception& broken) {
            fmt::print(stderr, "request {}: broken invariant: {}\n", asked.id, broken.what());
            return options.refuse(500, "internal");
        }
    }
};

namespace {

// What a session keeps between its steps.
struct session {
    server_state& server;
    beast::tcp_stream stream;
    std::string peer;
    beast::flat_buffer buffer{};
    std::size_t served = 0;
};

asio::awaitable<bool> write(session& on, answer_message message) {
    error_code wrong;
    on.stream.expires_after(on.server.options.bounds.writing);
    co_await wire::async_write(on.stream, message,
                               asio::redirect_error(asio::use_awaitable, wrong));
    co_return !wrong && message.keep_alive();
}

asio::awaitable<bool> refuse(session& on, unsigned status) {
    auto said = on.server.options.refuse(status, code_of(status));
    auto message = to_message(std::move(said), false, false);
    co_await write(on, std::move(message));
    co_return false;
}

// Runs the handler on the pool and comes back.
asio::awaitable<response> run_on_pool(server_state& server, const request& asked) {
    if (server.waiting.fetch_add(1) >= server.options.bounds.waiting) {
        --server.waiting;
        co_return server.options.refuse(503, "too_busy");
    }
    co_await asio::post(asio::bind_executor(server.pool.get_executor(), asio::use_awaitable));
    const auto begun = std::chrono::steady_clock::now();
    response said = server.ask(asked);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begun);
    if (server.options.after) server.options.after(asked, said, took);
    --server.waiting;
    co_await asio::post(asio::bind_executor(server.io.get_executor(), asio::use_awaitable));
    co_return said;
}

asio::awaitable<error_code> read(session& on, parser& into) {
    error_code wrong;
    const auto& bounds = on.server.options.bounds;
    on.stream.expires_after(bounds.idle);
    on.server.idle.insert(&on.stream);
    co_await wire::async_read_header(on.stream, on.buffer, into,
                                     asio::redirect_error(asio::use_awaitable, wrong));
    on.server.idle.erase(&on.stream);
    if (wrong) co_return wrong;
    on.stream.expires_after(bounds.reading);
    if (same_without_case(std::string_view(into.get()[wire::field::expect]), "100-continue")) {
        wire::response<wire::empty_body> go_on{wire::status::continue_, 11};
        co_await wire::async_write(on.stream, go_on,
                                   asio::redirect_error(asio::use_awaitable, wrong));
        if (wrong) co_return wrong;
    }
    co_await wire::async_read(on.stream, on.buffer, into,
                              asio::redirect_error(asio::use_awaitable, wrong));
    co_return wrong;
}

// One request and its answer; false when the connection is to be closed.
asio::awaitable<bool> serve_one(session& on) {
    const auto& bounds = on.server.options.bounds;
    parser reading;
    reading.header_limit(bounds.header_bytes);
    reading.body_limit(bounds.body_bytes);
    const error_code wrong = co_await read(on, reading);
    if (wrong && is_silence(wrong)) co_return false;
    if (wrong) {
        const bool more = co_await refuse(on, status_of(wrong));
        co_return more;
    }
    const bool keep = reading.get().keep_alive() && ++on.served < bounds.requests_per_connection;
    const bool head_only = reading.get().method() == wire::verb::head;
    const request asked = to_request(reading.release(), on.peer, on.server.options.proxies);
    response said = co_await run_on_pool(on.server, asked);
    said.set("X-Request-Id", asked.id);
    auto message = to_message(std::move(said), keep && !on.server.stopping, head_only);
    const bool more = co_await write(on, std::move(message));
    co_return more;
}

asio::awaitable<void> serve_connection(server_state& server, tcp::socket socket) {
    error_code ignored;
    const auto from = socket.remote_endpoint(ignored);
    session on{server, beast::tcp_stream(std::move(socket)), from.address().to_string()};
    bool more = true;
    while (more && !server.stopping) more = co_await serve_one(on);
    on.stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    // the loop ends when nothing is left that could wake it
    if (--server.open == 0 && server.stopping) server.deadline.cancel();
}

asio::awaitable<void> accept_all(server_state& server) {
    while (!server.stopping) {
        error_code wrong;
        tcp::socket socket =
            co_await server.acceptor.async_accept(asio::redirect_error(asio::use_awaitable, wrong));
        if (wrong == asio::error::operation_aborted) co_return;
        if (wrong) {
            // out of descriptors: others must end first
            asio::steady_timer pause(server.io, std::chrono::milliseconds(100));
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, wrong));
            continue;
        }
        if (server.open >= server.options.bounds.connections) continue;
        ++server.open;
        asio::co_spawn(server.io, serve_connection(server, std::move(socket)),
                       [](const std::exception_ptr& broken) {
                           if (broken) fmt::print(stderr, "a connection ended by an exception\n");
                       });
    }
}

}  // namespace

result<std::unique_ptr<server>> server::start(server_options options, handler answer) {
    error_code wrong;
    const auto address = asio::ip::make_address(options.address, wrong);
    if (wrong)
        return fail(problem_kind::invalid, "bad_address",
                    fmt::format("`{}` is no IP address", options.address),
                    "write it like `127.0.0.1`");
    if (!options.refuse)
        options.refuse = [](unsigned status, const std::string& code) {
            response said;
            said.status = status;
            said.set("Content-Type", "text/plain; charset=utf-8");
            said.body = code + "\n";
            return said;
        };
    auto held = std::make_unique<server_state>(std::move(options), std::move(answer));
    const tcp::endpoint place(address, held->options.port);
    held->acceptor.open(place.protocol(), wrong);
    if (!wrong) held->acceptor.set_option(asio::socket_base::reuse_address(true), wrong);
    if (!wrong) held->acceptor.bind(place, wrong);
    if (!wrong) held->acceptor.listen(asio::socket_base::max_listen_connections, wrong);
    const auto where = fmt::format("{}:{}", held->options.address, held->options.port);
    if (wrong == asio::error::address_in_use)
        return fail(problem_kind::unavailable, "port_taken",
                    fmt::format("another program listens on `{}`", where),
                    "end it, or choose another port");
    if (wrong)
        return fail(problem_kind::unavailable, "cannot_listen",
                    fmt::format("cannot listen on `{}`: {}", where, wrong.message()));
    held->port = held->acceptor.local_endpoint().port();
    server_state& run = *held;
    asio::co_spawn(run.io, accept_all(run), asio::detached);
    run.thread = std::thread([&run] { run.io.run(); });
    return std::unique_ptr<server>(new server(std::move(held)));
}

server::server(std::unique_ptr<server_state> held) : state_(std::move(held)) {}

server::~server() {
    stop();
}

std::uint16_t server::port() const {
    return state_->port;
}

void server::stop() {
    if (state_->stopping.exchange(true)) return;
    server_state& run = *state_;
    asio::post(run.io, [&run] {
        error_code ignored;
        run.acceptor.close(ignored);
        for (auto* stream : run.idle) stream->cancel();
        if (run.open == 0) return;
        run.deadline.expires_after(run.options.bounds.stopping);
        run.deadline.async_wait([&run](const error_code& ended) {
            if (!ended) run.io.stop();
        });
    });
    run.thread.join();
    run.pool.join();
}

}  // namespace pykala::api::http
