// Protects the promise that every fault of the law files is found at once, at its place, with a
// hint. Each file of tests/bad/policies is laid over the real policies and must give exactly the
// findings of the `.expected` file beside it; `#: as PATH` names the file that its text stands for.
#include "engine/policy/check.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/load/policies.hpp"

#include "api/definitions/definitions.hpp"
#include "tests/support/tree.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

const std::filesystem::path bad = std::filesystem::path(PYKALA_SOURCE_DIR) / "tests/bad/policies";

// The files that one bad file stands for; the header line counts as the first line of each.
source_texts overlay(const std::string& text) {
    const std::string head = "#: as ";
    source_texts all;
    for (const auto& line : lines_of(text)) {
        if (line.starts_with(head)) all.push_back({line.substr(head.size()), {}});
        REQUIRE_MESSAGE(!all.empty(), "a bad file begins with `#: as PATH`");
        all.back().text += line + "\n";
    }
    return all;
}

source_texts real_policies() {
    auto read = api::read_definitions(PYKALA_SOURCE_DIR, "policies");
    REQUIRE(read);
    return *read;
}

source_text source_of(const std::string& name) {
    const auto all = real_policies();
    const auto found = std::ranges::find(all, name, &source_text::name);
    REQUIRE(found != all.end());
    return *found;
}

// The real policies with another text for one file.
source_texts with(const std::string& name, std::string text) {
    auto all = real_policies();
    std::ranges::find(all, name, &source_text::name)->text = std::move(text);
    return all;
}

diagnostics findings_of(source_texts sources) {
    std::ranges::sort(sources, {}, &source_text::name);
    auto loaded = load_policies(sources);
    auto all = check_policies(loaded.set);
    std::ranges::move(loaded.findings, std::back_inserter(all));
    std::sort(all.begin(), all.end());
    return all;
}

// Findings about the overlay's own files, a line each and its hint below it.
std::string told(const source_texts& over) {
    auto sources = real_policies();
    std::set<std::string> own;
    for (const auto& each : over) own.insert(each.name);
    const auto demo = overlay(read_file(bad / "demo_pack.toml"));
    for (const auto& each : demo)
        if (!own.contains(each.name)) sources.push_back(each);
    if (over.front().name.find("/demo/") != std::string::npos) own.insert(demo.front().name);
    sources.insert(sources.end(), over.begin(), over.end());
    std::string lines;
    for (const auto& each : findings_of(std::move(sources))) {
        // what the whole demo pack says by itself is told once, in its own file
        if (each.file == demo.front().name && each.level == severity::warning &&
            over.front().name != each.file)
            continue;
        if (own.contains(each.file) || each.file.empty()) lines += to_string(each) + "\n";
    }
    return lines;
}

}  // namespace

TEST_SUITE("engine/policy/check") {
    TEST_CASE("bad policies: each file gives exactly the findings it expects") {
        int tried = 0;
        for (const auto& each : std::filesystem::directory_iterator(bad)) {
            if (each.path().extension() != ".toml") continue;
            auto expected = each.path();
            expected.replace_extension(".expected");
            CAPTURE(each.path().filename().string());
            CHECK(told(overlay(read_file(each.path()))) == read_file(expected));
            ++tried;
        }
        CHECK(tried >= 10);
    }
    TEST_CASE("examples: one figure more or less in any act of this repository is an error") {
        // the mutation check of the check: change the first period of every act that has rules
        for (const auto& act : {"accounting", "electricity", "gas", "metering_decree"}) {
            auto sources = real_policies();
            const auto file = std::ranges::find(
                sources, std::string("policies/statutes/") + act + ".toml", &source_text::name);
            REQUIRE(file != sources.end());
            const auto at = file->text.find("period = \"");
            REQUIRE(at != std::string::npos);
            ++file->text[at + 10];
            CHECK_MESSAGE(has_errors(findings_of(std::move(sources))), act);
        }
    }
    TEST_CASE("examples: an act that counts from another day is an error") {
        for (const auto& act : {"accounting", "electricity", "gas", "metering_decree"}) {
            const auto name = std::string("policies/statutes/") + act + ".toml";
            const auto whole = source_of(name).text;
            const std::string key = "\nstarts = \"";
            for (auto at = whole.find(key); at != std::string::npos; at = whole.find(key, at + 1)) {
                const auto from = at + key.size();
                auto changed = whole;
                const auto was = whole.substr(from, whole.find('"', from) - from);
                changed.replace(from, was.size(), was == "event" ? "contract_end" : "event");
                CAPTURE(act);
                CAPTURE(was);
                CHECK(has_errors(findings_of(with(name, changed))));
            }
        }
    }
    TEST_CASE("files: a missing practice.toml or classes.toml is told") {
        for (const std::string name : {"policies/practice.toml", "policies/classes.toml"}) {
            auto sources = real_policies();
            std::erase_if(sources, [&](const auto& each) { return each.name == name; });
            const auto found = findings_of(std::move(sources));
            CHECK(std::ranges::count(found,
                                     name + ":1:1: P12: the file is missing\n"
                                            "    hint: policies/README.md says what it holds",
                                     [](const auto& each) { return to_string(each); }) == 1);
        }
    }
    TEST_CASE("verified_as_of: no file was read up to a day that has not come") {
        const auto sources = real_policies();
        const auto told_on = [&](date today) {
            auto found = check_policies(load_policies(sources).set, today);
            std::erase_if(found, [](const auto& each) { return each.code != "P13"; });
            return found;
        };
        CHECK(told_on(make_date(2026, 11, 22)).empty());
        const auto found = told_on(make_date(2025, 2, 20));
        const auto in = [&](const std::string& file) {
            return std::ranges::count(found, "policies/" + file, &diagnostic::file);
        };
        for (const auto& file : {"classes.toml", "practice.toml", "statutes/limitation.toml",
                                 "controllers/turku/facts.toml"})
            CHECK(in(file) == 1);
        CHECK(in("controllers/turku.toml") == 2);  // the authority has a day of its own
    }
}
