// What one client may take of the server. Everything that reads from a socket takes its limit here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace pykala::api::http {

struct limits {
    std::uint32_t header_bytes = 16 * 1024;
    std::uint64_t body_bytes = 1'048'576;
    std::chrono::milliseconds idle{30'000};      // until the first byte of a request, and header
    std::chrono::milliseconds reading{20'000};   // a whole body
    std::chrono::milliseconds writing{30'000};   // a whole answer
    std::chrono::milliseconds stopping{10'000};  // requests under way, when the server stops
    std::chrono::milliseconds closing{2'000};    // farewell of TLS, rest of what is refused
    std::size_t connections = 512;
    std::size_t waiting = 256;  // units of work that wait or run; more are answered with 503
    std::size_t threads = 8;    // that run units of work
    std::size_t requests_per_connection = 1000;
};

}  // namespace pykala::api::http
