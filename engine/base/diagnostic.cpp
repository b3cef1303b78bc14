#include "engine/base/diagnostic.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pykala {

std::string to_string(const diagnostic& d) {
    const char* mark = d.level == severity::warning ? "warning: " : "";
    auto text =
        fmt::format("{}:{}:{}: {}: {}{}", d.file, d.line, d.column, d.code, mark, d.message);
    if (!d.hint.empty()) text += "\n    hint: " + d.hint;
    return text;
}

bool has_errors(const diagnostics& all) {
    return std::ranges::any_of(all, [](const auto& d) { return d.level == severity::error; });
}

}  // namespace pykala
