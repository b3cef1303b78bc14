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

// What a file of one line holds; a line end after it does not count. Problems `no_credentials`,
// `secret_unusable` (refused: everybody may read the file; invalid: it cannot be read or is not one
// line).
result<std::string> read_secret_line(const std::string& named);

}  // namespace pykala::api
