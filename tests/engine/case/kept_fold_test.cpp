// Protects the shortcut past the events of a case: a fold that was kept, with the events after it,
// is the fold of them all; what is no fold is refused; and nobody changes what a fold means without
// saying so. Cases come from random commands over the real workflows.
#include "engine/case/kept_fold.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "storage/hash/sha256.hpp"
#include "tests/support/random_case.hpp"
#include "tests/support/tree.hpp"

using namespace pykala;
using namespace pykala::cases;

namespace {

const std::vector<std::string> rights = {"access",      "rectification", "erasure",
                                         "restriction", "portability",   "objection"};

// The sources that say what a fold is. After a change that alters the fold of any event, raise
// `fold_version`; write the new digest here in any case.
constexpr auto sources_of_version_2 =
    "ba0fbb4796b4d9b3fcf37ec6c49e9fe4266c60e84426b8b40fe2855e51cebe74";

}  // namespace

TEST_SUITE("engine/case/kept_fold") {
    TEST_CASE("fold: goes on from where it was kept") {
        std::size_t longest = 0;
        for (const auto& right : rights)
            for (std::uint64_t seed = 1; seed <= 25; ++seed) {
                const auto events = tests::random_case("valkeakoski", right, seed);
                const auto whole = write_fold(fold(events));
                const auto at = events.size() * seed / 26;
                auto kept =
                    read_fold(write_fold(fold({events.begin(), events.begin() + long(at)})));
                REQUIRE(kept.has_value());
                for (auto i = at; i < events.size(); ++i) apply(*kept, events[i]);
                CHECK_MESSAGE(write_fold(*kept) == whole, right, " ", seed);
                longest = std::max(longest, whole.size());
            }
        CHECK(longest > 2000);  // there was something to lose
    }
    TEST_CASE("fold: what is cut short or longer or of another version is none") {
        const auto events = tests::random_case("valkeakoski", "erasure", 7);
        const auto whole = write_fold(fold(events));
        for (std::size_t size = 0; size < whole.size(); ++size)
            CHECK_FALSE(read_fold(std::string_view(whole).substr(0, size)).has_value());
        CHECK_FALSE(read_fold(whole + '\0').has_value());
        auto other = whole;
        other[0] = char(fold_version + 1);
        CHECK_FALSE(read_fold(other).has_value());
        for (std::size_t i = 0; i < whole.size(); ++i) {  // any bytes are read without harm
            auto changed = whole;
            changed[i] = char(changed[i] ^ 0xFF);
            (void)read_fold(changed);
        }
    }
    TEST_CASE("fold: its meaning changes only with its version") {
        std::string all;
        for (const auto* source :
             {"engine/case/state.hpp", "engine/case/apply.cpp", "engine/case/apply_records.cpp",
              "engine/case/kept_fold.cpp", "engine/case/fold_archive.hpp"})
            all += tests::read_file(std::filesystem::path(PYKALA_SOURCE_DIR) / source);
        CHECK_MESSAGE(to_hex(storage::sha256({}, all)) == sources_of_version_2,
                      "see the comment above the digest");
    }
}
