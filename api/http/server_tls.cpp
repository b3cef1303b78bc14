// Connections under TLS 1.2 and 1.3.
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "api/http/connection.hpp"

namespace pykala::api::http {

asio::awaitable<void> serve_tls(server_state& server, tcp::socket socket) {
    error_code wrong;
    const auto from = socket.remote_endpoint(wrong);
    beast::tcp_stream carrier(std::move(socket));
    beast::ssl_stream<beast::tcp_stream> stream(std::move(carrier), *server.tls);
    auto& lowest = beast::get_lowest_layer(stream);
    lowest.expires_after(server.options.bounds.idle);
    server.idle.insert_or_assign(&stream, [&lowest] { lowest.cancel(); });
    co_await stream.async_handshake(asio::ssl::stream_base::server,
                                    asio::redirect_error(asio::use_awaitable, wrong));
    server.idle.erase(&stream);
    if (!wrong) {
        peer_facts peer{.address = from.address().to_string(), .secure = true};
        co_await serve_all(server, stream, std::move(peer));
        lowest.expires_after(server.options.bounds.closing);
        co_await stream.async_shutdown(asio::redirect_error(asio::use_awaitable, wrong));
    }
    lowest.socket().shutdown(tcp::socket::shutdown_send, wrong);
    connection_ended(server);
}

}  // namespace pykala::api::http
