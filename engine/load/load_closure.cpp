#include "engine/load/load_closure.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/assess/table.hpp"
#include "engine/load/load_workflow.hpp"
#include "engine/load/policies.hpp"

namespace pykala {
namespace {

std::unexpected<problem> broken(std::string detail) {
    return fail(problem_kind::corrupt, "broken_definitions", std::move(detail),
                "the definitions are of another version of the program");
}

std::unexpected<problem> broken(const diagnostics& findings) {
    const auto worst = std::ranges::find(findings, severity::error, &diagnostic::level);
    return broken(to_string(*worst));
}

result<std::shared_ptr<const policy_set>> load_rules(const source_texts& files) {
    auto loaded = load_policies(files);
    if (has_errors(loaded.findings)) return broken(loaded.findings);
    return std::make_shared<const policy_set>(std::move(loaded.set));
}

}  // namespace

result<std::shared_ptr<const cases::procedure>> load_procedure(const source_texts& files,
                                                               std::string_view right,
                                                               const log::digest& hash) {
    diagnostics findings;
    auto set = load_workflows(files, findings);
    if (has_errors(findings)) return broken(findings);
    PYKALA_TRY(auto rules, load_rules(files));
    const auto found = set.workflows.find(right);
    if (found == set.workflows.end())
        return fail(problem_kind::invalid, "no_such_right",
                    fmt::format("these definitions hold no workflow `{}`", right));
    return std::make_shared<const cases::procedure>(cases::procedure{
        hash, std::move(found->second),
        std::make_shared<const workflow::vocabulary>(std::move(set.words)), std::move(rules)});
}

result<loaded_law> load_law_closure(const source_texts& files, std::string_view tenant,
                                    const log::digest& hash) {
    loaded_law law{hash, {}, std::string(tenant), {}};
    PYKALA_TRY(law.rules, load_rules(files));
    const auto* own = find(law.rules->packs, tenant);
    const auto* days = own ? find(law.rules->calendars, own->calendar) : nullptr;
    if (!days) return broken(fmt::format("there is no pack `{}`, or not its calendar", tenant));
    law.days = std::make_shared<const calendar>(*days);
    return law;
}

result<std::shared_ptr<const cases::tenant_law>> law_on_day(const loaded_law& law, date day) {
    PYKALA_TRY(auto table, assessment_table::compile(*law.rules, law.tenant, day));
    return std::make_shared<const cases::tenant_law>(
        cases::tenant_law{law.hash, law.rules, law.tenant, law.days,
                          std::make_shared<const assessment_table>(std::move(table))});
}

}  // namespace pykala
