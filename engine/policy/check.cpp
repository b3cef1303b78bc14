#include "engine/policy/check.hpp"

#include <algorithm>

#include "engine/policy/check_parts.hpp"

namespace pykala {

diagnostics check_policies(const policy_set& set) {
    diagnostics findings;
    const checking::context in{set, findings};
    checking::check_names(in);
    checking::check_examples(in);
    checking::check_deadlines(in);
    checking::check_rules(in);
    checking::check_packs(in);
    checking::check_marks(in);
    std::sort(findings.begin(), findings.end());
    return findings;
}

}  // namespace pykala
