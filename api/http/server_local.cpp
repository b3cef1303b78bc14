// Connections of commands on the same machine, over a Unix socket.
#include <boost/beast/core/basic_stream.hpp>

#include "api/http/connection.hpp"

namespace pykala::api::http {

asio::awaitable<void> serve_local(server_state& server, local::socket socket) {
    error_code ignored;
    beast::basic_stream<local> stream(std::move(socket));
    peer_facts peer{.local = true};
    co_await serve_all(server, stream, std::move(peer));
    stream.socket().shutdown(local::socket::shutdown_send, ignored);
    connection_ended(server);
}

}  // namespace pykala::api::http
