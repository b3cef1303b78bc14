#include "engine/policy/check.hpp"

#include <algorithm>

#include "engine/policy/check_parts.hpp"

namespace pykala {

namespace {

// The same law without the packs that a fault of syntax cut short: what they lack would only follow
// from that fault.
policy_set of_whole_packs(policy_set set) {
    std::erase_if(set.packs, [&](const auto& entry) { return !set.is_whole(entry.second); });
    return set;
}

diagnostics findings_of(const policy_set& set, std::optional<date> today) {
    diagnostics findings;
    const checking::context in{set, findings};
    checking::check_files(in, today);
    checking::check_names(in);
    checking::check_examples(in);
    checking::check_deadlines(in);
    checking::check_rules(in);
    checking::check_packs(in);
    checking::check_marks(in);
    std::sort(findings.begin(), findings.end());
    return findings;
}

}  // namespace

diagnostics check_policies(const policy_set& set, std::optional<date> today) {
    const auto whole = [&](const auto& entry) { return set.is_whole(entry.second); };
    if (std::ranges::all_of(set.packs, whole)) return findings_of(set, today);
    return findings_of(of_whole_packs(set), today);
}

}  // namespace pykala
