#include "api/definitions/law.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "engine/base/nearest.hpp"
#include "engine/load/policies.hpp"
#include "engine/policy/check.hpp"

#include "api/definitions/definitions.hpp"

namespace pykala::api {

result<policy_set> load_law(std::string_view asked) {
    PYKALA_TRY(const auto root, find_definitions(asked));
    PYKALA_TRY(const auto sources, read_definitions(root, "policies"));
    auto loaded = load_policies(sources);
    auto findings = std::move(loaded.findings);
    std::ranges::move(check_policies(loaded.set), std::back_inserter(findings));
    const auto worst = std::ranges::find(findings, severity::error, &diagnostic::level);
    if (worst != findings.end())
        return fail(problem_kind::corrupt, "broken_definitions", to_string(*worst),
                    "`pykala policy check` lists every fault of the definitions");
    return std::move(loaded.set);
}

result<const pack*> find_pack(const policy_set& set, const std::string& tenant) {
    if (const auto* found = find(set.packs, tenant)) return found;
    std::vector<std::string_view> names;
    for (const auto& entry : set.packs) names.push_back(entry.first);
    return fail(problem_kind::not_found, "unknown_tenant",
                fmt::format("there is no pack for the tenant `{}`", tenant),
                hint_for(tenant, names));
}

std::optional<problem> check_reviewed(const pack& own) {
    if (own.status == pack_status::reviewed && !own.reviewed_by.empty() && own.reviewed_on)
        return std::nullopt;
    return problem{problem_kind::refused, "pack_not_reviewed",
                   fmt::format("the pack `{}` is a draft: nobody by name has reviewed it", own.id),
                   fmt::format("who answers for it reads `pykala policy show --tenant {0}`, then "
                               "writes status = \"reviewed\", reviewed_by and reviewed_on into "
                               "policies/controllers/{0}.toml",
                               own.id)};
}

}  // namespace pykala::api
