#include "storage/registers/sample/words.hpp"

#include <fmt/format.h>

namespace pykala::storage::sample {

namespace {

std::vector<std::string> split(std::string_view text, char at) {
    std::vector<std::string> parts;
    while (true) {
        const auto end = text.find(at);
        parts.emplace_back(text.substr(0, end));
        if (end == text.npos) return parts;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

sample_words sample_words::parse(std::string_view text) {
    sample_words words;
    std::string heading;
    for (const auto& line : split(text, '\n')) {
        if (line.empty() || line.front() == '#') continue;
        if (line.front() == '[')
            heading = line.substr(1, line.find(']') - 1);
        else
            words.lists_[heading].push_back(split(line, '|'));
    }
    return words;
}

result<const std::vector<std::vector<std::string>>*> sample_words::list(
    std::string_view heading) const {
    const auto found = lists_.find(heading);
    if (found == lists_.end())
        return fail(problem_kind::invalid, "sample_words",
                    fmt::format("the words of the sample registers lack `[{}]`", heading));
    return &found->second;
}

}  // namespace pykala::storage::sample
