// Tables of tests/scenarios/*.txt: what somebody does on a day, and what comes of it. The grammar
// is tests/scenarios/README.md.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pykala::tests {

struct scenario_outcome {
    std::vector<std::string> faults;  // `file:line: what was expected and what came`
    // (right, transition) that a line took (also at once, by the system), and was refused
    std::set<std::pair<std::string, std::string>> taken, refused;
};

scenario_outcome run_scenario(const std::string& file, const std::string& text);

}  // namespace pykala::tests
