// Connections without TLS: for loopback and for a proxy that ends it; and those of commands on the
// same machine, over a Unix socket.
#include <boost/asio/write.hpp>

#include "api/http/connection.hpp"

namespace pykala::api::http {
namespace {

class plain_carrier final : public carrier {
public:
    explicit plain_carrier(asio::generic::stream_protocol::socket socket)
        : stream_(std::move(socket)) {}
    ~plain_carrier() override {
        error_code ignored;
        stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored);
    }
    asio::awaitable<std::size_t> read_some(asio::mutable_buffer into, error_code& wrong) override {
        const auto got = co_await stream_.async_read_some(
            into, asio::redirect_error(asio::use_awaitable, wrong));
        co_return got;
    }
    asio::awaitable<void> write(pieces all, error_code& wrong) override {
        co_await asio::async_write(stream_, all, asio::redirect_error(asio::use_awaitable, wrong));
    }
    void give_up_after(std::chrono::milliseconds time) override { stream_.expires_after(time); }
    void cancel() override { stream_.cancel(); }

private:
    socket_stream stream_;
};

asio::awaitable<void> serve(server_state& server, asio::generic::stream_protocol::socket socket,
                            peer_facts peer) {
    {
        plain_carrier line(std::move(socket));
        co_await serve_all(server, line, std::move(peer));
    }
    connection_ended(server);
}

}  // namespace

asio::awaitable<void> serve_plain(server_state& server, tcp::socket socket) {
    error_code ignored;
    const auto from = socket.remote_endpoint(ignored);
    socket.set_option(tcp::no_delay(true), ignored);
    peer_facts peer{.address = from.address().to_string()};
    return serve(server, std::move(socket), std::move(peer));
}

asio::awaitable<void> serve_local(server_state& server, local::socket socket) {
    peer_facts peer{.local = true};
    return serve(server, std::move(socket), std::move(peer));
}

}  // namespace pykala::api::http
