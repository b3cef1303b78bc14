// One connection from its first byte to its last, over whatever carries it: TCP, TLS, or a Unix
// socket. For the sources of this folder only, because Asio and Beast are slow to compile.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http.hpp>

#include "api/http/server.hpp"

namespace pykala::api::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using tcp = asio::ip::tcp;
using local = asio::local::stream_protocol;
using boost::system::error_code;
using parser = wire::request_parser<wire::string_body>;
using answer_message = wire::response<wire::string_body>;

struct server_state {
    server_state(server_options o, handler h)
        : options(std::move(o)),
          answer(std::move(h)),
          pool(options.bounds.threads),
          acceptor(io),
          local_acceptor(io),
          deadline(io) {}

    server_options options;
    handler answer;
    asio::io_context io{1};
    asio::thread_pool pool;
    tcp::acceptor acceptor;  // one of the two is open
    local::acceptor local_acceptor;
    asio::steady_timer deadline;
    std::optional<asio::ssl::context> tls;              // where the listener has a certificate
    std::map<const void*, std::function<void()>> idle;  // how to end the wait of each connection
                                                        // that has no request; only on the thread
                                                        // of `io`
    std::size_t open = 0;                               // likewise
    std::atomic<std::size_t> waiting{0};
    std::atomic<bool> stopping{false};
    std::thread thread;
    std::uint16_t port = 0;

    // Asks the handler; what it throws drops this request only.
    response ask(const request& asked) const;
};

struct peer_facts {
    std::string address;  // empty for a Unix socket
    bool secure = false;  // TLS
    bool local = false;   // Unix socket
};

request to_request(wire::request<wire::string_body>&& from, const peer_facts& peer,
                   const std::set<std::string>& proxies);
answer_message to_message(response&& from, bool keep, bool head_only);
// Status and headers of a long answer.
wire::response<wire::empty_body> head_of(const response& from, bool keep);
answer_message refusal(server_state& server, unsigned status);
unsigned status_of(const error_code& wrong);
// The peer went away, or was too slow: nobody is there to be answered.
bool is_silence(const error_code& wrong);
// Runs the handler on the pool and comes back.
asio::awaitable<response> run_on_pool(server_state& server, const request& asked);
// The next part of a long body, read on the pool; empty where it broke off.
asio::awaitable<std::string> next_part(server_state& server, long_body& from);
// To be called once for each connection that was counted in `open`.
void connection_ended(server_state& server);

// Each in a source of its own.
asio::awaitable<void> serve_plain(server_state& server, tcp::socket socket);
asio::awaitable<void> serve_tls(server_state& server, tcp::socket socket);
asio::awaitable<void> serve_local(server_state& server, local::socket socket);

// What a connection keeps between its requests.
template <class Stream>
struct session {
    server_state& server;
    Stream& stream;
    peer_facts peer;
    beast::flat_buffer buffer{};
    std::size_t served = 0;

    void give_up_after(std::chrono::milliseconds time) {
        beast::get_lowest_layer(stream).expires_after(time);
    }
};

template <class Stream>
asio::awaitable<bool> write(session<Stream>& on, answer_message message) {
    error_code wrong;
    on.give_up_after(on.server.options.bounds.writing);
    co_await wire::async_write(on.stream, message,
                               asio::redirect_error(asio::use_awaitable, wrong));
    co_return !wrong && message.keep_alive();
}

// Part by part: each has the time of a whole answer, so that a slow line gets it all. An answer
// that breaks off ends the connection before its promised length.
template <class Stream>
asio::awaitable<bool> write_long(session<Stream>& on, response said, bool keep) {
    error_code wrong;
    auto head = head_of(said, keep);
    wire::response_serializer<wire::empty_body> writing(head);
    on.give_up_after(on.server.options.bounds.writing);
    co_await wire::async_write_header(on.stream, writing,
                                      asio::redirect_error(asio::use_awaitable, wrong));
    for (auto left = said.rest->size; !wrong && left > 0;) {
        const std::string part = co_await next_part(on.server, *said.rest);
        if (part.empty() || part.size() > left) co_return false;
        on.give_up_after(on.server.options.bounds.writing);
        co_await asio::async_write(on.stream, asio::buffer(part),
                                   asio::redirect_error(asio::use_awaitable, wrong));
        left -= part.size();
    }
    co_return !wrong && keep;
}

template <class Stream>
asio::awaitable<error_code> read(session<Stream>& on, parser& into) {
    error_code wrong;
    const auto& bounds = on.server.options.bounds;
    on.give_up_after(bounds.idle);
    on.server.idle.insert_or_assign(&on, [&on] { beast::get_lowest_layer(on.stream).cancel(); });
    co_await wire::async_read_header(on.stream, on.buffer, into,
                                     asio::redirect_error(asio::use_awaitable, wrong));
    on.server.idle.erase(&on);
    if (wrong) co_return wrong;
    on.give_up_after(bounds.reading);
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

// A client that still sends when it is refused would lose the answer to a reset: what it sends is
// read and dropped for a moment.
template <class Stream>
asio::awaitable<void> let_finish(session<Stream>& on) {
    error_code wrong;
    std::array<char, 16384> rest{};
    on.give_up_after(on.server.options.bounds.closing);
    while (!wrong)
        co_await on.stream.async_read_some(asio::buffer(rest),
                                           asio::redirect_error(asio::use_awaitable, wrong));
}

// One request and its answer; false when the connection is to be closed.
template <class Stream>
asio::awaitable<bool> serve_one(session<Stream>& on) {
    const auto& bounds = on.server.options.bounds;
    parser reading;
    reading.header_limit(bounds.header_bytes);
    reading.body_limit(bounds.body_bytes);
    const error_code wrong = co_await read(on, reading);
    if (wrong && is_silence(wrong)) co_return false;
    if (wrong) {
        auto said = refusal(on.server, status_of(wrong));
        co_await write(on, std::move(said));
        co_await let_finish(on);
        co_return false;
    }
    const bool keep = reading.get().keep_alive() && ++on.served < bounds.requests_per_connection;
    const bool head_only = reading.get().method() == wire::verb::head;
    const request asked = to_request(reading.release(), on.peer, on.server.options.proxies);
    response said = co_await run_on_pool(on.server, asked);
    said.set("X-Request-Id", asked.id);
    const bool stays = keep && !on.server.stopping;
    if (said.rest && !head_only) {
        const bool whole = co_await write_long(on, std::move(said), stays);
        co_return whole;
    }
    auto message = to_message(std::move(said), stays, head_only);
    const bool more = co_await write(on, std::move(message));
    co_return more;
}

// Requests until either side has enough.
template <class Stream>
asio::awaitable<void> serve_all(server_state& server, Stream& stream, peer_facts peer) {
    session<Stream> on{server, stream, std::move(peer)};
    const auto& only = server.options;
    if (only.only_proxies && !on.peer.local && !only.proxies.contains(on.peer.address)) {
        auto said = refusal(server, 403);
        co_await write(on, std::move(said));
        co_await let_finish(on);
        co_return;
    }
    bool more = true;
    while (more && !server.stopping) more = co_await serve_one(on);
}

}  // namespace pykala::api::http
