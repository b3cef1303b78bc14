// Protects the loader of letters: a text that lost a mandatory part, uses data it may not, or puts
// anything in unescaped never reaches a customer. Each test spoils the letters of the tree in one
// place and expects the finding there.
#include "api/letters/check_letters.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "api/letters/layout.hpp"
#include "api/letters/letter_book.hpp"
#include "tests/support/letters.hpp"

using namespace pykala;
using namespace pykala::api::letters;

namespace {

constexpr language languages[] = {language::fi, language::sv, language::en};

std::string& text_of(source_texts& sources, const std::string& name) {
    const auto found = std::ranges::find(sources, name, &source_text::name);
    REQUIRE_MESSAGE(found != sources.end(), name);
    return found->text;
}

void replace(std::string& text, std::string_view what, std::string_view by) {
    const auto at = text.find(what);
    REQUIRE_MESSAGE(at != std::string::npos, what);
    text.replace(at, what.size(), by);
}

// The findings after one change to one file.
diagnostics spoiled(const std::string& file, std::string_view what, std::string_view by) {
    auto sources = tests::letter_sources();
    replace(text_of(sources, file), what, by);
    return check_letters(sources);
}

bool finds(const diagnostics& all, std::string_view code, std::string_view file, int line = 0) {
    return std::ranges::any_of(all, [&](const diagnostic& d) {
        return d.code == code && d.file == file && (line == 0 || d.line == line);
    });
}

const std::string fi_refusal = "policies/letters/fi/refusal.txt";
const std::string list = "policies/letters/letters.toml";

}  // namespace

TEST_SUITE("api/letters/check_letters") {
    TEST_CASE("the tree: no finding") {
        for (const auto& d : check_letters(tests::letter_sources())) CHECK(to_string(d) == "");
    }

    TEST_CASE("mandatory parts: each deleted from each letter in each language is refused") {
        diagnostics none;
        const auto sources = tests::letter_sources();
        const auto all = read_definitions(sources, none);
        int tried = 0;
        for (const auto& [id, letter] : all.letters)
            for (const auto& part : letter.parts)
                for (const auto in : languages) {
                    auto changed = sources;
                    const auto file = letter_file(in, id);
                    replace(text_of(changed, file), fmt::format("{{{{> {}}}}}\n", part), "");
                    CHECK_MESSAGE(finds(check_texts(all, changed), "L03", file), file);
                    ++tried;
                }
        CHECK(tried > 400);
        auto changed = sources;
        replace(text_of(changed, fi_refusal), "{{> court}}\n", "");
        diagnostics findings;
        const letter_book book(changed, findings);
        CHECK(has_errors(findings));
        CHECK_FALSE(book.has("refusal"));
    }

    TEST_CASE("mandatory parts: not under a condition nor inside a line") {
        CHECK(finds(spoiled(fi_refusal, "{{> court}}",
                            "{{#was_restricted}}\n{{> court}}\n"
                            "{{/was_restricted}}"),
                    "L04", fi_refusal));
        CHECK(finds(spoiled(fi_refusal, "{{> court}}", "Siis {{> court}}"), "L04", fi_refusal));
        CHECK(finds(spoiled(fi_refusal, "{{> court}}", "{{> court}}\n{{> court}}"), "L03",
                    fi_refusal));
        CHECK(finds(spoiled(fi_refusal, "{{> court}}", "{{> court}}\n{{> pending}}"), "L03",
                    fi_refusal));
    }

    TEST_CASE("remedies: a letter that tells them cannot be declared without them [12(4)]") {
        CHECK(finds(
            spoiled(list, R"("refused", "kept", "hold_only", "complaint", "court", "other_ways")",
                    R"("refused", "kept", "hold_only", "complaint", "other_ways")"),
            "L11", list));
        auto sources = tests::letter_sources();
        replace(text_of(sources, "workflows/vocabulary.toml"), "\nrefusal  ", "\nrejection  ");
        const auto findings = check_letters(sources);
        CHECK(finds(findings, "L11", "workflows/vocabulary.toml"));
        CHECK(finds(findings, "L11", list));
    }

    TEST_CASE("keys: unknown and forgotten ones are found with their place") {
        const std::string file = "policies/letters/sv/acknowledgement.txt";
        CHECK(finds(spoiled(file, "{{due_on}}", "{{due}}"), "L01", file, 9));
        CHECK(finds(spoiled(file, "{{due_on}}", "snart"), "L02", file));
        CHECK(finds(spoiled(file, "{{due_on}}", "{{due_on}} {{statutory_on}}"), "L01", file, 9));
        CHECK(finds(spoiled(fi_refusal, "{{> court}}", "{{> court}}\n{{due_on}}"), "L01",
                    fi_refusal));
        const std::string part = "policies/letters/fi/parts/kept.txt";
        CHECK(finds(spoiled(part, "# Nämä tiedot säilytämme", "# {{cite}}"), "L01", part, 2));
        CHECK(
            finds(spoiled("policies/letters/en/parts/complaint.txt", "| {{authority_phone}}\n", ""),
                  "L02", "policies/letters/en/parts/complaint.txt"));
        CHECK(finds(spoiled(list, R"(keys = ["due_on", "portal_address"])",
                            R"(keys = ["due_on", "portal_address", "hetu"])"),
                    "L01", list));
    }

    TEST_CASE("tags: raw ones and broken ones are refused") {
        for (const auto* tag :
             {"{{{reason}}}", "{{&reason}}", "{{=<% %>=}}", "{{! x}}", "{{ }}", "{{reason"}) {
            const std::string file = "policies/letters/fi/extension_notice.txt";
            CHECK_MESSAGE(finds(spoiled(file, "{{reason}}", tag), "L05", file), tag);
        }
        const std::string part = "policies/letters/fi/parts/contract.txt";
        CHECK(finds(spoiled(part, "{{/contract_goes_on}}", ""), "L06", part));
        CHECK(finds(spoiled(part, "{{/contract_goes_on}}", "{{/contract}}"), "L06", part));
    }

    TEST_CASE("languages: a missing text and a stray one are found") {
        auto sources = tests::letter_sources();
        std::erase_if(sources, [](const source_text& s) {
            return s.name == "policies/letters/sv/refusal.txt" ||
                   s.name == "policies/letters/en/parts/court.txt";
        });
        sources.push_back({"policies/letters/fi/lumipallo.txt", "Hei"});
        const auto findings = check_letters(sources);
        CHECK(std::ranges::count(findings, "L07", &diagnostic::code) == 3);
        CHECK(finds(findings, "L07", "policies/letters/fi/lumipallo.txt"));
    }

    TEST_CASE("words: contacts and our own words do not stand in a text") {
        for (const auto* text : {"tietosuoja@om.fi", "https://tietosuoja.fi", "029 566 6700"})
            CHECK_MESSAGE(
                finds(spoiled(fi_refusal, "Emme valitettavasti", text), "L09", fi_refusal), text);
        CHECK(finds(spoiled("policies/letters/en/refusal.txt", "We are sorry", "This House rule"),
                    "L08", "policies/letters/en/refusal.txt"));
        CHECK_FALSE(finds(spoiled("policies/letters/en/refusal.txt", "We are sorry", "Household"),
                          "L08", "policies/letters/en/refusal.txt"));
    }

    TEST_CASE("outside the portal: a neutral letter that says more is refused") {
        CHECK(finds(spoiled(list, R"(neutral = true
parts = []
keys = [
    "service", "portal_address",)",
                            R"(neutral = true
parts = ["arrival"]
keys = [
    "service", "case_number",)"),
                    "L10", list));
    }

    TEST_CASE("definitions: faults of form are found") {
        CHECK(
            finds(spoiled(list, "[letter.refusal]", "[letter.refusal]\ncolour = 1"), "S01", list));
        CHECK(finds(spoiled(list, R"("elokuuta",)", ""), "S03", list));
        CHECK(finds(check_letters({}), "L07", list));
    }
}

TEST_SUITE("api/letters/layout") {
    TEST_CASE("line grammar: headings and lists and lines and paragraphs") {
        const auto blocks = read_layout("# Otsikko\nYksi\nkaksi.\n\n- a\n  b\n- c\n\n| x\n| y\n");
        REQUIRE(blocks.size() == 4);
        CHECK(blocks[0] == block{block_kind::heading, {"Otsikko"}});
        CHECK(blocks[1] == block{block_kind::paragraph, {"Yksi kaksi."}});
        CHECK(blocks[2] == block{block_kind::list, {"a b", "c"}});
        CHECK(blocks[3] == block{block_kind::lines, {"x", "y"}});
        CHECK(to_html(blocks) ==
              "<h2>Otsikko</h2>\n<p>Yksi kaksi.</p>\n<ul>\n<li>a b</li>\n"
              "<li>c</li>\n</ul>\n<p>x<br>\ny</p>\n");
        CHECK(to_plain_text(blocks) == "Otsikko\n\nYksi kaksi.\n\n- a b\n- c\n\nx\ny\n");
    }

    TEST_CASE("line grammar: a value never begins a heading or an item") {
        const auto blocks = read_layout("\x02# a\n\n\x02- b\n\n\x02| c\n");
        for (const auto& b : blocks) CHECK(b.kind == block_kind::paragraph);
        CHECK(blocks.size() == 3);
    }

    TEST_CASE("plain text: lines are wrapped by characters and items hang") {
        const auto text = to_plain_text(read_layout("- ääää öööö åååå\n"), 12);
        CHECK(text == "- ääää öööö\n  åååå\n");
    }
}
