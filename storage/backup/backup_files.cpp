#include "storage/backup/backup_files.hpp"

#include <cerrno>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "engine/base/encoding.hpp"

#include "storage/hash/sha256.hpp"

namespace pykala::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t part_size = std::size_t{1} << 18;

std::unexpected<problem> io_problem(const char* what, const fs::path& file, int why) {
    return fail(problem_kind::unavailable, "backup_io",
                fmt::format("cannot {} `{}`: {}", what, file.string(), std::strerror(why)),
                "see that the folder is there, may be written and is not full; then give the "
                "command again");
}

class open_file {
public:
    explicit open_file(int file) : file_(file) {}
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    ~open_file() {
        if (file_ >= 0) ::close(file_);
    }
    explicit operator bool() const { return file_ >= 0; }
    int get() const { return file_; }

private:
    int file_;
};

bool write_all(int file, const char* data, std::size_t size) {
    while (size > 0) {
        const auto n = ::write(file, data, size);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        data += n;
        size -= static_cast<std::size_t>(n);
    }
    return true;
}

// Reads to the end; `to` may be -1, then nothing is written.
result<file_facts> pump(const fs::path& from, const open_file& in, const fs::path& to, int out) {
    std::vector<char> part(part_size);
    sha256_stream hash;
    file_facts facts;
    for (;;) {
        const auto n = ::read(in.get(), part.data(), part.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_problem("read", from, errno);
        if (n == 0) break;
        const auto size = static_cast<std::size_t>(n);
        hash.update({part.data(), size});
        facts.bytes += n;
        if (out >= 0 && !write_all(out, part.data(), size)) return io_problem("write", to, errno);
    }
    facts.sha256 = to_hex(hash.finish());
    return facts;
}

// How a file is opened to be read; one that is not there is told apart.
std::unexpected<problem> cannot_open(const fs::path& file) {
    if (errno != ENOENT) return io_problem("read", file, errno);
    return fail(problem_kind::not_found, "backup_file_missing",
                fmt::format("there is no file `{}`", file.string()),
                "name the folder that `pykala backup` wrote");
}

}  // namespace

result<file_facts> copy_durably(const fs::path& from, const fs::path& to) {
    const open_file in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
    if (!in) return cannot_open(from);
    const open_file out(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!out) return io_problem("write", to, errno);
    PYKALA_TRY(const auto facts, pump(from, in, to, out.get()));
    if (::fsync(out.get()) != 0) return io_problem("write", to, errno);
    return facts;
}

result<file_facts> facts_of_file(const fs::path& file) {
    const open_file in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!in) return cannot_open(file);
    return pump(file, in, {}, -1);
}

result<void> write_text(const fs::path& file, std::string_view text) {
    const fs::path part = file.string() + ".part";
    {
        const open_file out(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        if (!out || !write_all(out.get(), text.data(), text.size()) || ::fsync(out.get()) != 0)
            return io_problem("write", part, errno);
    }
    PYKALA_CHECK(move_file(part, file));
    return sync_file(file.parent_path());
}

result<std::string> read_text(const fs::path& file) {
    const open_file in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!in) return cannot_open(file);
    std::string out;
    std::vector<char> part(part_size);
    for (;;) {
        const auto n = ::read(in.get(), part.data(), part.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_problem("read", file, errno);
        if (n == 0) return out;
        out.append(part.data(), static_cast<std::size_t>(n));
    }
}

result<void> make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error) fs::permissions(folder, fs::perms::owner_all, error);
    if (error) return io_problem("make", folder, error.value());
    return {};
}

result<void> remove_folder(const fs::path& folder) {
    std::error_code error;
    fs::remove_all(folder, error);
    if (error) return io_problem("remove", folder, error.value());
    return {};
}

result<void> sync_file(const fs::path& file) {
    const open_file opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!opened || ::fsync(opened.get()) != 0) return io_problem("sync", file, errno);
    return {};
}

result<void> move_file(const fs::path& from, const fs::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) return io_problem("move", from, errno);
    return {};
}

}  // namespace pykala::storage
