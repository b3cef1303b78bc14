// ZIP files in memory (libzip), as packages are handed out.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/time/date.hpp"

namespace pykala::storage {

struct zip_entry {
    std::string name;  // UTF-8, no folder
    std::string bytes;
};

// Entries in the order given, compressed, all with the same time. Throws std::runtime_error where
// there is no memory.
std::string write_zip(const std::vector<zip_entry>& entries, instant now);

// Problems: `zip_malformed` (corrupt).
result<std::vector<std::string>> zip_names(std::string_view zip);
// Problems: `zip_malformed` (corrupt), `no_such_file` (not_found).
result<std::string> read_zip_entry(std::string_view zip, const std::string& name);

}  // namespace pykala::storage
