#include "tests/support/workflows.hpp"

#include <algorithm>

#include "engine/load/load_workflow.hpp"
#include "engine/load/policies.hpp"

#include "tests/support/tree.hpp"

namespace pykala::tests {
namespace {

source_texts texts_below(const std::string& folder) {
    source_texts texts;
    for (auto& file : source_files({folder}, {".toml"})) texts.push_back({file.path, file.text});
    return texts;
}

}  // namespace

const source_texts& workflow_texts() {
    static const auto texts = texts_below("workflows");
    return texts;
}

const workflow::law_names& law_of_policies() {
    static const auto law = workflow::names_of_law(load_policies(texts_below("policies")).set);
    return law;
}

diagnostics findings_of(const source_texts& texts, const std::string& right) {
    diagnostics findings;
    const auto set = load_workflows(texts, findings);
    workflow::check(set, law_of_policies(), right, findings);
    std::sort(findings.begin(), findings.end());
    return findings;
}

}  // namespace pykala::tests
