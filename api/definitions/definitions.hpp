// Finds the folder of definitions (policies/, workflows/) and reads it; the engine gets names and
// texts only.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/load/source_text.hpp"

namespace pykala::api {

// The folder that holds `policies` and `workflows`: `asked` when it is not empty (the flag
// --definitions), else that of an installation (../share/pykala beside the program), else the
// source tree that the program was built from. Fails with `no_definitions`.
result<std::filesystem::path> find_definitions(std::string_view asked);

// Every .toml and .txt below `root`/`folder`, in order of their names, which are relative to `root`
// with `/` between parts. Fails with `unreadable_definitions` (also where a file is larger than a
// megabyte or the folder is not there).
result<source_texts> read_definitions(const std::filesystem::path& root, std::string_view folder);

}  // namespace pykala::api
