// Bytes that must all be there before the first of them leaves, and that may be too many for
// memory: they wait in a file without a name, sealed under a key that only this object holds, and
// are gone with it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

#include "storage/sealing/secret.hpp"

namespace pykala::storage {

class sealed_spool {
public:
    // In the folder for temporary files. Problem `no_spool` (unavailable).
    static result<sealed_spool> make();

    // Bytes after those before. What goes wrong is told by `finish`.
    void write(std::string_view plain);
    // No more bytes come: from now on they are read. Problem `spool_full` (unavailable).
    result<bool> finish();

    std::uint64_t size() const { return size_; }
    // The next bytes in order, at most 64 KiB; empty at the end. Problem `spool_damaged` (corrupt).
    result<std::string> next();

private:
    struct closing {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    using file_handle = std::unique_ptr<std::FILE, closing>;
    explicit sealed_spool(file_handle file) : file_(std::move(file)), key_(secret_key::random()) {}
    void flush();

    file_handle file_;
    secret_key key_;
    secret_text waiting_;      // less than a part
    std::uint64_t size_ = 0;   // of the plain bytes
    std::uint64_t parts_ = 0;  // written
    std::uint64_t given_ = 0;  // parts read
    bool failed_ = false;
};

}  // namespace pykala::storage
