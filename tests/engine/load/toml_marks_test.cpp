// What the TOML library would end the program at, or read by undefined behaviour, is told before
// it, with its place. Ordinary text of definition files passes.
#include "engine/load/toml_marks.hpp"

#include <doctest/doctest.h>

#include "engine/load/table_reader.hpp"

using namespace pykala;

namespace {

std::string told(const std::string& text) {
    place_book places;
    diagnostics findings;
    toml_document file({"policies/x.toml", text}, places, findings);
    return findings.empty() ? "" : to_string(findings.front());
}

}  // namespace

TEST_SUITE("load/toml_marks") {
    TEST_CASE("a table header that begins with no key: told with its place") {
        for (const char* text : {"[=]", "[[[x", "[.a]", "[{", "[[{]]", "[ =]", "[[ ,"}) {
            CAPTURE(text);
            CHECK(told(std::string("a = 1\n") + text).contains("policies/x.toml:2:"));
        }
        CHECK(
            told("[ä]").contains("x.toml:1:2: T00: not TOML: the name of a table begins with `ä`"));
        CHECK(told("é = [\n  [1], [2]\n]").contains("x.toml:1:1: T00"));
    }
    TEST_CASE("a letter beyond ASCII where a blank could stand: told with its place") {
        CHECK(told("a = \"ä\"\nb = ä").contains("x.toml:2:5: T00: not TOML: `ä` stands outside"));
        CHECK(told("a = \"\\ä\"").contains("x.toml:1:7: T00"));
        CHECK(told("a = 0\"ä\"").contains("x.toml:1:7: T00"));
    }
    TEST_CASE(
        "a string that goes on with such a letter after a line break is read as it is meant") {
        diagnostics findings;
        place_book places;
        toml_document file(
            {"x.toml", "a = \"\"\"24 \\\n  §:n \\\n\n ä\"\"\"\nb = \"\"\"😀\\\n😀\"\"\"\nc = 1\n"},
            places, findings);
        CHECK(file.root().text("a") == "24 §:n ä");
        CHECK(file.root().text("b") == "😀😀");
        CHECK(findings.empty());
        CHECK(told("a = \"\"\"24 \\\n§\"\"\"\nb = [\n").contains("x.toml:3:"));
    }
    TEST_CASE("text that TOML allows passes") {
        for (const char* text :
             {"# ä\n[a]\nb = \"ä\" # é\n", "['ä']\n", "[[\"ä\".b]]\n", "a = [\n[1],\n[\"ä\"]\n]\n",
              "a = '''\n[=]\nä\\'''\n", "a = \"\"\"\n[=] \\\"ä\"\"\"\n",
              "a = \"\"\"x \\\n  y ä\"\"\"\n", "a = '\\'\nb = {c = 'ä'}\n", "\xEF\xBB\xBF[a]\n",
              "a = \"\"\"ä\"\"\"\"\"\n"}) {
            CAPTURE(text);
            CHECK_FALSE(look_through_toml(text).slip);
            CHECK(told(text).empty());
        }
    }
}
