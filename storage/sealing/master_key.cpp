#include "storage/sealing/master_key.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/encoding.hpp"

#include "storage/sealing/sodium.hpp"

namespace pykala::storage {
namespace {

constexpr std::string_view prefix = "pykala-master-1:";
constexpr std::size_t file_bytes = prefix.size() + 2 * secret_key::size + 1;

class descriptor {
public:
    explicit descriptor(int fd) : fd_(fd) {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }

private:
    int fd_;
};

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

result<bool> sync_folder_of(const std::filesystem::path& file) {
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    const descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() >= 0 && ::fsync(fd.get()) == 0) return true;
    return fail(problem_kind::unavailable, "folder_sync",
                fmt::format("cannot make `{}` last: {}", folder.string(), std::strerror(errno)),
                "check the disk, then give the command again");
}

master_key master_key::of(secret_key key) {
    master_key out{std::move(key), {}};
    keyed_hash(out.key, "pykala-master-id/1", out.id);
    return out;
}

result<master_key> create_master_key(const std::filesystem::path& file) {
    const descriptor fd(
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (fd.get() < 0 && errno == EEXIST)
        return fail(problem_kind::conflict, "master_key_exists",
                    fmt::format("`{}` is there already", file.string()),
                    "a master key is never written over; move the file away if it is of no use");
    secret_key key = secret_key::random();
    secret_text line(fmt::format("{}{}\n", prefix, to_hex(key.bytes())));
    if (fd.get() < 0 || ::fchmod(fd.get(), 0600) != 0 || !write_all(fd.get(), line.text()) ||
        ::fsync(fd.get()) != 0 || !sync_folder_of(file))
        return fail(problem_kind::unavailable, "master_key_write",
                    fmt::format("cannot write `{}`: {}", file.string(), std::strerror(errno)),
                    "choose a folder that exists and that only this service may read");
    return master_key::of(std::move(key));
}

result<master_key> read_master_key(const std::filesystem::path& file) {
    // O_NONBLOCK: a pipe in place of the file must not hang the start
    const descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat facts{};
    if (fd.get() < 0 || ::fstat(fd.get(), &facts) != 0)
        return fail(
            problem_kind::not_found, "master_key_missing",
            fmt::format("cannot open `{}`: {}", file.string(), std::strerror(errno)),
            "name the master key file in the configuration, or make one with `pykala init`");
    const mode_t mode = facts.st_mode & 07777;
    if (!S_ISREG(facts.st_mode) || (mode != 0600 && mode != 0400))
        return fail(problem_kind::refused, "master_key_open_to_others",
                    fmt::format("`{}` has mode {:04o}", file.string(), mode),
                    "it must be a regular file of mode 0600: chmod 600");
    secret_text line(std::string(file_bytes + 1, '\0'));
    const ssize_t got = ::read(fd.get(), line.text().data(), line.text().size());
    secret_key key;
    if (got != static_cast<ssize_t>(file_bytes) || !line.text().starts_with(prefix) ||
        line.text()[file_bytes - 1] != '\n' ||
        !from_hex(std::string_view(line.text()).substr(prefix.size(), 2 * secret_key::size),
                  key.bytes()))
        return fail(problem_kind::corrupt, "master_key_malformed",
                    fmt::format("`{}` is not a master key file", file.string()),
                    "it is one line of 81 bytes that begins with `pykala-master-1:`; restore it "
                    "from where you keep its copy");
    return master_key::of(std::move(key));
}

}  // namespace pykala::storage
