#include "api/command_line/print.hpp"

#include <fstream>
#include <iostream>

#include <fmt/format.h>

namespace pykala::api {
namespace {

void unreadable(const std::string& file, std::string_view why) {
    print({problem_kind::not_found, "unreadable_file", fmt::format("the file `{}` {}", file, why),
           "name a file that exists and that you may read, or - for standard input"});
}

}  // namespace

int print(const problem& wrong) {
    std::cerr << fmt::format("{}: {}\n", wrong.code, wrong.detail);
    if (!wrong.hint.empty()) std::cerr << "    hint: " << wrong.hint << '\n';
    return 1;
}

std::string counted(std::size_t number, std::string_view what) {
    return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

bool for_each_line(const std::string& file,
                   const std::function<bool(const std::string&, std::size_t)>& take) {
    std::ifstream opened;
    if (file != "-") {
        opened.open(file, std::ios::binary);
        if (!opened) {
            unreadable(file, "cannot be opened");
            return false;
        }
    } else {
        std::ios::sync_with_stdio(false);
    }
    std::istream& in = file == "-" ? std::cin : opened;
    std::string line;
    for (std::size_t number = 1; std::getline(in, line); ++number)
        if (!take(line, number)) return false;
    // a folder opens like a file and fails at the first read
    if (in.bad()) unreadable(file, "cannot be read");
    return !in.bad();
}

}  // namespace pykala::api
