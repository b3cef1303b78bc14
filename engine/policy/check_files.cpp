// What is true of files, not of rules: one that must be there, and days that have not come.
#include <algorithm>
#include <array>

#include "engine/policy/check.hpp"
#include "engine/policy/check_parts.hpp"

namespace pykala::checking {
namespace {

// Without these every case stands still: nothing names a class, no timer has a length.
constexpr auto in_every_set =
    std::to_array<std::string_view>({"policies/classes.toml", "policies/practice.toml"});

bool is_among(const std::vector<std::string>& files, std::string_view name) {
    return std::ranges::find(files, name) != files.end();
}

}  // namespace

void check_files(const context& in, std::optional<date> today) {
    for (const auto name : in_every_set)
        if (!is_among(in.set.files, name) && !is_among(in.set.unread, name))
            in.error({std::string(name), 1, 1}, "P12", "the file is missing",
                     "policies/README.md says what it holds");
    if (!today) return;
    for (const auto& each : in.set.verified)
        if (each.day > *today) in.findings.push_back(read_ahead(each.at, each.day, *today));
}

}  // namespace pykala::checking

namespace pykala {

diagnostic read_ahead(const place& where, date day, date today) {
    return diagnostic_at(where, severity::error, "P13",
                         fmt::format("nobody has read the source up to {}: today is {}",
                                     to_string(day), to_string(today)),
                         "write the day on which it was read");
}

}  // namespace pykala
