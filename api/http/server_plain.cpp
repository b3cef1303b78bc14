// Connections without TLS: for loopback, and for a proxy that ends it.
#include <boost/beast/core/tcp_stream.hpp>

#include "api/http/connection.hpp"

namespace pykala::api::http {

asio::awaitable<void> serve_plain(server_state& server, tcp::socket socket) {
    error_code ignored;
    const auto from = socket.remote_endpoint(ignored);
    beast::tcp_stream stream(std::move(socket));
    peer_facts peer{.address = from.address().to_string()};
    co_await serve_all(server, stream, std::move(peer));
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    connection_ended(server);
}

}  // namespace pykala::api::http
