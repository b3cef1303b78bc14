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
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>

#include "api/http/server.hpp"

namespace pykala::api::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using local = asio::local::stream_protocol;
using boost::system::error_code;

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

// To be called once for each connection that was counted in `open`.
void connection_ended(server_state& server);

asio::awaitable<void> serve_plain(server_state& server, tcp::socket socket);
asio::awaitable<void> serve_local(server_state& server, local::socket socket);
asio::awaitable<void> serve_tls(server_state& server, tcp::socket socket);

// What carries the bytes of a connection. Virtual, so that Beast's protocol is compiled once and
// not once for each kind. An operation that takes too long ends with beast::error::timeout.
class carrier {
public:
    using pieces = std::array<asio::const_buffer, 2>;

    virtual ~carrier() = default;
    // Bytes read; none only with an error.
    virtual asio::awaitable<std::size_t> read_some(asio::mutable_buffer into,
                                                   error_code& wrong) = 0;
    // Both whole, one after the other.
    virtual asio::awaitable<void> write(pieces all, error_code& wrong) = 0;
    // From now on, for all operations until the next call.
    virtual void give_up_after(std::chrono::milliseconds time) = 0;
    // Ends what waits.
    virtual void cancel() = 0;
};

// TCP, or a Unix socket.
using socket_stream = beast::basic_stream<asio::generic::stream_protocol>;

// Requests and answers until either side has enough.
asio::awaitable<void> serve_all(server_state& server, carrier& line, peer_facts peer);

}  // namespace pykala::api::http
