#include "tests/support/tree.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace pykala::tests {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path.string());
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::vector<source_file> source_files(const std::vector<std::string>& folders,
                                      const std::vector<std::string>& endings) {
    const fs::path top = PYKALA_SOURCE_DIR;
    std::vector<source_file> found;
    for (const auto& folder : folders) {
        if (!fs::exists(top / folder)) continue;
        for (auto it = fs::recursive_directory_iterator(top / folder);
             it != fs::recursive_directory_iterator(); ++it) {
            if (it->path().filename() == "node_modules") {
                it.disable_recursion_pending();
                continue;
            }
            if (!it->is_regular_file()) continue;
            const auto name = it->path().filename().string();
            if (std::ranges::any_of(endings, [&](const auto& e) { return name.ends_with(e); }))
                found.push_back({fs::relative(it->path(), top).generic_string(), read_file(*it)});
        }
    }
    std::ranges::sort(found, {}, &source_file::path);
    return found;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

}  // namespace pykala::tests
