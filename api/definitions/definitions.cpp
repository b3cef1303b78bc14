#include "api/definitions/definitions.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include <fmt/format.h>

namespace pykala::api {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t largest_file = std::uintmax_t{1024} * 1024;

bool holds_definitions(const fs::path& folder) {
    std::error_code ignored;
    return fs::is_directory(folder / "policies", ignored);
}

auto unreadable(const fs::path& path, std::string_view why) {
    return fail(problem_kind::unavailable, "unreadable_definitions",
                fmt::format("cannot read `{}`: {}", path.string(), why));
}

bool is_definition(const fs::directory_entry& entry, std::error_code& error) {
    const auto ending = entry.path().extension();
    return (ending == ".toml" || ending == ".txt") && entry.is_regular_file(error);
}

}  // namespace

result<fs::path> find_definitions(std::string_view asked) {
    if (!asked.empty()) {
        if (holds_definitions(asked)) return fs::path(asked);
        return fail(problem_kind::not_found, "no_definitions",
                    fmt::format("`{}` holds no folder `policies`", asked),
                    "--definitions names the folder that holds `policies` and `workflows`");
    }
    std::vector<fs::path> places;
    std::error_code error;
    if (const auto program = fs::read_symlink("/proc/self/exe", error); !error)
        places.push_back((program.parent_path() / "../share/pykala").lexically_normal());
    places.emplace_back(PYKALA_SOURCE_DIR);
    for (const auto& place : places)
        if (holds_definitions(place)) return place;
    return fail(problem_kind::not_found, "no_definitions",
                fmt::format("found no definitions in `{}` nor in `{}`", places.front().string(),
                            places.back().string()),
                "say where they are with --definitions DIR");
}

result<source_texts> read_definitions(const fs::path& root, std::string_view folder) {
    const auto top = root / folder;
    std::error_code error;
    source_texts all;
    for (fs::recursive_directory_iterator at(top, error), end; !error && at != end;
         at.increment(error)) {
        if (!is_definition(*at, error)) continue;
        if (at->file_size(error) > largest_file)
            return unreadable(at->path(), "it is larger than a megabyte");
        std::ifstream file(at->path(), std::ios::binary);
        std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        if (!file) return unreadable(at->path(), "the file cannot be opened");
        all.push_back({at->path().lexically_relative(root).generic_string(), std::move(text)});
    }
    if (error) return unreadable(top, error.message());
    std::ranges::sort(all, {}, &source_text::name);
    return all;
}

}  // namespace pykala::api
