// The dated examples of time limits (GDPR article 12(3)), counted as Regulation 1182/71 says.
#include <algorithm>
#include <map>

#include "engine/policy/check_parts.hpp"

namespace pykala::checking {
namespace {

// One way to count: the rule itself, or a near miss of it.
struct way {
    std::string what;
    period length;
    std::vector<period> steps;
    bool rolls = true;
};

date due(const calendar& days, const way& how, date received) {
    date last = received + how.length;
    if (!how.steps.empty()) {
        date stepwise = received;
        for (const auto& step : how.steps) stepwise = stepwise + step;
        last = std::min(last, stepwise);
    }
    return how.rolls ? days.roll_forward(last) : last;
}

period changed(period length, int by) {
    return {length.count + by, length.unit};
}

// A month is no thirty days, one step no more than the other reading, and a last day on a Sunday no
// last day.
std::vector<way> near_misses(const rule_version& version) {
    const period length = version.length;
    std::vector<way> all;
    if (length.count > 0)
        all.push_back({to_string(changed(length, -1)), changed(length, -1), version.steps});
    if (version.steps.empty()) {
        all.push_back({to_string(changed(length, 1)), changed(length, 1), {}});
    } else {
        all.push_back({"no `steps`", length, {}});
        // beside the cautious reading a longer `period` never shows; a shorter step does
        auto steps = version.steps;
        steps.back() = changed(steps.back(), -1);
        all.push_back({fmt::format("a last step of {}", to_string(steps.back())), length, steps});
    }
    if (length.unit == time_unit::months) {
        const period days{length.count * 30, time_unit::days};
        all.push_back({to_string(days), days, {}});
    }
    all.push_back({"a last day that is no working day", length, version.steps, false});
    return all;
}

const calendar* calendar_of(const policy_set& set, const rule_version& version,
                            std::map<std::string, calendar>& made) {
    const auto* how = find(set.countings, version.counting);
    const auto* data = how ? find(set.calendars, how->calendar) : nullptr;
    return data ? &made.try_emplace(data->id, *data).first->second : nullptr;
}

void check_version(const context& in, const deadline& of, const rule_version& version,
                   const calendar& days) {
    std::vector<const rule_example*> concerned;
    for (const auto& example : of.examples)
        if (version_on(of.versions, example.start) == &version) concerned.push_back(&example);
    if (concerned.empty())
        in.error(version.at, "P05",
                 fmt::format("`{}` has no example for its version of {}", of.id,
                             to_string(version.effective_from)),
                 "add an example received in the time of that version");
    const way right{{}, version.length, version.steps};
    for (const auto* example : concerned)
        if (const auto computed = due(days, right, example->start); computed != example->until)
            in.error(in.at(example->at, "due"), "P04",
                     fmt::format("`{}` received on {} is due on {}, not on {}", of.id,
                                 to_string(example->start), to_string(computed),
                                 to_string(example->until)));
    for (const auto& miss : near_misses(version))
        if (!concerned.empty() && std::ranges::all_of(concerned, [&](const auto* each) {
                return due(days, miss, each->start) == each->until;
            }))
            in.error(version.at, "P05",
                     fmt::format("the examples of `{}` hold for {} as well", of.id, miss.what),
                     "add an example on which the two differ");
}

}  // namespace

void check_deadlines(const context& in) {
    std::map<std::string, calendar> made;
    for (const auto& [id, each] : in.set.deadlines) {
        check_versions(in, id, each.versions);
        for (const auto& example : each.examples)
            if (!version_on(each.versions, example.start))
                in.error(example.at, "P04",
                         fmt::format("`{}` has no version in force on {}", id,
                                     to_string(example.start)));
        for (const auto& version : each.versions)
            if (const auto* days = calendar_of(in.set, version, made))
                check_version(in, each, version, *days);
    }
}

}  // namespace pykala::checking
