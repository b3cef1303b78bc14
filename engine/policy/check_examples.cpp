// The dated examples of rules: each must compute, and together they must tell the rule from its
// near misses.
#include <algorithm>
#include <functional>

#include "engine/policy/check_parts.hpp"

namespace pykala::checking {
namespace {

using computation = std::function<date(date start)>;

struct near_miss {
    std::string what;
    computation end;
};

end_function other(end_function how) {
    return how == end_function::anniversary ? end_function::calendar_year_end
                                            : end_function::anniversary;
}

// Years of 365 days, months of 30: what a programmer in a hurry would write.
period in_days(period length) {
    const int days = length.unit == time_unit::years ? 365 : 30;
    return {length.count * days, time_unit::days};
}

std::vector<near_miss> near_misses(end_function how, period length) {
    const auto with = [how](period changed) {
        return [how, changed](date start) { return end_of(how, start, changed); };
    };
    const period more{length.count + 1, length.unit};
    const period less{length.count - 1, length.unit};
    std::vector<near_miss> all{{to_string(more), with(more)}};
    if (length.count > 0) all.push_back({to_string(less), with(less)});
    if (length.unit != time_unit::days)
        all.push_back({fmt::format("{} ({})", to_string(in_days(length)),
                                   length.unit == time_unit::years ? "years of 365 days"
                                                                   : "months of 30 days"),
                       with(in_days(length))});
    all.push_back({fmt::format("end = \"{}\"", name_of(other(how))),
                   [how, length](date start) { return end_of(other(how), start, length); }});
    return all;
}

const rule_version* version_of(const rule& of, const rule_example& example) {
    return version_on(of.versions, example.on.value_or(example.until));
}

void check_computed(const context& in, const rule& of, const rule_example& example) {
    if (!in.written(example.at, example.from) || !in.written(example.at, "until")) return;
    const auto from = name_of(of.starts);
    if (example.from != from)
        in.error(in.at(example.at, example.from), "P04",
                 fmt::format("an example of `{}` does not say which day its `start` is", of.id),
                 fmt::format("write `{}`, if the rule rightly counts from that day", from));
    const auto* version = version_of(of, example);
    if (!version) {
        in.error(example.at, "P04",
                 fmt::format("`{}` has no version in force on {}", of.id,
                             to_string(example.on.value_or(example.until))),
                 "give the example a later day, or the rule an earlier version");
        return;
    }
    const auto computed = end_of(of.end, example.start, version->length);
    if (computed != example.until)
        in.error(in.at(example.at, "until"), "P04",
                 fmt::format("`{}` from {} with {} ends on {}, not on {}", of.id,
                             to_string(example.start), to_string(version->length),
                             to_string(computed), to_string(example.until)),
                 "mend the example or the rule; whichever is wrong, say why in `because`");
}

void check_told_apart(const context& in, const rule& of, const rule_version& version) {
    std::vector<const rule_example*> concerned;
    for (const auto& example : of.examples)
        if (version_of(of, example) == &version) concerned.push_back(&example);
    if (concerned.empty()) {
        in.error(version.at, "P05",
                 fmt::format("`{}` has no example for its version of {}", of.id,
                             to_string(version.effective_from)),
                 "add an example whose `on` lies in the time of that version");
        return;
    }
    for (const auto& miss : near_misses(of.end, version.length))
        if (std::ranges::all_of(concerned, [&](const rule_example* each) {
                return miss.end(each->start) == each->until;
            }))
            in.error(version.at, "P05",
                     fmt::format("the examples of `{}` hold for {} as well", of.id, miss.what),
                     "add an example on which the two differ");
}

}  // namespace

void check_versions(const context& in, std::string_view id,
                    const std::vector<rule_version>& versions) {
    for (std::size_t i = 1; i < versions.size(); ++i)
        if (versions[i].effective_from <= versions[i - 1].effective_from)
            in.error(in.at(versions[i].at, "effective_from"), "P03",
                     fmt::format("the version of {} of `{}` does not come after that of {}",
                                 to_string(versions[i].effective_from), id,
                                 to_string(versions[i - 1].effective_from)),
                     "order versions by their first day; two of one day cannot both hold");
}

void check_examples(const context& in) {
    each_rule(in.set, [&](const rule& each) {
        check_versions(in, each.id, each.versions);
        for (const auto& example : each.examples) check_computed(in, each, example);
        for (const auto& version : each.versions) check_told_apart(in, each, version);
    });
}

}  // namespace pykala::checking
