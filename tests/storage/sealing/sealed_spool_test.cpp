// Protects what waits outside memory before it is handed out: it comes back byte by byte, and
// whoever reads the disk sees none of it. The file without a name is found among those that this
// process has open.
#include "storage/sealing/sealed_spool.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

using namespace pykala;
using namespace pykala::storage;

namespace {

std::string pattern(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i) text[i] = char('a' + (i * 7 + i / 65'536) % 26);
    return text;
}

std::string read_back(sealed_spool& from) {
    std::string all;
    for (;;) {
        const auto part = from.next();
        REQUIRE(part);
        if (part->empty()) return all;
        CHECK(part->size() <= 65'536);
        all += *part;
    }
}

// Every file of this process that has no name any more.
std::vector<std::filesystem::path> nameless_files() {
    std::vector<std::filesystem::path> found;
    for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code ignored;
        const auto at = std::filesystem::read_symlink(each.path(), ignored).string();
        if (at.ends_with(" (deleted)") || at.find("/#") != std::string::npos)
            found.push_back(each.path());
    }
    return found;
}

}  // namespace

TEST_SUITE("storage/sealing/sealed_spool") {
    TEST_CASE("spool: what was written comes back whatever its size") {
        for (const std::size_t size : {0, 1, 65'535, 65'536, 65'537, 131'072, 1'000'000}) {
            CAPTURE(size);
            const auto text = pattern(size);
            auto spool = sealed_spool::make();
            REQUIRE(spool);
            for (std::size_t at = 0; at < size; at += 10'007)
                spool->write(std::string_view(text).substr(at, 10'007));
            REQUIRE(spool->finish());
            CHECK(spool->size() == size);
            CHECK(read_back(*spool) == text);
        }
    }
    TEST_CASE("spool: the disk sees nothing of it and a changed byte is noticed") {
        auto spool = sealed_spool::make();
        REQUIRE(spool);
        const std::string secret = "Maija Meikäläinen ";
        for (int i = 0; i < 10'000; ++i) spool->write(secret);
        REQUIRE(spool->finish());
        bool found = false;
        for (const auto& file : nameless_files()) {
            std::ifstream in(file, std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>(in), {}};
            if (bytes.size() < 180'000) continue;
            found = true;
            CHECK(bytes.find("Maija") == std::string::npos);
            std::fstream change(file, std::ios::binary | std::ios::in | std::ios::out);
            change.seekp(100'000);
            change.put(char(bytes[100'000] ^ 1));
        }
        REQUIRE(found);
        REQUIRE(spool->next());
        const auto second = spool->next();
        REQUIRE_FALSE(second);
        CHECK(second.error().code == "spool_damaged");
    }
}
