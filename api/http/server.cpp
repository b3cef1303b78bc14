#include "api/http/server.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "api/http/connection.hpp"

namespace pykala::api::http {

response server_state::ask(const request& asked) const {
    try {
        return answer(asked);
    } catch (const std::exception& broken) {
        fmt::print(stderr, "request {}: broken invariant: {}\n", asked.id, broken.what());
        return options.refuse(500, "internal");
    }
}

void connection_ended(server_state& server) {
    // the loop ends when nothing is left that could wake it
    if (--server.open == 0 && server.stopping) server.deadline.cancel();
}

namespace {

void report(const std::exception_ptr& broken) {
    if (broken) fmt::print(stderr, "a connection ended by an exception\n");
}

void begin(server_state& server, tcp::socket socket) {
    if (server.tls)
        asio::co_spawn(server.io, serve_tls(server, std::move(socket)), report);
    else
        asio::co_spawn(server.io, serve_plain(server, std::move(socket)), report);
}
void begin(server_state& server, local::socket socket) {
    asio::co_spawn(server.io, serve_local(server, std::move(socket)), report);
}

template <class Acceptor>
asio::awaitable<void> accept_all(server_state& server, Acceptor& acceptor) {
    while (!server.stopping) {
        error_code wrong;
        auto socket =
            co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, wrong));
        if (wrong == asio::error::operation_aborted) co_return;
        if (wrong) {
            // out of descriptors: others must end first
            asio::steady_timer pause(server.io, std::chrono::milliseconds(100));
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, wrong));
            continue;
        }
        if (server.open >= server.options.bounds.connections) continue;
        ++server.open;
        begin(server, std::move(socket));
    }
}

auto cannot_listen(const std::string& where, const error_code& wrong) {
    return fail(problem_kind::unavailable, "cannot_listen",
                fmt::format("cannot listen on `{}`: {}", where, wrong.message()));
}

result<bool> listen_on_port(server_state& made) {
    error_code wrong;
    const auto& asked = made.options;
    const auto address = asio::ip::make_address(asked.address, wrong);
    if (wrong)
        return fail(problem_kind::invalid, "bad_address",
                    fmt::format("`{}` is no IP address", asked.address),
                    "write it like `127.0.0.1`");
    const tcp::endpoint place(address, asked.port);
    auto& acceptor = made.acceptor;
    acceptor.open(place.protocol(), wrong);
    if (!wrong) acceptor.set_option(asio::socket_base::reuse_address(true), wrong);
    if (!wrong) acceptor.bind(place, wrong);
    if (!wrong) acceptor.listen(asio::socket_base::max_listen_connections, wrong);
    const auto where = fmt::format("{}:{}", asked.address, asked.port);
    if (wrong == asio::error::address_in_use)
        return fail(problem_kind::unavailable, "port_taken",
                    fmt::format("another program listens on `{}`", where),
                    "end it, or choose another port");
    if (wrong) return cannot_listen(where, wrong);
    made.port = acceptor.local_endpoint().port();
    return true;
}

// A path in the address of a Unix socket has 108 bytes, the last one a zero.
constexpr std::size_t socket_path_max = 107;

result<bool> listen_on_socket(server_state& made) {
    const auto path = made.options.socket.string();
    if (path.size() > socket_path_max)
        return fail(problem_kind::invalid, "socket_path_too_long",
                    fmt::format("the path of the socket `{}` has {} bytes, at most {} fit", path,
                                path.size(), socket_path_max),
                    "choose a data folder with a shorter path");
    std::error_code ignored;
    if (std::filesystem::is_socket(path, ignored)) std::filesystem::remove(path, ignored);
    error_code wrong;
    auto& acceptor = made.local_acceptor;
    acceptor.open(local(), wrong);
    // before it has a name, so that there is no moment at which others could connect
    if (!wrong && ::fchmod(acceptor.native_handle(), 0600) != 0)
        wrong.assign(errno, boost::system::system_category());
    if (!wrong) acceptor.bind(local::endpoint(path), wrong);
    if (!wrong) acceptor.listen(asio::socket_base::max_listen_connections, wrong);
    if (wrong) return cannot_listen(path, wrong);
    return true;
}

result<asio::ssl::context> tls_context(const std::filesystem::path& certificate,
                                       const std::filesystem::path& private_key) {
    error_code wrong;
    asio::ssl::context made(asio::ssl::context::tls_server);
    made.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                     asio::ssl::context::no_tlsv1_1 | asio::ssl::context::no_compression);
    made.use_certificate_chain_file(certificate.string(), wrong);
    if (wrong)
        return fail(
            problem_kind::invalid, "bad_certificate",
            fmt::format("`{}` is no certificate chain: {}", certificate.string(), wrong.message()),
            "it is a PEM file: the server's certificate, then those that vouch for it");
    struct stat facts{};
    if (::stat(private_key.c_str(), &facts) == 0 && (facts.st_mode & 07) != 0)
        return fail(problem_kind::invalid, "bad_private_key",
                    fmt::format("everybody may read the private key `{}`", private_key.string()),
                    "chmod 600, and let it belong to the user of the service");
    made.use_private_key_file(private_key.string(), asio::ssl::context::pem, wrong);
    if (wrong)
        return fail(problem_kind::invalid, "bad_private_key",
                    fmt::format("`{}` is not the private key of `{}`: {}", private_key.string(),
                                certificate.string(), wrong.message()),
                    "it is a PEM file without a pass phrase");
    return made;
}

response plain_refusal(unsigned status, const std::string& code) {
    response said;
    said.status = status;
    said.set("Content-Type", "text/plain; charset=utf-8");
    said.body = code + "\n";
    return said;
}

}  // namespace

result<bool> check_certificate(const std::filesystem::path& certificate,
                               const std::filesystem::path& private_key) {
    PYKALA_TRY([[maybe_unused]] const auto sound, tls_context(certificate, private_key));
    return true;
}

result<std::unique_ptr<server>> server::start(server_options options, handler answer) {
    if (!options.refuse) options.refuse = plain_refusal;
    auto held = std::make_unique<server_state>(std::move(options), std::move(answer));
    server_state& run = *held;
    if (!run.options.certificate.empty()) {
        PYKALA_TRY(auto tls, tls_context(run.options.certificate, run.options.private_key));
        run.tls.emplace(std::move(tls));
    }
    if (run.options.socket.empty()) {
        PYKALA_CHECK(listen_on_port(run));
        asio::co_spawn(run.io, accept_all(run, run.acceptor), asio::detached);
    } else {
        PYKALA_CHECK(listen_on_socket(run));
        asio::co_spawn(run.io, accept_all(run, run.local_acceptor), asio::detached);
    }
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
        run.local_acceptor.close(ignored);
        for (const auto& [connection, end_wait] : run.idle) end_wait();
        if (run.open == 0) return;
        run.deadline.expires_after(run.options.bounds.stopping);
        run.deadline.async_wait([&run](const error_code& ended) {
            if (!ended) run.io.stop();
        });
    });
    run.thread.join();
    run.pool.join();
    std::error_code ignored;
    if (!run.options.socket.empty()) std::filesystem::remove(run.options.socket, ignored);
}

}  // namespace pykala::api::http
