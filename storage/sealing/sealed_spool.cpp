#include "storage/sealing/sealed_spool.hpp"

#include <algorithm>

#include "storage/sealing/sodium.hpp"

namespace pykala::storage {
namespace {

constexpr std::size_t part_bytes = 65'536;
constexpr std::size_t seal_bytes = 24 + 16;  // nonce and tag

// Each part opens in its place only.
std::string place_of(std::uint64_t part) {
    return "pykala-spool/" + std::to_string(part);
}

}  // namespace

result<sealed_spool> sealed_spool::make() {
    file_handle file(std::tmpfile());
    if (file) return sealed_spool(std::move(file));
    return fail(problem_kind::unavailable, "no_spool", "a temporary file cannot be made",
                "there must be room, and the service must be allowed to write there");
}

void sealed_spool::flush() {
    const auto sealed = aead_seal(key_, place_of(parts_++), waiting_.text());
    if (std::fwrite(sealed.data(), 1, sealed.size(), file_.get()) != sealed.size()) failed_ = true;
    waiting_.text().clear();
}

void sealed_spool::write(std::string_view plain) {
    size_ += plain.size();
    while (!plain.empty() && !failed_) {
        const auto taken = std::min(plain.size(), part_bytes - waiting_.text().size());
        waiting_.text().append(plain.substr(0, taken));
        plain.remove_prefix(taken);
        if (waiting_.text().size() == part_bytes) flush();
    }
}

result<bool> sealed_spool::finish() {
    if (!waiting_.text().empty() && !failed_) flush();
    if (!failed_ && std::fflush(file_.get()) == 0 && std::fseek(file_.get(), 0, SEEK_SET) == 0)
        return true;
    return fail(problem_kind::unavailable, "spool_full",
                "the temporary file could not be written to its end",
                "make room in the folder for temporary files");
}

result<std::string> sealed_spool::next() {
    if (given_ == parts_) return std::string();
    const auto left = size_ - given_ * part_bytes;
    std::string sealed(std::min<std::uint64_t>(left, part_bytes) + seal_bytes, '\0');
    if (std::fread(sealed.data(), 1, sealed.size(), file_.get()) == sealed.size())
        if (auto plain = aead_open(key_, place_of(given_), sealed)) {
            ++given_;
            return *std::move(plain);
        }
    return fail(problem_kind::corrupt, "spool_damaged",
                "a temporary file does not hold what was written to it", "ask for it again");
}

}  // namespace pykala::storage
