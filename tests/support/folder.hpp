// A fresh folder of a test, removed when the test ends.
#pragma once

#include <filesystem>
#include <string>

#include <stdlib.h>

namespace pykala::tests {

struct folder {
    folder() {
        std::string form = (std::filesystem::temp_directory_path() / "pykala-XXXXXX").string();
        path = ::mkdtemp(form.data());
    }
    ~folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;

    std::string file(const std::string& name) const { return (path / name).string(); }
    std::filesystem::path path;
};

}  // namespace pykala::tests
