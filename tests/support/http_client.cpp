#include "tests/support/http_client.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/http/message.hpp"

namespace pykala::tests {

std::string http_reply::header(std::string_view name) const {
    std::size_t begin = 0;
    while (begin < head.size()) {
        const auto end = std::min(head.find("\r\n", begin), head.size());
        const std::string_view line = std::string_view(head).substr(begin, end - begin);
        const auto colon = line.find(": ");
        if (colon != std::string_view::npos &&
            api::http::same_without_case(line.substr(0, colon), name))
            return std::string(line.substr(colon + 2));
        begin = end + 2;
    }
    return {};
}

http_client::http_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
        throw std::runtime_error("cannot connect");
}

http_client::~http_client() {
    ::close(socket_);
}

void http_client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool http_client::more() {
    char part[4096];
    const auto got = ::recv(socket_, part, sizeof part, 0);
    if (got <= 0) return false;
    buffer_.append(part, static_cast<std::size_t>(got));
    return true;
}

http_reply http_client::read(bool without_body) {
    http_reply out;
    while (buffer_.find("\r\n\r\n") == std::string::npos)
        if (!more()) return out;
    const auto end = buffer_.find("\r\n\r\n");
    out.head = buffer_.substr(0, end);
    buffer_.erase(0, end + 4);
    std::from_chars(out.head.data() + 9, out.head.data() + 12, out.status);
    std::size_t size = 0;
    const auto length = out.header("content-length");
    std::from_chars(length.data(), length.data() + length.size(), size);
    if (without_body) return out;
    while (buffer_.size() < size)
        if (!more()) break;
    out.body = buffer_.substr(0, size);
    buffer_.erase(0, std::min(size, buffer_.size()));
    return out;
}

}  // namespace pykala::tests
