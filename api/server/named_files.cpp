#include "api/server/named_files.hpp"

#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

namespace pykala::api {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view credential = "credential:";

}  // namespace

fs::path below(const fs::path& folder, const std::string& written) {
    return written.empty() ? fs::path() : (folder / written).lexically_normal();
}

std::string secret_below(const fs::path& folder, const std::string& written) {
    if (written.empty() || written.starts_with(credential)) return written;
    return below(folder, written).string();
}

result<fs::path> secret_file(const std::string& named) {
    if (!named.starts_with(credential)) return fs::path(named);
    const auto name = named.substr(credential.size());
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (!folder || name.empty() || name.find('/') != std::string::npos)
        return fail(problem_kind::not_found, "no_credentials",
                    fmt::format("there is no credential `{}` of systemd", name),
                    "write LoadCredential=NAME:FILE into the unit; outside a unit name a file");
    return fs::path(folder) / name;
}

result<std::string> read_secret_line(const std::string& named) {
    PYKALA_TRY(const auto file, secret_file(named));
    std::ifstream in(file);
    std::string line;
    if (!std::getline(in, line) || line.empty())
        return fail(problem_kind::not_found, "unreadable_file",
                    fmt::format("cannot read a secret from `{}`", file.string()),
                    "the secret is the first line of the file");
    std::error_code wrong;
    const auto mode = fs::status(file, wrong).permissions();
    if (wrong || (mode & fs::perms::others_all) != fs::perms::none)
        return fail(problem_kind::refused, "secret_open_to_others",
                    fmt::format("everybody may read `{}`", file.string()),
                    "give it to the user of the service alone: chmod 600");
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

}  // namespace pykala::api
