// A small HTTP client on a socket of its own, for tests of servers: it sends the very bytes that it
// is given.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pykala::tests {

struct http_reply {
    unsigned status = 0;  // 0: the connection ended without an answer
    std::string head;     // status line and headers
    std::string body;

    // First header of that name; empty where there is none.
    std::string header(std::string_view name) const;
};

class http_client {
public:
    explicit http_client(std::uint16_t port);  // of 127.0.0.1
    ~http_client();
    http_client(const http_client&) = delete;
    http_client& operator=(const http_client&) = delete;

    void send(std::string_view bytes);
    // One answer; `without_body` after HEAD.
    http_reply read(bool without_body = false);
    http_reply ask(std::string_view bytes) {
        send(bytes);
        return read();
    }

private:
    bool more();
    int socket_;
    std::string buffer_;
};

}  // namespace pykala::tests
