#include "api/server/named_files.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

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
    std::error_code missing;
    const auto mode = fs::status(file, missing).permissions();
    if (!missing && (mode & fs::perms::others_read) != fs::perms::none)
        return fail(problem_kind::refused, "secret_unusable",
                    fmt::format("everybody may read `{}`", file.string()),
                    fmt::format("chmod 600 {}", file.string()));
    std::ifstream in(file, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(in), {});
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    if (!in || text.empty() || text.find_first_of("\r\n") != text.npos)
        return fail(problem_kind::invalid, "secret_unusable",
                    fmt::format("`{}` cannot be read, or is not one line", file.string()),
                    "write the token or the password into it, and nothing else");
    return text;
}

}  // namespace pykala::api
