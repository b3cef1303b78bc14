// The frame of pykala-bench. A source in this folder measures one thing and registers it by name:
//
//     const bench::registration verify{"verify", 1'000'000, measure_verify};
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace pykala::bench {

// What one run measured. `floor` is the least the same work can cost, measured in the same run.
struct measurement {
    std::uint64_t size = 0;  // as really done
    double value = 0;
    std::string unit;
    std::string floor{};  // empty where there is none
    std::optional<double> floor_value{};
    // How many times better than the floor; above 1 is better. Empty without a floor.
    std::optional<double> ratio{};
};

using measure_function = measurement (*)(std::uint64_t size);

struct registration {
    registration(const char* name, std::uint64_t default_size, measure_function measure);
};

// Seconds that `work` takes, by a clock that never goes back.
template <class Work>
double seconds_of(Work&& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace pykala::bench
