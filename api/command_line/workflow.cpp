// `pykala workflow check|draw|trace|migrate`: proves the six workflows, draws them, and shows the
// engine following them.
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

#include "engine/base/diagnostic.hpp"
#include "engine/base/names.hpp"
#include "engine/load/load_workflow.hpp"
#include "engine/load/policies.hpp"
#include "engine/policy/vocabulary.hpp"
#include "engine/workflow/check.hpp"
#include "engine/workflow/draw.hpp"

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/command_line/print.hpp"
#include "api/command_line/workflow_migrate.hpp"
#include "api/command_line/workflow_trace.hpp"
#include "api/definitions/definitions.hpp"
#include "api/drawing/svg.hpp"

namespace pykala::api {
namespace {

struct workflow_options {
    std::string right, definitions, format = "svg";
};

struct loaded_workflows {
    workflow::workflow_set set;
    workflow::law_names law;
    diagnostics findings;
};

result<loaded_workflows> read_workflows(const std::string& definitions) {
    PYKALA_TRY(const auto root, find_definitions(definitions));
    PYKALA_TRY(const auto texts, read_definitions(root, "workflows"));
    PYKALA_TRY(const auto laws, read_definitions(root, "policies"));
    loaded_workflows loaded;
    loaded.set = load_workflows(texts, loaded.findings);
    loaded.law = workflow::names_of_law(load_policies(laws).set);
    return loaded;
}

// Findings of the other rights are left out, those of the vocabulary stay.
void keep_right(diagnostics& findings, const std::string& right) {
    if (right.empty()) return;
    std::erase_if(findings, [&](const diagnostic& each) {
        return each.file != "workflows/" + right + ".toml" &&
               each.file != "workflows/vocabulary.toml";
    });
}

int run_check(const workflow_options& options) {
    auto loaded = read_workflows(options.definitions);
    if (!loaded) return print(loaded.error());
    auto& findings = loaded->findings;
    workflow::check(loaded->set, loaded->law, options.right, findings);
    keep_right(findings, options.right);
    std::sort(findings.begin(), findings.end());
    for (const auto& each : findings) std::cout << to_string(each) << '\n';
    if (has_errors(findings)) return 1;
    std::size_t states = 0, transitions = 0, count = 0;
    for (const auto& [name, each] : loaded->set.workflows) {
        if (!options.right.empty() && name != options.right) continue;
        ++count;
        states += each.states.size();
        transitions += each.transitions.size();
    }
    std::cerr << count << " workflows hold: " << states << " states, " << transitions
              << " transitions\n";
    return 0;
}

int run_draw(const workflow_options& options) {
    auto loaded = read_workflows(options.definitions);
    if (!loaded) return print(loaded.error());
    const auto found = loaded->set.workflows.find(options.right);
    keep_right(loaded->findings, options.right);
    const bool sound = found != loaded->set.workflows.end() && !has_errors(loaded->findings);
    if (!sound || std::ranges::count(found->second.states, workflow::state_kind::initial,
                                     &workflow::state::kind) != 1)
        return print({problem_kind::invalid, "unsound_workflow",
                      "the workflow `" + options.right + "` has errors and is not drawn",
                      "run pykala workflow check --right " + options.right});
    const auto& [right, definition] = *found;
    const auto& words = loaded->set.words;
    if (options.format == "dot") {
        std::cout << workflow::to_dot(definition, words);
    } else if (options.format == "scxml") {
        std::cout << workflow::to_scxml(definition, words);
    } else {
        const auto svg = draw_svg(workflow::to_dot(definition, words), definition.title.en,
                                  workflow::in_words(definition, words));
        if (!svg) return print(svg.error());
        std::cout << *svg;
    }
    return 0;
}

option_words add_right(const command_words& command, std::string& right_asked) {
    const auto names = all_names<right>();
    return command.option("--right", right_asked, "one of the six rights")
        .one_of(std::vector<std::string>(names.begin(), names.end()));
}

void add_definitions(const command_words& command, std::string& folder) {
    command.option("--definitions", folder, "the folder that holds workflows/ and policies/");
}

void add_trace(const command_words& group, outcome& out) {
    auto options = std::make_shared<trace_options>();
    auto trace = group.subcommand("trace", "Prints what the engine does with random commands");
    add_right(trace, options->right).required();
    trace.option("--seed", options->seed, "the same seed gives the same lines").shows_default();
    trace.option("--steps", options->steps, "how many attempts").shows_default();
    add_definitions(trace, options->definitions);
    trace.example(trace_help());
    trace.runs([options] { return run_trace(*options); }, out);
}

}  // namespace

void add_workflow(const command_words& app, outcome& out) {
    auto group = app.subcommand(
        "workflow", "The six workflows: check and draw them, move cases to a newer one");
    group.needs_subcommand();
    auto options = std::make_shared<workflow_options>();

    auto check = group.subcommand("check", "Proves that no way through them breaks the law");
    add_right(check, options->right);
    add_definitions(check, options->definitions);
    check.example("Example: pykala workflow check --right erasure");
    check.runs([options] { return run_check(*options); }, out);

    auto draw = group.subcommand("draw", "Prints a drawing of one workflow");
    add_right(draw, options->right).required();
    draw.option("--format", options->format, "svg, dot (Graphviz) or scxml (W3C)")
        .one_of({"svg", "dot", "scxml"})
        .shows_default();
    add_definitions(draw, options->definitions);
    draw.example("Example: pykala workflow draw --right erasure --format svg > erasure.svg");
    draw.runs([options] { return run_draw(*options); }, out);

    add_trace(group, out);
    add_workflow_migrate(group, out);
}

}  // namespace pykala::api
