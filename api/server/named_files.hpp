// Files as the configuration names them.
#pragma once

#include <filesystem>
#include <string>

#include "engine/base/result.hpp"

namespace pykala::api {

// What is not absolute begins at `folder`; nothing stays nothing.
std::filesystem::path below(const std::filesystem::path& folder, const std::string& written);

// The same for a secret; `credential:NAME` stays as it is.
std::string secret_below(const std::filesystem::path& folder, const std::string& written);

// `credential:NAME` as the file that systemd put there for the service, any other text as the path
// that it is. Problem `no_credentials` (not_found) where systemd gave none.
result<std::filesystem::path> secret_file(const std::string& named);

// The first line of a secret's file, without its end. Problems `no_credentials`, `unreadable_file`
// (not_found), `secret_open_to_others` (refused: everybody may read the file).
result<std::string> read_secret_line(const std::string& named);

}  // namespace pykala::api
