// Protects the promise of every loader: all faults of a file at once, each at its line and column
// with a hint. Small TOML texts are read through the reader and the findings compared word for
// word.
#include "engine/load/table_reader.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "engine/policy/vocabulary.hpp"

using namespace pykala;

namespace {

template <class Read>
std::vector<std::string> findings_of(const std::string& text, Read read) {
    diagnostics findings;
    place_book places;
    toml_document file({"f.toml", text}, places, findings);
    read(file.root());
    file.report_unknown_keys();
    std::sort(findings.begin(), findings.end());
    std::vector<std::string> lines;
    for (const auto& each : findings) lines.push_back(to_string(each));
    return lines;
}

}  // namespace

TEST_SUITE("engine/load/table_reader") {
    TEST_CASE("reader: every fault of a file is found at once") {
        const auto lines = findings_of(
            "grde = \"confirmed\"\nperiod = \"6 yeers\"\nsize = \"big\"\n"
            "commodity = \"heet\"\n[rule.Bad]\nfrom = \"2026-01-01\"\n",
            [](const table_reader& root) {
                root.choice<grade>("grade");
                root.length("period");
                root.number("size", 0, 9);
                root.choice<commodity>("commodity");
                for (const auto& [id, rule] : root.tables("rule")) rule.day("from");
            });
        const std::vector<std::string> expected{
            "f.toml:1:1: S01: unknown key `grde`\n    hint: did you mean `grade`?",
            "f.toml:1:1: S02: `grade` is missing",
            "f.toml:2:10: S03: `6 yeers` is not a period\n"
            "    hint: write a number and a unit, such as `30 days`, `1 month` or `6 years`",
            "f.toml:3:8: S03: `size` must be a whole number, here it is a text",
            "f.toml:4:13: S05: `commodity` cannot be `heet`\n    hint: did you mean `heat`?",
            "f.toml:5:1: S04: `Bad` is no id\n"
            "    hint: ids are small letters, digits and `_`, beginning with a letter",
            "f.toml:6:8: S03: `from` must be a date from 1900 on, here it is a text\n"
            "    hint: write it without quotes and without a time: 2026-11-22"};
        CHECK(lines == expected);
    }
    TEST_CASE("reader: broken TOML gives one finding and an empty root") {
        const auto lines = findings_of("a = \n", [](const table_reader& root) {
            CHECK(root.text("a").empty());
            CHECK(root.tables("rule").empty());
        });
        REQUIRE(lines.size() == 1);
        CHECK(lines[0].starts_with("f.toml:1:"));
        CHECK(lines[0].find(": T00: not TOML: ") != std::string::npos);
    }
    TEST_CASE("reader: a doubled name and an impossible date are refused by the parser") {
        CHECK(findings_of("a = 1\na = 2\n", [](const table_reader&) {}).size() == 1);
        CHECK(findings_of("a = 2026-02-30\n", [](const table_reader&) {}).size() == 1);
    }
    TEST_CASE("reader: unknown keys are found inside tables and lists of tables") {
        const auto lines =
            findings_of("[[v]]\nx = \"1\"\n[[v]]\ny = \"1\"\n", [](const table_reader& root) {
                for (const auto& each : root.list("v")) each.text_if("x");
            });
        REQUIRE(lines.size() == 1);
        CHECK(lines[0] == "f.toml:4:1: S01: unknown key `y` in `v`\n    hint: did you mean `x`?");
    }
    TEST_CASE("reader: a text may not be empty and a list names nothing twice") {
        const auto lines = findings_of("a = \" \"\nb = [\"x\", \"x\"]\n", [](const auto& root) {
            root.text("a");
            CHECK(root.texts("b").size() == 1);
        });
        REQUIRE(lines.size() == 2);
        CHECK(lines[0] == "f.toml:1:5: S02: `a` is empty");
        CHECK(lines[1] == "f.toml:2:11: S03: `b` names `x` twice");
    }
}
