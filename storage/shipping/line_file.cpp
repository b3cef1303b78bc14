#include "storage/shipping/line_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pykala::storage {
namespace {

constexpr std::int64_t chunk = 4096;

// The bytes from here to there; shorter where the file is.
std::string bytes_between(int file, std::int64_t from, std::int64_t to) {
    std::string out(static_cast<std::size_t>(to - from), '\0');
    std::size_t got = 0;
    while (got < out.size()) {
        const auto n = ::pread(file, out.data() + got, out.size() - got, from + std::int64_t(got));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        got += static_cast<std::size_t>(n);
    }
    out.resize(got);
    return out;
}

// Where the last end of a line before `end` stands; -1: nowhere.
std::int64_t line_end_before(int file, std::int64_t end) {
    for (std::int64_t to = end; to > 0;) {
        const std::int64_t from = std::max<std::int64_t>(0, to - chunk);
        const auto at = bytes_between(file, from, to).rfind('\n');
        if (at != std::string::npos) return from + std::int64_t(at);
        to = from;
    }
    return -1;
}

}  // namespace

line_file::line_file(line_file&& other) noexcept
    : file_(other.file_),
      path_(std::move(other.path_)),
      end_(other.end_),
      last_(std::move(other.last_)) {
    other.file_ = -1;
}

line_file::~line_file() {
    if (file_ >= 0) ::close(file_);
}

std::unexpected<problem> line_file::cannot_write() const {
    return fail(problem_kind::unavailable, "shipping_write",
                fmt::format("cannot write `{}`: {}", path_.string(), std::strerror(errno)),
                "see that the folder of [shipping] is mounted, may be written and is not full");
}

result<line_file> line_file::open(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    line_file made(file, path);
    if (file < 0) return made.cannot_write();
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return made.cannot_write();
        return fail(problem_kind::unavailable, "shipping_in_use",
                    fmt::format("another process appends to `{}`", path.string()),
                    "each instance ships to a folder of its own");
    }
    PYKALA_CHECK(made.find_end());
    return made;
}

result<void> line_file::find_end() {
    struct stat now{};
    if (::fstat(file_, &now) != 0) return cannot_write();
    const std::int64_t size = now.st_size;
    const std::int64_t at = line_end_before(file_, size);
    end_ = at + 1;
    if (end_ < size && ::ftruncate(file_, end_) != 0) return cannot_write();
    const std::int64_t before = line_end_before(file_, at);
    if (at > 0) last_ = bytes_between(file_, before + 1, at);
    return {};
}

result<void> line_file::append(std::string_view lines) {
    if (lines.empty()) return {};
    std::string_view left = lines;
    std::int64_t at = end_;
    bool good = true;
    while (good && !left.empty()) {
        const auto n = ::pwrite(file_, left.data(), left.size(), at);
        if (n < 0 && errno == EINTR) continue;
        good = n > 0;
        if (!good) break;
        at += n;
        left.remove_prefix(static_cast<std::size_t>(n));
    }
    if (!good || ::fdatasync(file_) != 0) {
        const int why = errno;
        (void)!::ftruncate(file_, end_);  // the next try begins at `end_` in any case
        errno = why;
        return cannot_write();
    }
    end_ = at;
    lines.remove_suffix(1);
    last_ = lines.substr(lines.rfind('\n') + 1);
    return {};
}

result<void> read_lines(const std::filesystem::path& file,
                        const std::function<result<void>(std::string_view line)>& take) {
    std::ifstream in(file, std::ios::binary);
    if (!in)
        return fail(problem_kind::not_found, "shipping_unreadable",
                    fmt::format("cannot read `{}`", file.string()),
                    "mount the folder of [shipping], or name the right one; where nothing was ever "
                    "shipped, take [shipping] out of the configuration for this command");
    std::string line;
    // the end of the file before the end of a line: half a line
    while (std::getline(in, line) && !in.eof()) PYKALA_CHECK(take(line));
    return {};
}

}  // namespace pykala::storage
