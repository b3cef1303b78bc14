#include "engine/workflow/check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/names.hpp"
#include "engine/policy/model.hpp"
#include "engine/workflow/check_parts.hpp"

namespace pykala::workflow {

law_names names_of_law(const policy_set& policies) {
    law_names law;
    for (const auto& [id, statute] : policies.statutes) law.numbers.emplace(id, statute.number);
    for (const auto& [id, deadline] : policies.deadlines) {
        bool extends = false;
        for (const auto& version : deadline.versions) extends = extends || !version.steps.empty();
        law.rules.insert(id);
        law.deadlines.emplace(id, law_names::time_limit{extends});
        law.cites.push_back(deadline.cite);
    }
    for (const auto& [id, provision] : policies.provisions) {
        law.cites.push_back(provision.cite);
        law.provisions.insert(id);
        for (const std::string_view form : {".ground_", ".art_"})
            if (const auto at = id.find(form); at != std::string::npos)
                law.grounds.insert(id.substr(at + form.size()));
    }
    for (const auto& [id, rule] : policies.rules) law.cites.push_back(rule.cite);
    for (const auto& [id, unused] : policies.practice) law.rules.insert("practice." + id);
    return law;
}

void check(const workflow_set& set, const law_names& law, std::string_view right,
           diagnostics& findings) {
    const check_context context{set, law, findings};
    // what stood in a file that is not TOML would seem to be missing everywhere
    const bool unread =
        std::ranges::any_of(findings, [](const diagnostic& each) { return each.code == "T00"; });
    check_vocabulary(context);
    for (const auto& [name, definition] : set.workflows) {
        if (!right.empty() && name != right) continue;
        check_names(context, definition);
        check_shape(context, definition);
        check_paths(context, definition);
    }
    if (unread) return;
    for (const auto& name : all_names<pykala::right>())
        if ((right.empty() || name == right) && !set.workflows.contains(name))
            findings.push_back({severity::error, fmt::format("workflows/{}.toml", name), 0, 0,
                                "W121", fmt::format("the right `{}` has no workflow", name)});
    if (right.empty()) check_unused(context);
}

}  // namespace pykala::workflow
