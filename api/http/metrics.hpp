// Counts of what was answered, by pattern of route, for Prometheus. Holds no path and no person.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

namespace pykala::api::http {

// Safe from several threads.
class metrics {
public:
    void answered(const std::string& method, const std::string& route, unsigned status,
                  std::chrono::microseconds took);
    // Prometheus text format, version 0.0.4.
    std::string text() const;

private:
    // Upper ends of the buckets in seconds; what took longer is only in the sum.
    static constexpr std::array<double, 8> ends{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5};
    struct timing {
        std::array<std::uint64_t, ends.size()> buckets{};
        std::uint64_t count = 0;
        double seconds = 0;
    };
    mutable std::mutex mutex_;
    std::map<std::tuple<std::string, std::string, unsigned>, std::uint64_t> requests_;
    std::map<std::string, timing> times_;
};

}  // namespace pykala::api::http
