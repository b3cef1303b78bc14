#include "engine/base/nearest.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pykala {
namespace {

constexpr std::size_t longest_list = 8;

std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before = last;
        last = row;
    }
    return last[b.size()];
}

}  // namespace

std::string hint_for(std::string_view word, std::span<const std::string_view> names) {
    std::string_view nearest;
    std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const auto name : names)
        if (const auto d = distance(word, name); d < least) {
            least = d;
            nearest = name;
        }
    if (!nearest.empty()) return fmt::format("did you mean `{}`?", nearest);
    if (names.empty() || names.size() > longest_list) return {};
    return fmt::format("one of `{}`", fmt::join(names, "`, `"));
}

}  // namespace pykala
