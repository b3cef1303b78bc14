// Files of a backup: copied durably and hashed on the way.
#pragma once

#include <filesystem>
#include <string>

#include "engine/base/result.hpp"

namespace pykala::storage {

struct file_facts {
    std::int64_t bytes = 0;
    std::string sha256;  // hex

    friend bool operator==(const file_facts&, const file_facts&) = default;
};

// On the disk on return, mode 0600; `to` must not be there. Problems: `backup_file_missing`
// (not_found: there is no such file to copy), `backup_io` (unavailable).
result<file_facts> copy_durably(const std::filesystem::path& from, const std::filesystem::path& to);
result<file_facts> facts_of_file(const std::filesystem::path& file);

// Writes a small text durably; what was there is replaced at once or not at all.
result<void> write_text(const std::filesystem::path& file, std::string_view text);
result<std::string> read_text(const std::filesystem::path& file);

// Problem `backup_io`.
result<void> make_folder(const std::filesystem::path& folder);  // mode 0700; may be there
result<void> remove_folder(const std::filesystem::path& folder);
result<void> sync_file(const std::filesystem::path& file);  // or a folder
result<void> move_file(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace pykala::storage
