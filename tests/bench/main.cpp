// pykala-bench NAME [--size N] prints one JSON object a line; `pykala-bench list` names the
// benchmarks.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <sys/resource.h>

#include "tests/bench/bench.hpp"

namespace pykala::bench {
namespace {

struct entry {
    std::uint64_t default_size = 0;
    measure_function measure = nullptr;
};

std::map<std::string, entry, std::less<>>& entries() {
    static std::map<std::string, entry, std::less<>> all;
    return all;
}

double peak_memory_mib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

std::string number_or_null(const std::optional<double>& value) {
    return value ? fmt::format("{:.6g}", *value) : "null";
}

std::string line_of(std::string_view name, const measurement& m) {
    return fmt::format(
        R"({{"bench":"{}","size":{},"value":{:.6g},"unit":"{}","floor":{},"floor_value":{},)"
        R"("ratio":{},"rss_mib":{:.1f}}})",
        name, m.size, m.value, m.unit, m.floor.empty() ? "null" : fmt::format("\"{}\"", m.floor),
        number_or_null(m.floor_value), number_or_null(m.ratio), peak_memory_mib());
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc{} || end != text.data() + text.size() || size == 0) return std::nullopt;
    return size;
}

int usage() {
    std::fputs("usage: pykala-bench NAME [--size N]\n       pykala-bench list\n", stderr);
    return 2;
}

int run(int argc, char** argv) {
    if (argc != 2 && argc != 4) return usage();
    const std::string_view name = argv[1];
    if (name == "list" && argc == 2) {
        for (const auto& [known, unused] : entries()) fmt::print("{}\n", known);
        return 0;
    }
    const auto found = entries().find(name);
    if (found == entries().end()) {
        fmt::print(stderr, "no benchmark `{}`; `pykala-bench list` names them\n", name);
        return 2;
    }
    std::uint64_t size = found->second.default_size;
    if (argc == 4) {
        const auto given = parse_size(argv[3]);
        if (std::string_view(argv[2]) != "--size" || !given) return usage();
        size = *given;
    }
    fmt::print("{}\n", line_of(name, found->second.measure(size)));
    return 0;
}

}  // namespace

registration::registration(const char* name, std::uint64_t default_size, measure_function measure) {
    entries()[name] = {default_size, measure};
}

}  // namespace pykala::bench

int main(int argc, char** argv) try {
    return pykala::bench::run(argc, argv);
} catch (const std::exception& fault) {
    fmt::print(stderr, "pykala-bench: {}\n", fault.what());
    return 1;
}
