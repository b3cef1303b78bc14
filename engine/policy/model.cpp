#include "engine/policy/model.hpp"

#include <algorithm>

namespace pykala {

const rule_version* version_on(const std::vector<rule_version>& versions, date day) {
    const auto next = std::ranges::upper_bound(versions, day, {}, &rule_version::effective_from);
    return next == versions.begin() ? nullptr : &*std::prev(next);
}

bool policy_set::is_whole(const pack& owner) const {
    const auto root = "policies/controllers/" + owner.id;
    return std::ranges::none_of(unread, [&](const std::string& file) {
        return file == root + ".toml" || file.starts_with(root + "/");
    });
}

const rule* policy_set::find_rule(std::string_view id) const {
    if (const auto* statutory = find(rules, id)) return statutory;
    const auto dot = id.find('.');
    if (dot == std::string_view::npos) return nullptr;
    const auto* owner = find(packs, id.substr(0, dot));
    return owner ? find(owner->house, id.substr(dot + 1)) : nullptr;
}

const provision* policy_set::find_ground(std::string_view ground) const {
    for (const std::string form : {".ground_", ".art_"}) {
        const auto ending = form + std::string(ground);
        for (const auto& [id, each] : provisions)
            if (id.ends_with(ending)) return &each;
    }
    return nullptr;
}

date end_of(end_function how, date start, period length) {
    const date last = start + length;
    return how == end_function::calendar_year_end ? end_of_year(year_of(last)) : last;
}

}  // namespace pykala
