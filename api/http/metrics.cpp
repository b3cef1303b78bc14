#include "api/http/metrics.hpp"

#include <iterator>

#include <fmt/format.h>

namespace pykala::api::http {

void metrics::answered(const std::string& method, const std::string& route, unsigned status,
                       std::chrono::microseconds took) {
    const double seconds = static_cast<double>(took.count()) / 1e6;
    const std::scoped_lock held(mutex_);
    ++requests_[{method, route, status}];
    auto& timed = times_[route];
    for (std::size_t i = 0; i < ends.size(); ++i)
        if (seconds <= ends[i]) ++timed.buckets[i];
    ++timed.count;
    timed.seconds += seconds;
}

std::string metrics::text() const {
    const std::scoped_lock held(mutex_);
    std::string out =
        "# HELP pykala_http_requests_total Requests answered.\n"
        "# TYPE pykala_http_requests_total counter\n";
    auto to = std::back_inserter(out);
    for (const auto& [key, count] : requests_)
        fmt::format_to(
            to, "pykala_http_requests_total{{method=\"{}\",route=\"{}\",status=\"{}\"}} {}\n",
            std::get<0>(key), std::get<1>(key), std::get<2>(key), count);
    out +=
        "# HELP pykala_http_request_seconds Time from the whole request to its answer.\n"
        "# TYPE pykala_http_request_seconds histogram\n";
    for (const auto& [route, timed] : times_) {
        for (std::size_t i = 0; i < ends.size(); ++i)
            fmt::format_to(to, "pykala_http_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n",
                           route, ends[i], timed.buckets[i]);
        fmt::format_to(to, "pykala_http_request_seconds_bucket{{route=\"{}\",le=\"+Inf\"}} {}\n",
                       route, timed.count);
        fmt::format_to(to, "pykala_http_request_seconds_sum{{route=\"{}\"}} {}\n", route,
                       timed.seconds);
        fmt::format_to(to, "pykala_http_request_seconds_count{{route=\"{}\"}} {}\n", route,
                       timed.count);
    }
    return out;
}

}  // namespace pykala::api::http
