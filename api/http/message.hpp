// A request and its answer as the rest of the program sees them: plain values, no sockets.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.hpp"

namespace pykala::api::http {

using header_list = std::vector<std::pair<std::string, std::string>>;

struct request {
    std::string id;      // of the request, drawn here; stands in the log and in error answers
    std::string method;  // upper case
    std::string path;    // decoded only by the router, part by part
    std::string query;   // without `?`
    header_list headers;
    std::string body;
    std::string peer;        // address of the client; behind a configured proxy the one it names
    std::string host;        // of the Host header, as sent
    bool secure = false;     // came by TLS, here or as the configured proxy says
    bool local = false;      // came by the Unix socket, so from who may read the data anyway
    bool forwarded = false;  // carries any forwarding header, believed or not

    // The first header of that name (names compare without case); empty where there is none.
    std::string_view header(std::string_view name) const;
};

// A body that is too large to stand in memory.
struct long_body {
    std::uint64_t size = 0;                       // bytes in all
    std::function<result<std::string>()> next{};  // its parts in order, none empty; may block
};

struct response {
    unsigned status = 200;
    header_list headers;
    std::string body;
    std::string route;  // pattern that matched, for log and metrics; never the path itself
    std::optional<long_body> rest{};  // instead of `body`

    void set(std::string name, std::string text);
};

// Takes the parts of a body, in order.
using body_sink = std::function<void(std::string_view)>;
// Gives the whole body to `to`, whichever of the two it is. Problems: those of its parts.
result<bool> pour(response& from, const body_sink& to);

// One unit of work; may block, and is called from several threads.
using handler = std::function<response(const request&)>;

// `a=b&c=d` decoded; `+` is a blank. Nothing where an escape is broken.
using field_list = std::vector<std::pair<std::string, std::string>>;
std::optional<field_list> read_form(std::string_view text);
// The first value of that name; empty where there is none.
std::string_view field(const field_list& fields, std::string_view name);

// Percent-decoding of one part of a path. Nothing where an escape is broken.
std::optional<std::string> decoded(std::string_view text);
// Everything but unreserved characters escaped.
std::string encoded(std::string_view text);

// The cookie of that name, of the Cookie header; empty where there is none.
std::string_view cookie(const request& asked, std::string_view name);

bool same_without_case(std::string_view a, std::string_view b);

}  // namespace pykala::api::http
