// `pykala workflow trace`: what the engine does with random commands, for whoever writes a second
// interpreter of the workflow files.
#pragma once

#include <cstdint>
#include <string>

namespace pykala::api {

struct trace_options {
    std::string right, definitions;
    std::uint64_t seed = 1;
    std::uint64_t steps = 100;
};

// One JSON line for each attempted step on standard output. Gives the exit status.
int run_trace(const trace_options& options);

// What the lines hold, for --help.
std::string trace_help();

}  // namespace pykala::api
