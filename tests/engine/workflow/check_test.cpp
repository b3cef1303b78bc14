// Protects the proof that no way through a workflow breaks the law: a check that sees nothing is
// worse than none. Each file of tests/bad/workflows is one change to a real file and must give
// exactly the findings it lists, at its mark.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/support/tree.hpp"
#include "tests/support/workflows.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

const std::string mark = "¦";

// A file of tests/bad/workflows: `file`, what to `replace`, `with` what, the text `at` whose mark
// the first finding stands (else the mark is in the new text), and what it `finds`, as `CODE:
// message`.
struct mutation {
    std::string file, replace, with, at;
    std::vector<std::string> finds;
};

mutation read_mutation(const std::string& text) {
    mutation made;
    std::string* into = nullptr;
    bool finding = false;
    for (const auto& line : lines_of(text)) {
        if (line.starts_with("file ")) {
            made.file = line.substr(5);
        } else if (line == "replace") {
            into = &made.replace;
        } else if (line == "with") {
            into = &made.with;
        } else if (line == "at") {
            into = &made.at;
        } else if (line == "finds") {
            finding = true;
        } else if (finding) {
            if (!line.empty()) made.finds.push_back(line);
        } else if (into) {
            *into += into->empty() ? line : "\n" + line;
        }
    }
    return made;
}

// `LINE:COLUMN` of the mark in the changed text, which loses it; empty when there is none.
std::string take_mark(std::string& text, std::size_t position) {
    if (position == std::string::npos) return {};
    text.erase(position, mark.size());
    const auto line = std::count(text.begin(), text.begin() + long(position), '\n') + 1;
    const auto start = text.rfind('\n', position - 1) + 1;
    std::size_t column = 1;
    for (auto i = start; i < position; ++i) column += (text[i] & 0xC0) != 0x80;
    return fmt::format("{}:{}", line, column);
}

std::vector<std::string> apply(const mutation& m, std::string& where) {
    auto texts = workflow_texts();
    const auto file = std::ranges::find(texts, m.file, &source_text::name);
    REQUIRE(file != texts.end());
    auto& text = file->text;
    REQUIRE_MESSAGE(text.find(m.replace) != std::string::npos, "no such text: " << m.replace);
    text.replace(text.find(m.replace), m.replace.size(), m.with);
    if (!m.at.empty()) {
        auto plain = m.at;
        const auto offset = plain.find(mark);
        if (offset != std::string::npos) plain.erase(offset, mark.size());
        const auto found = text.find(plain);
        REQUIRE_MESSAGE(found != std::string::npos, "no such text: " << plain);
        text.insert(found + (offset == std::string::npos ? 0 : offset), mark);
    }
    where = take_mark(text, text.find(mark));
    std::vector<std::string> found;
    for (const auto& each : findings_of(texts))
        found.push_back(fmt::format("{}:{}:{}: {}: {}", each.file, each.line, each.column,
                                    each.code, each.message));
    return found;
}

}  // namespace

TEST_SUITE("engine/workflow/check") {
    TEST_CASE("check: the six workflows hold [gdpr art. 12 and 15 to 21]") {
        for (const auto& each : findings_of(workflow_texts())) FAIL_CHECK(to_string(each));
        CHECK(workflow_texts().size() == 7);
    }

    TEST_CASE("check: every mutated file gives exactly its findings") {
        const auto files = source_files({"tests/bad/workflows"}, {".txt"});
        REQUIRE(files.size() >= 40);
        for (const auto& file : files) {
            INFO(file.path);
            const auto m = read_mutation(file.text);
            std::string where;
            auto found = apply(m, where);
            std::vector<std::string> plain;
            bool at_mark = where.empty();
            for (const auto& each : found) {
                const auto code = each.find(": ") + 2;
                plain.push_back(each.substr(code));
                at_mark = at_mark || (!m.finds.empty() && plain.back() == m.finds.front() &&
                                      each.starts_with(m.file + ":" + where + ":"));
            }
            CHECK_MESSAGE(at_mark, "not at " << m.file << ":" << where << ": "
                                             << fmt::format("{}", fmt::join(found, "\n")));
            auto expected = m.finds;
            std::ranges::sort(expected);
            std::ranges::sort(plain);
            CHECK(fmt::format("{}", fmt::join(plain, "\n")) ==
                  fmt::format("{}", fmt::join(expected, "\n")));
        }
    }

    TEST_CASE("check: every code of the README is shown by a mutated file") {
        std::string all;
        for (const auto& file : source_files({"tests/bad/workflows"}, {".txt"})) all += file.text;
        for (const auto& line :
             lines_of(read_file(std::string(PYKALA_SOURCE_DIR) + "/workflows/README.md")))
            if (line.starts_with("| W"))
                CHECK_MESSAGE(all.find("\n" + line.substr(2, 4) + ": ") != std::string::npos,
                              line.substr(2, 4));
    }
}
