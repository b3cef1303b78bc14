// A file of lines that only grows, on a disk that may be another machine's. What stands in it is
// the truth about what was shipped: who appends goes on from its last whole line.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

namespace pykala::storage {

class line_file {
public:
    // Opens it for appending, or makes it (mode 0600, its folder must be there). Half a line at the
    // end, left by a crash, is cut off. Problem `shipping_write` (unavailable), and
    // `shipping_in_use` (unavailable) where another process appends to it.
    static result<line_file> open(const std::filesystem::path& file);
    line_file(line_file&& other) noexcept;
    line_file& operator=(line_file&&) = delete;
    ~line_file();

    // The last whole line, without its end; empty where there is none.
    const std::string& last() const { return last_; }

    // Whole lines, each with its end. On the disk on return; when it fails nothing of them counts.
    result<void> append(std::string_view lines);

private:
    line_file(int file, std::filesystem::path path) : file_(file), path_(std::move(path)) {}
    result<void> find_end();
    std::unexpected<problem> cannot_write() const;

    int file_;
    std::filesystem::path path_;
    std::int64_t end_ = 0;  // after the last whole line
    std::string last_;
};

// Every whole line of such a file, in order; a half one at the end is passed over. Problem
// `shipping_unreadable` (not_found), and what `take` gives.
result<void> read_lines(const std::filesystem::path& file,
                        const std::function<result<void>(std::string_view line)>& take);

}  // namespace pykala::storage
