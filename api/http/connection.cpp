#include "api/http/connection.hpp"

#include <algorithm>
#include <random>

#include <fmt/format.h>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>

namespace pykala::api::http {
namespace {

namespace wire = boost::beast::http;
using parser = wire::request_parser<wire::string_body>;

constexpr std::size_t read_at_once = std::size_t{16} * 1024;
// An answer up to here leaves in one piece with its header.
constexpr std::size_t one_piece = std::size_t{16} * 1024;

// What a connection keeps between its requests.
struct session {
    server_state& server;
    carrier& line;
    peer_facts peer;
    beast::flat_buffer buffer{};
    std::size_t served = 0;
};

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

request to_request(wire::request<wire::string_body>&& from, const peer_facts& peer,
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
    out.peer = peer.address;
    out.secure = peer.secure;
    out.local = peer.local;
    out.forwarded = !out.header("x-forwarded-for").empty() || !out.header("forwarded").empty() ||
                    !out.header("x-forwarded-host").empty() ||
                    !out.header("x-forwarded-proto").empty();
    if (proxies.contains(peer.address)) {
        if (const auto seen = last_of_list(out.header("x-forwarded-for")); !seen.empty())
            out.peer = seen;
        out.secure = peer.secure || out.header("x-forwarded-proto") == "https";
    }
    return out;
}

unsigned status_of(const error_code& wrong) {
    if (wrong == wire::error::body_limit) return 413;
    if (wrong == wire::error::header_limit || wrong == wire::error::buffer_overflow) return 431;
    return 400;
}

std::string code_of(unsigned status) {
    switch (status) {
        case 403:
            return "not_a_trusted_proxy";
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

response refusal(server_state& server, unsigned status) {
    return server.options.refuse(status, code_of(status));
}

// Status line and headers.
std::string head_of(const response& from, bool keep) {
    wire::response<wire::empty_body> message{static_cast<wire::status>(from.status), 11};
    for (const auto& [name, text] : from.headers) message.insert(name, text);
    message.content_length(from.rest ? from.rest->size : from.body.size());
    message.keep_alive(keep);
    std::string out;
    error_code wrong;
    wire::response_serializer<wire::empty_body> writer(message);
    while (!writer.is_done())
        writer.next(wrong, [&](error_code&, const auto& buffers) {
            for (const auto part : beast::buffers_range_ref(buffers))
                out.append(static_cast<const char*>(part.data()), part.size());
            writer.consume(beast::buffer_bytes(buffers));
        });
    return out;
}

// The next part of a long body, read on the pool; empty where it broke off.
asio::awaitable<std::string> next_part(server_state& server, long_body& from) {
    co_await asio::post(asio::bind_executor(server.pool.get_executor(), asio::use_awaitable));
    std::string part;
    try {
        if (auto got = from.next())
            part = *std::move(got);
        else
            fmt::print(stderr, "a long answer broke off: {}\n", got.error().code);
    } catch (const std::exception& broken) {
        fmt::print(stderr, "a long answer broke off: {}\n", broken.what());
    }
    co_await asio::post(asio::bind_executor(server.io.get_executor(), asio::use_awaitable));
    co_return part;
}

// Part by part: each has the time of a whole answer, so that a slow line gets it all. An answer
// that breaks off ends the connection before its promised length.
asio::awaitable<bool> write_parts(session& on, long_body rest) {
    error_code wrong;
    for (auto left = rest.size; !wrong && left > 0;) {
        const std::string part = co_await next_part(on.server, rest);
        if (part.empty() || part.size() > left) co_return false;
        left -= part.size();
        on.line.give_up_after(on.server.options.bounds.writing);
        const carrier::pieces all{asio::buffer(part), asio::const_buffer()};
        co_await on.line.write(all, wrong);
    }
    co_return !wrong;
}

// Whether all of it was written.
asio::awaitable<bool> write(session& on, response said, bool keep, bool head_only) {
    error_code wrong;
    std::string head = head_of(said, keep);
    if (head_only || said.rest) said.body.clear();
    if (said.body.size() <= one_piece) {
        head += said.body;
        said.body.clear();
    }
    on.line.give_up_after(on.server.options.bounds.writing);
    const carrier::pieces all{asio::buffer(head), asio::buffer(said.body)};
    co_await on.line.write(all, wrong);
    if (wrong || head_only || !said.rest) co_return !wrong;
    const bool whole = co_await write_parts(on, *std::move(said.rest));
    co_return whole;
}

// Feeds the parser, with what is buffered before what is still on the wire, until it has the
// header, or the whole.
asio::awaitable<void> feed(session& on, parser& into, bool whole, error_code& wrong) {
    into.eager(whole);
    bool offered = on.buffer.size() == 0;  // the parser has seen all that is buffered
    while (!(whole ? into.is_done() : into.is_header_done())) {
        if (!offered) {
            on.buffer.consume(into.put(on.buffer.data(), wrong));
            if (wrong == wire::error::need_more) wrong = {};
            if (wrong) co_return;
            offered = true;
            continue;
        }
        const auto room = on.buffer.prepare(read_at_once);
        const auto got = co_await on.line.read_some(room, wrong);
        if (wrong == asio::error::eof && into.got_some()) {
            wrong = {};
            into.put_eof(wrong);
            co_return;
        }
        if (wrong == asio::error::eof) wrong = wire::error::end_of_stream;
        if (wrong) co_return;
        on.buffer.commit(got);
        offered = false;
    }
}

asio::awaitable<error_code> read(session& on, parser& into) {
    error_code wrong;
    const auto& bounds = on.server.options.bounds;
    on.line.give_up_after(bounds.idle);
    on.server.idle.insert_or_assign(&on, [&on] { on.line.cancel(); });
    co_await feed(on, into, false, wrong);
    on.server.idle.erase(&on);
    if (wrong) co_return wrong;
    on.line.give_up_after(bounds.reading);
    if (same_without_case(std::string_view(into.get()[wire::field::expect]), "100-continue")) {
        static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        const carrier::pieces all{asio::buffer(go_on), asio::const_buffer()};
        co_await on.line.write(all, wrong);
        if (wrong) co_return wrong;
    }
    co_await feed(on, into, true, wrong);
    co_return wrong;
}

// A client that still sends when it is refused would lose the answer to a reset: what it sends is
// read and dropped for a moment.
asio::awaitable<void> let_finish(session& on) {
    error_code wrong;
    std::array<char, read_at_once> rest{};
    on.line.give_up_after(on.server.options.bounds.closing);
    while (!wrong) co_await on.line.read_some(asio::buffer(rest), wrong);
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

// One request and its answer; false when the connection is to be closed.
asio::awaitable<bool> serve_one(session& on) {
    const auto& bounds = on.server.options.bounds;
    parser reading;
    reading.header_limit(bounds.header_bytes);
    reading.body_limit(bounds.body_bytes);
    const error_code wrong = co_await read(on, reading);
    if (wrong && is_silence(wrong)) co_return false;
    if (wrong) {
        auto said = refusal(on.server, status_of(wrong));
        co_await write(on, std::move(said), false, false);
        co_await let_finish(on);
        co_return false;
    }
    const bool keep = reading.get().keep_alive() && ++on.served < bounds.requests_per_connection;
    const bool head_only = reading.get().method() == wire::verb::head;
    const request asked = to_request(reading.release(), on.peer, on.server.options.proxies);
    response said = co_await run_on_pool(on.server, asked);
    said.set("X-Request-Id", asked.id);
    const bool stays = keep && !on.server.stopping;
    const bool written = co_await write(on, std::move(said), stays, head_only);
    co_return written&& stays;
}

}  // namespace

asio::awaitable<void> serve_all(server_state& server, carrier& line, peer_facts peer) {
    session on{server, line, std::move(peer)};
    const auto& only = server.options;
    if (only.only_proxies && !on.peer.local && !only.proxies.contains(on.peer.address)) {
        auto said = refusal(server, 403);
        co_await write(on, std::move(said), false, false);
        co_await let_finish(on);
        co_return;
    }
    bool more = true;
    while (more && !server.stopping) more = co_await serve_one(on);
}

}  // namespace pykala::api::http
