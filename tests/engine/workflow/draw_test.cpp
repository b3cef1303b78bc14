// Protects the drawings: a lawyer decides by the picture, so every state and every transition must
// be in it, and nothing else. Each is looked up in the text of each format, for all six workflows.
#include "engine/workflow/draw.hpp"

#include <regex>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "engine/load/load_workflow.hpp"

#include "api/drawing/svg.hpp"
#include "tests/support/workflows.hpp"

using namespace pykala;
using namespace pykala::tests;

namespace {

const workflow::workflow_set& workflows() {
    static const auto set = [] {
        diagnostics findings;
        return load_workflows(workflow_texts(), findings);
    }();
    return set;
}

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

std::string label(const workflow::terms& all, const std::string& name) {
    return all.find(name)->second.label->en;
}

}  // namespace

TEST_SUITE("engine/workflow/draw") {
    TEST_CASE("dot: every state is a box and every transition is read somewhere") {
        for (const auto& [right, d] : workflows().workflows) {
            INFO(right);
            const auto dot = workflow::to_dot(d, workflows().words);
            for (const auto& s : d.states) CHECK(holds(dot, "\n    " + s.name + " [label="));
            const auto unwrapped = std::regex_replace(dot, std::regex(R"(\\l)"), " ");
            for (const auto& t : d.transitions)
                CHECK_MESSAGE(holds(unwrapped, label(workflows().words.transitions, t.name)),
                              t.name);
            CHECK(dot == workflow::to_dot(d, workflows().words));
        }
    }

    TEST_CASE("dot: an arrow stands where a case can go and nowhere else") {
        for (const auto& [right, d] : workflows().workflows) {
            INFO(right);
            const auto dot = workflow::to_dot(d, workflows().words);
            std::set<std::string> drawn;
            const std::regex form(
                R"re(\n    (\w+) -> (\w+) \[[^\n]*comment="([^"]+)"([^\n]*)\])re");
            for (std::sregex_iterator it(dot.begin(), dot.end(), form), end; it != end; ++it) {
                const bool back = holds((*it)[4], "dir=back");
                const std::string from = (*it)[back ? 2 : 1], to = (*it)[back ? 1 : 2];
                const std::string names = (*it)[3];
                for (std::size_t start = 0; start < names.size();) {
                    const auto stop = std::min(names.find(' ', start), names.size());
                    drawn.insert(from + ">" + names.substr(start, stop - start) + ">" + to);
                    start = stop + 1;
                }
            }
            std::set<std::string> real;
            for (const auto& t : d.transitions)
                if (!t.stays() && t.from.size() < 5)
                    for (const auto& from : t.from) real.insert(from + ">" + t.name + ">" + t.to);
            CHECK(drawn == real);
        }
    }

    TEST_CASE("scxml: each transition stands once in each state that it leaves") {
        for (const auto& [right, d] : workflows().workflows) {
            INFO(right);
            const auto scxml = workflow::to_scxml(d, workflows().words);
            CHECK(count(scxml, "<state ") == d.states.size());
            CHECK(count(scxml, "</state>") == d.states.size());
            CHECK(holds(scxml, "initial=\"received\""));
            for (const auto& t : d.transitions)
                CHECK_MESSAGE(count(scxml, "<transition event=\"" + t.name + "\"") == t.from.size(),
                              t.name);
        }
    }

    TEST_CASE("svg: one picture with its title and description and all its words") {
        for (const auto& [right, d] : workflows().workflows) {
            INFO(right);
            const auto& words = workflows().words;
            const auto svg =
                api::draw_svg(workflow::to_dot(d, words), d.title.en, workflow::in_words(d, words));
            REQUIRE(svg);
            CHECK(count(*svg, "<title") == 1);
            CHECK(holds(*svg, "<title id=\"drawing-title\">" + d.title.en + "</title>"));
            CHECK(holds(*svg, "role=\"img\""));
            for (const auto& s : d.states) {
                const auto name = label(words.states, s.name);
                CHECK_MESSAGE(holds(*svg, ">" + name + "</text>"), name);
                CHECK_MESSAGE(holds(*svg, name + ": the clock"), name);
            }
            CHECK(count(*svg, "font-weight=\"bold\"") == d.states.size());
        }
    }

    TEST_CASE("svg: refuses what is not Graphviz") {
        const auto svg = api::draw_svg("digraph {", "t", "d");
        REQUIRE(!svg);
        CHECK(svg.error().code == "not_drawable");
    }
}
