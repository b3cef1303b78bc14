// One HTTP call by libcurl: no redirects, no proxies of the environment, bounded in time and size.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/base/result.hpp"

#include "storage/registers/http/http_register.hpp"

namespace pykala::storage::registers {

struct http_reply {
    long status = 0;
    std::string domain, signature;  // headers of OpenDSR, also by their old names; may be empty
    std::chrono::seconds retry_after{0};
    std::string body;
};

// Scheme, host and port of a URL without user, as one text that can be compared; nothing when it
// is no such URL, or plain HTTP to another machine.
std::optional<std::string> origin_of(const std::string& url);
std::string host_of(const std::string& url);  // empty when it is no URL

// Not for several threads at once; the connection is kept between calls.
class http_client {
public:
    explicit http_client(const http_register_options& options);
    ~http_client();
    http_client(const http_client&) = delete;
    http_client& operator=(const http_client&) = delete;

    // Any status is a reply. Problems: `register_unreachable` (unavailable), `register_answer`
    // (corrupt: larger than allowed). They name neither path nor body.
    result<http_reply> get(const std::string& url, bool with_credentials = true);
    result<http_reply> post(const std::string& url, const std::string& body);

private:
    result<http_reply> call(const std::string& url, const std::string* body, bool with_credentials);

    const http_register_options& options_;
    void* handle_;
};

}  // namespace pykala::storage::registers
