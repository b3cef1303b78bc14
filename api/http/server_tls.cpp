// Connections under TLS 1.2 and 1.3.
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "api/http/connection.hpp"

namespace pykala::api::http {
namespace {

class tls_carrier final : public carrier {
public:
    tls_carrier(tcp::socket socket, asio::ssl::context& how)
        : stream_(socket_stream(std::move(socket)), how) {}
    ~tls_carrier() override {
        error_code ignored;
        stream_.next_layer().socket().shutdown(asio::socket_base::shutdown_send, ignored);
    }
    asio::awaitable<void> greet(error_code& wrong) {
        co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                         asio::redirect_error(asio::use_awaitable, wrong));
    }
    asio::awaitable<void> take_leave(error_code& wrong) {
        co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, wrong));
    }
    asio::awaitable<std::size_t> read_some(asio::mutable_buffer into, error_code& wrong) override {
        const auto got = co_await stream_.async_read_some(
            into, asio::redirect_error(asio::use_awaitable, wrong));
        co_return got;
    }
    asio::awaitable<void> write(pieces all, error_code& wrong) override {
        co_await asio::async_write(stream_, all, asio::redirect_error(asio::use_awaitable, wrong));
    }
    void give_up_after(std::chrono::milliseconds time) override {
        stream_.next_layer().expires_after(time);
    }
    void cancel() override { stream_.next_layer().cancel(); }

private:
    asio::ssl::stream<socket_stream> stream_;
};

asio::awaitable<void> greet_and_serve(server_state& server, tls_carrier& line,
                                      const std::string& address) {
    error_code wrong;
    const auto& bounds = server.options.bounds;
    line.give_up_after(bounds.idle);
    server.idle.insert_or_assign(&line, [&line] { line.cancel(); });
    co_await line.greet(wrong);
    server.idle.erase(&line);
    if (wrong) co_return;
    peer_facts peer{.address = address, .secure = true};
    co_await serve_all(server, line, std::move(peer));
    line.give_up_after(bounds.closing);
    co_await line.take_leave(wrong);
}

}  // namespace

asio::awaitable<void> serve_tls(server_state& server, tcp::socket socket) {
    {
        error_code ignored;
        const auto from = socket.remote_endpoint(ignored).address().to_string();
        socket.set_option(tcp::no_delay(true), ignored);
        tls_carrier line(std::move(socket), *server.tls);
        co_await greet_and_serve(server, line, from);
    }
    connection_ended(server);
}

}  // namespace pykala::api::http
