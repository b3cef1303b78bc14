// HTTP/1.1 on TCP, with TLS or without, or on a Unix socket. One thread owns the sockets; whole
// requests are handed to a pool of threads, so a handler may block. Reads through the parser with
// its limits, and every read and write has a deadline.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "engine/base/result.hpp"

#include "api/http/limits.hpp"
#include "api/http/message.hpp"

namespace pykala::api::http {

struct server_options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: a free one
    // Instead of address and port: a Unix socket of mode 0600. A file that a server left there is
    // taken away first.
    std::filesystem::path socket{};
    // PEM files; both or neither. With them the listener speaks TLS only.
    std::filesystem::path certificate{}, private_key{};
    limits bounds{};
    // Whether only those proxies are answered: where they alone speak TLS with the world.
    bool only_proxies = false;
    // Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
    std::set<std::string> proxies{};
    // Called after each answer; on a thread of the server, so it must be short.
    std::function<void(const request&, const response&, std::chrono::microseconds took)> after{};
    // Writes the answer when there is no handler to ask: a bad request, one that is too large, or
    // when too many wait. `code` is a name for programs.
    std::function<response(unsigned status, const std::string& code)> refuse{};
};

struct server_state;  // in server.cpp

class server {
public:
    // Listens at once. Problems: `port_taken`, `cannot_listen` (unavailable), `bad_address`,
    // `socket_path_too_long` (invalid), and those of check_certificate().
    static result<std::unique_ptr<server>> start(server_options options, handler answer);
    // Stops.
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    std::uint16_t port() const;
    // Takes no new requests, lets those under way end (at most limits::stopping), then returns. A
    // second call does nothing.
    void stop();

private:
    explicit server(std::unique_ptr<server_state> held);
    std::unique_ptr<server_state> state_;
};

// Whether TLS can be spoken with these files. Problems `bad_certificate`, `bad_private_key`
// (invalid; the key is not the certificate's, or may be read by everybody).
result<bool> check_certificate(const std::filesystem::path& certificate,
                               const std::filesystem::path& private_key);

}  // namespace pykala::api::http
