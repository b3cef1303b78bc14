#include "storage/documents/zip_file.hpp"

#include <memory>
#include <stdexcept>
#include <tuple>

#include <fmt/format.h>
#include <zip.h>

namespace pykala::storage {
namespace {

struct release {
    void operator()(zip_source_t* source) const { zip_source_free(source); }
    void operator()(zip_t* archive) const { zip_discard(archive); }
    void operator()(zip_file_t* file) const { zip_fclose(file); }
};
template <class T>
using held = std::unique_ptr<T, release>;

auto malformed() {
    return fail(problem_kind::corrupt, "zip_malformed", "a package is not a whole ZIP file",
                "make the package anew");
}

// What is written to memory cannot fail for want of a disk.
[[noreturn]] void no_memory() {
    throw std::runtime_error("a package cannot be put together in memory");
}

held<zip_source_t> source_of(std::string_view bytes) {
    zip_error_t why;
    zip_error_init(&why);
    return held<zip_source_t>(zip_source_buffer_create(bytes.data(), bytes.size(), 0, &why));
}

held<zip_t> open_for_reading(std::string_view zip) {
    if (zip.empty()) return {};  // libzip takes nothing at all for a new archive
    auto source = source_of(zip);
    if (!source) return {};
    zip_error_t why;  // libzip writes it also where nobody asks
    zip_error_init(&why);
    held<zip_t> archive(zip_open_from_source(source.get(), ZIP_RDONLY | ZIP_CHECKCONS, &why));
    if (archive) std::ignore = source.release();  // the archive frees it
    return archive;
}

std::string bytes_written(zip_source_t* source) {
    zip_stat_t facts;
    if (zip_source_stat(source, &facts) != 0 || zip_source_open(source) != 0) no_memory();
    std::string out(facts.size, '\0');
    const auto got = zip_source_read(source, out.data(), out.size());
    zip_source_close(source);
    if (got != static_cast<zip_int64_t>(out.size())) no_memory();
    return out;
}

}  // namespace

std::string write_zip(const std::vector<zip_entry>& entries, instant now) {
    auto target = source_of({});
    if (!target) no_memory();
    zip_error_t why;
    zip_error_init(&why);
    held<zip_t> archive(zip_open_from_source(target.get(), ZIP_CREATE | ZIP_TRUNCATE, &why));
    if (!archive) no_memory();
    zip_source_keep(target.get());  // it is read after the archive has gone
    const auto at =
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    for (const auto& each : entries) {
        auto source = held<zip_source_t>(
            zip_source_buffer(archive.get(), each.bytes.data(), each.bytes.size(), 0));
        if (!source) no_memory();
        const auto index =
            zip_file_add(archive.get(), each.name.c_str(), source.get(), ZIP_FL_ENC_UTF_8);
        if (index < 0) no_memory();
        std::ignore = source.release();  // the archive frees it
        if (zip_file_set_mtime(archive.get(), static_cast<zip_uint64_t>(index), at, 0) != 0)
            no_memory();
    }
    if (zip_close(archive.get()) != 0) no_memory();
    std::ignore = archive.release();  // closed
    return bytes_written(target.get());
}

result<std::vector<std::string>> zip_names(std::string_view zip) {
    const auto archive = open_for_reading(zip);
    if (!archive) return malformed();
    std::vector<std::string> names;
    const auto count = zip_get_num_entries(archive.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i)
        if (const char* name = zip_get_name(archive.get(), static_cast<zip_uint64_t>(i), 0))
            names.emplace_back(name);
    return names;
}

result<std::string> read_zip_entry(std::string_view zip, const std::string& name) {
    const auto archive = open_for_reading(zip);
    if (!archive) return malformed();
    zip_stat_t facts;
    if (zip_stat(archive.get(), name.c_str(), 0, &facts) != 0)
        return fail(problem_kind::not_found, "no_such_file", "the package has no such file");
    const held<zip_file_t> file(zip_fopen(archive.get(), name.c_str(), 0));
    std::string out(facts.size, '\0');
    if (!file ||
        zip_fread(file.get(), out.data(), out.size()) != static_cast<zip_int64_t>(out.size()))
        return malformed();
    return out;
}

}  // namespace pykala::storage
