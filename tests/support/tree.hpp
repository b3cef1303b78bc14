// The source tree as tests see it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pykala::tests {

struct source_file {
    std::string path;  // relative to the top, with forward slashes
    std::string text;
};

std::string read_file(const std::filesystem::path& path);  // throws when it cannot

// The files below the folders with one of the endings, sorted by path; node_modules and build are
// left out.
std::vector<source_file> source_files(const std::vector<std::string>& folders,
                                      const std::vector<std::string>& endings);

// The lines of a text without their ends.
std::vector<std::string> lines_of(const std::string& text);

}  // namespace pykala::tests
