// Writes cases to a database until it is killed, and says what was acknowledged; or checks what an
// earlier one has left. For the tests that kill programs at random moments.
//
//     kill_writer write FILE          prints `KUO-2026-000001 3` for each acknowledged version
//     kill_writer check FILE < ACKS   exit status 0 when every promise holds
#include <cstdio>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "storage/sealing/sodium.hpp"
#include "storage/sqlite/case_store.hpp"
#include "storage/sqlite/log_check.hpp"
#include "tests/support/synthetic_case.hpp"

using namespace pykala;
using namespace pykala::storage;
using namespace pykala::tests;

namespace {

// One call, so that a line is never half there.
void say(const std::string& line) {
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(3);
}

void keep_writing(sqlite_case_store& cases) {
    for (;;) {
        std::string number;
        const log::stream_tag stream = random_tag();
        for (std::uint64_t version = 0; version < 6; version += 2) {
            desk::unit_of_work unit;
            unit.cases.push_back(synthetic_write(number, stream, version, 2));
            const auto given = submit_and_wait(cases, std::move(unit));
            if (!given) {
                fmt::print(stderr, "{}: {}\n", given.error().code, given.error().detail);
                std::_Exit(4);
            }
            number = given->numbers.at(0);
            say(fmt::format("{} {}\n", number, given->versions.at(0)));
        }
    }
}

int check(tenant_store& store, sqlite_case_store& cases) {
    std::map<std::string, std::uint64_t> told;
    std::string number;
    for (std::uint64_t version = 0; std::cin >> number >> version;)
        told[number] = std::max(told[number], version);
    int faults = 0;
    for (const auto& [acknowledged, version] : told) {
        const auto stored = cases.load(acknowledged);
        if (stored && stored->events.size() >= version) continue;
        fmt::print(stderr, "acknowledged and lost: {} {}\n", acknowledged, version);
        ++faults;
    }
    for (auto findings :
         {check_queue(store, synthetic_projection).value(), check_log(store).value()})
        for (const auto& f : findings) {
            fmt::print(stderr, "{} {} {}\n", f.code, f.number, f.detail);
            ++faults;
        }
    fmt::print("{} acknowledged, log of {} leaves\n", told.size(), store.writer().head().size);
    return faults == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    auto store = open_synthetic(argv[2]);
    if (!store) {
        fmt::print(stderr, "{}: {}\n", store.error().code, store.error().detail);
        return 4;
    }
    sqlite_case_store cases(**store);
    if (std::string_view(argv[1]) == "check") return check(**store, cases);
    say("ready\n");
    std::vector<std::thread> callers;
    for (int i = 0; i < 4; ++i) callers.emplace_back([&] { keep_writing(cases); });
    for (auto& caller : callers) caller.join();
}
