// Protects the shape of the tree: rooms that may not know each other, file sizes, words that have
// no place in it. Debian keeps every header in one folder, so only reading the includes can tell;
// each rule is tried on a bad sample.
#include <algorithm>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/support/tree.hpp"

using namespace pykala::tests;

namespace {

// What one folder may include, the longest matching folder deciding. `std` means C++ standard
// headers.
struct room {
    std::string folder;
    bool posix;
    std::vector<std::string> may_include;
    std::vector<std::string> never;  // standard headers, or prefixes, that stay out all the same
};

const std::vector<std::string> no_io = {
    "fstream", "iostream", "filesystem",         "thread",
    "mutex",   "future",   "condition_variable", "shared_mutex"};

const std::vector<room> rooms = {
    {"engine/", false, {"engine/", "fmt/"}, no_io},
    {"engine/load/", false, {"engine/", "fmt/", "toml++/"}, no_io},
    {"storage/",
     true,
     {"engine/", "storage/", "fmt/", "spdlog/", "sqlite3.h", "libpq-fe.h", "openssl/", "curl/",
      "zip.h", "boost/json"},
     {}},
    {"storage/sealing/", true, {"engine/", "storage/", "fmt/", "sqlite3.h", "sodium.h"}, {}},
    // an auditor's second opinion shares nothing with what wrote the log
    {"storage/verify/",
     true,
     {"engine/base/result.hpp", "storage/verify/", "fmt/", "openssl/", "boost/json"},
     {}},
    {"api/",
     true,
     {"engine/", "storage/", "api/",         "fmt/",     "spdlog/",   "boost/",     "openssl/",
      "date/",   "CLI/",     "graphviz/",    "cjose/",   "jansson.h", "curl/",      "zip.h",
      "cairo",   "pango/",   "mustache.hpp", "kainjow/", "gvc.h",     "gvplugin.h", "cgraph.h"},
     {}},
};

std::vector<std::string> includes_of(const std::string& text) {
    static const std::regex form(R"re(^\s*#\s*include\s*[<"]([^>"]+)[>"])re");
    std::vector<std::string> found;
    for (const auto& line : lines_of(text)) {
        std::smatch match;
        if (std::regex_search(line, match, form)) found.push_back(match[1]);
    }
    return found;
}

bool is_standard(const std::string& header) {
    return header.find_first_of("./") == std::string::npos;
}

bool is_posix(const std::string& header) {
    static const std::set<std::string> known = {
        "fcntl.h",        "unistd.h", "sys/stat.h", "sys/file.h", "sys/types.h", "sys/mman.h",
        "sys/resource.h", "dlfcn.h",  "pwd.h",      "errno.h",    "sys/wait.h",  "signal.h",
        "sys/socket.h",   "sys/un.h", "termios.h",  "dirent.h"};
    return known.contains(header);
}

std::vector<std::string> room_faults(const source_file& file) {
    const room* owner = nullptr;
    for (const auto& r : rooms)
        if (file.path.starts_with(r.folder) && (!owner || r.folder.size() > owner->folder.size()))
            owner = &r;
    std::vector<std::string> faults;
    if (!owner) return faults;
    const auto begins = [](const std::string& header) {
        return [&header](const std::string& prefix) { return header.starts_with(prefix); };
    };
    for (const auto& header : includes_of(file.text)) {
        const bool allowed = is_standard(header) || (owner->posix && is_posix(header)) ||
                             std::ranges::any_of(owner->may_include, begins(header));
        if (!allowed || std::ranges::find(owner->never, header) != owner->never.end())
            faults.push_back(
                fmt::format("{}: includes <{}>, which its room may not know", file.path, header));
    }
    if (file.path.starts_with("engine/") && file.text.find("_clock::now") != std::string::npos)
        faults.push_back(file.path + ": the engine has no clock");
    return faults;
}

// GCC 12 runs some destructors twice when temporaries are built inside an expression that awaits.
std::vector<std::string> await_faults(const source_file& file) {
    static const std::regex risky(R"(co_await[^;]*(\{|\[[&=\]a-z]))");
    static const std::regex two_names(R"(auto\s*\[[^\]]*\]\s*=\s*co_await)");
    std::vector<std::string> faults;
    std::string flat;
    for (const auto& line : lines_of(file.text)) flat += line.substr(0, line.find("//")) + ' ';
    for (std::sregex_iterator it(flat.begin(), flat.end(), risky), end; it != end; ++it)
        faults.push_back(
            fmt::format("{}: name the temporary first: {}", file.path, it->str().substr(0, 80)));
    if (std::regex_search(flat, two_names))
        faults.push_back(file.path + ": no structured binding on co_await");
    return faults;
}

std::vector<std::string> size_faults(const source_file& file, std::size_t lines_max,
                                     std::size_t width_max) {
    std::vector<std::string> faults;
    const auto lines = lines_of(file.text);
    if (lines.size() > lines_max)
        faults.push_back(
            fmt::format("{}: {} lines, at most {}", file.path, lines.size(), lines_max));
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::size_t width = 0;
        for (unsigned char c : lines[i]) width += (c & 0xC0) != 0x80;
        if (width > width_max)
            faults.push_back(
                fmt::format("{}:{}: {} columns, at most {}", file.path, i + 1, width, width_max));
    }
    return faults;
}

std::vector<std::string> word_faults(const source_file& file) {
    static const std::regex unfinished(R"(\b(TODO|FIXME|XXX|HACK)\b)");
    static const std::regex sql(
        R"re("\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE)\s)re");
    static const std::regex law(R"re("([^"\n]*[ (])?\d{1,4}/(19|20)\d\d(?![-\d]))re");
    static const std::regex ground(
        R"re("((art|ground)_)?\d{1,2}_[0-9a-z]|"dpa_\d|[a-z]\.(art|ground)_(\d|dpa))re");
    std::vector<std::string> faults;
    const bool is_code = file.path.ends_with(".cpp") || file.path.ends_with(".hpp");
    if (is_code && std::regex_search(file.text, law))
        faults.push_back(file.path + ": an act is named; law belongs to policies/");
    // the closed list itself stands there
    if (is_code && file.path != "engine/policy/vocabulary.hpp" &&
        std::regex_search(file.text, ground))
        faults.push_back(file.path +
                         ": a ground is chosen; the choice belongs to workflows/ or "
                         "policies/");
    if (std::regex_search(file.text, unfinished))
        faults.push_back(file.path + ": unfinished work is marked");
    if ((file.path.starts_with("api/") || file.path.starts_with("engine/")) &&
        std::regex_search(file.text, sql))
        faults.push_back(file.path + ": SQL belongs to storage/");
    return faults;
}

void report(const std::vector<std::string>& faults) {
    for (const auto& fault : faults) FAIL_CHECK(fault);
}

const std::vector<std::string> code = {".cpp", ".hpp"};

}  // namespace

TEST_SUITE("tidy") {
    TEST_CASE("rooms: nobody includes what the room may not know") {
        const auto files = source_files({"engine", "storage", "api"}, code);
        REQUIRE(files.size() > 5);
        for (const auto& file : files) report(room_faults(file));
    }
    TEST_CASE("rooms: a wrong include is seen") {
        CHECK(room_faults({"engine/a.cpp", "#include <sqlite3.h>"}).size() == 1);
        CHECK(room_faults({"engine/a.cpp", "#include <toml++/toml.h>"}).size() == 1);
        CHECK(room_faults({"engine/load/a.cpp", "#include <toml++/toml.h>"}).empty());
        CHECK(room_faults({"engine/a.cpp", "#include <fstream>"}).size() == 1);
        CHECK(room_faults({"engine/a.cpp", "std::chrono::system_clock::now()"}).size() == 1);
        CHECK(room_faults({"storage/sqlite/a.cpp", "#include <sodium.h>"}).size() == 1);
        CHECK(room_faults({"storage/sqlite/a.cpp", "#include \"api/x.hpp\""}).size() == 1);
        CHECK(room_faults({"storage/verify/a.cpp", "#include \"engine/log/tree.hpp\""}).size() ==
              1);
        CHECK(room_faults({"api/a.cpp", "#include <sqlite3.h>"}).size() == 1);
        CHECK(room_faults({"api/a.cpp", "#include <boost/asio.hpp>"}).empty());
    }
    TEST_CASE("coroutines: nothing is built inside an expression that awaits") {
        for (const auto& file : source_files({"api"}, code)) report(await_faults(file));
        CHECK(await_faults({"a.cpp", "co_await f(options{.p = p});"}).size() == 1);
        CHECK(await_faults({"a.cpp", "co_await f([n] { return n; });"}).size() == 1);
        CHECK(await_faults({"a.cpp", "auto [a, b] = co_await f();"}).size() == 1);
        CHECK(await_faults({"a.cpp", "if (auto r = co_await f(); !r) { g(); }"}).empty());
    }
    TEST_CASE("sizes: files stay small and lines short") {
        for (const auto& file : source_files({"engine", "storage", "api", "tests"}, code))
            report(size_faults(file, 400, 120));
        CHECK(size_faults({"a.cpp", "1\n2\n3\n"}, 2, 9).size() == 1);
        CHECK(size_faults({"a.cpp", "aäöå\n"}, 2, 4).empty());
    }
    TEST_CASE("words: nothing unfinished and no SQL outside storage") {
        for (const auto& file : source_files({"engine", "storage", "api", "policies", "workflows"},
                                             {".cpp", ".hpp", ".toml", ".txt", ".mustache"}))
            report(word_faults(file));
        CHECK(word_faults({"api/a.cpp", "query(\"SELECT 1\")"}).size() == 1);
        CHECK(word_faults({"api/a.cpp", std::string("// TO") + "DO later"}).size() == 1);
        CHECK(word_faults({"engine/a.cpp", "cite(\"1336/1997 2:7(2)\")"}).size() == 1);
        for (const auto* ground : {"15_4", "20_scope", "18_1_not_met", "dpa_34", "art_18_1_b",
                                   "ground_12_6", "gdpr_rights.art_15_3"})
            CHECK(word_faults({"api/a.cpp", fmt::format("ground = \"{}\";", ground)}).size() == 1);
        CHECK(word_faults({"api/a.cpp", "\"part_2\" \"withheld_by_dpa_34\""}).empty());
    }
}
