#include "api/definitions/law.hpp"

#include <algorithm>
#include <iterator>

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

}  // namespace pykala::api
