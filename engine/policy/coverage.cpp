#include "engine/policy/coverage.hpp"

#include <algorithm>

namespace pykala {
namespace {

template <class T>
bool has(const std::vector<T>& all, const T& one) {
    return std::ranges::find(all, one) != all.end();
}

template <class T>
bool meet(const std::vector<T>& a, const std::vector<T>& b) {
    return std::ranges::find_first_of(a, b) != a.end();
}

}  // namespace

bool covers(const rule& which, const category& what) {
    if (!what.personal || !what.parts.empty() || has(which.except, what.id)) return false;
    return has(which.categories, what.id) || meet(which.classes, what.classes) ||
           meet(which.id_parts, what.id_parts);
}

std::vector<commodity> commodities_of(const pack& owner, const category& what) {
    if (what.commodity) return {*what.commodity};
    return owner.commodities;
}

bool concerns(const rule& which, commodity what) {
    return which.commodities.empty() || has(which.commodities, what);
}

std::vector<const rule*> statutory_rules(const policy_set& set, const pack& owner,
                                         const category& what) {
    std::vector<const rule*> all;
    const auto sold = commodities_of(owner, what);
    for (const auto& [id, each] : set.rules)
        if (each.use == rule_use::assessment && covers(each, what) &&
            std::ranges::any_of(sold, [&](commodity c) { return concerns(each, c); }))
            all.push_back(&each);
    return all;
}

std::vector<const rule*> house_rules(const pack& owner, const category& what) {
    std::vector<const rule*> all;
    for (const auto& [id, each] : owner.house)
        if (covers(each, what)) all.push_back(&each);
    return all;
}

const no_retention* none_on_purpose(const pack& owner, const category& what) {
    for (const auto& [id, each] : owner.no_retentions)
        if (meet(each.classes, what.classes) || meet(each.id_parts, what.id_parts)) return &each;
    return nullptr;
}

}  // namespace pykala
