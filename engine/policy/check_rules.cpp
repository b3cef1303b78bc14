// Rules against each other and against the categories: overlapping, without effect, longer than any
// statute; and categories that no rule reaches.
#include <algorithm>
#include <set>

#include <fmt/ranges.h>

#include "engine/policy/check_parts.hpp"
#include "engine/policy/coverage.hpp"

namespace pykala::checking {
namespace {

std::vector<std::string> common(const std::vector<std::string>& a,
                                const std::vector<std::string>& b) {
    std::vector<std::string> both;
    for (const auto& each : a)
        if (std::ranges::find(b, each) != b.end()) both.push_back(each);
    return both;
}

bool share_commodity(const rule& a, const rule& b) {
    return a.commodities.empty() || b.commodities.empty() ||
           std::ranges::find_first_of(a.commodities, b.commodities) != a.commodities.end();
}

// Two rules of one authority that say how long the same thing is kept from the same day: one of
// them is a mistake.
void check_overlap(const context& in, const rule& first, const rule& second) {
    if (first.starts != second.starts || !share_commodity(first, second) ||
        first.condition != second.condition ||
        !((first.floor && second.floor) || (first.ceiling && second.ceiling)))
        return;
    auto same = common(first.classes, second.classes);
    std::ranges::copy(common(first.id_parts, second.id_parts), std::back_inserter(same));
    std::ranges::copy(common(first.categories, second.categories), std::back_inserter(same));
    if (same.empty()) return;
    in.error(second.at, "P06",
             fmt::format("`{}` and `{}` both say how long `{}` is kept from `{}`", first.id,
                         second.id, fmt::join(same, "`, `"), name_of(first.starts)),
             "a change of the law is a new version, not a new rule");
}

template <class Rules>
void check_overlaps(const context& in, const Rules& rules) {
    for (auto a = rules.begin(); a != rules.end(); ++a)
        for (auto b = std::next(a); b != rules.end(); ++b)
            if (a->second.use == rule_use::assessment && b->second.use == rule_use::assessment)
                check_overlap(in, a->second, b->second);
}

// How far a statutory rule comes among the packs.
struct reach {
    bool classes = false;      // some category has one of its classes
    bool commodities = false;  // some pack sells one of its commodities
    bool both = false;         // in one category
};

reach reach_of(const policy_set& set, const rule& each) {
    reach found;
    for (const auto& [pack_id, owner] : set.packs) {
        const auto sold = [&](commodity c) { return concerns(each, c); };
        found.commodities = found.commodities || std::ranges::any_of(owner.commodities, sold);
        for (const auto& [id, what] : owner.categories) {
            if (!covers(each, what)) continue;
            found.classes = true;
            found.both = found.both || std::ranges::any_of(commodities_of(owner, what), sold);
        }
    }
    return found;
}

// Law stands whether or not a pack needs it today, so a rule whose classes and commodities both
// occur but never together is only told.
void check_statutory_reach(const context& in, const rule& each) {
    if (each.use != rule_use::assessment || in.set.packs.empty() || !in.set.unread.empty()) return;
    const auto found = reach_of(in.set, each);
    if (found.both) return;
    const auto message = fmt::format("`{}` concerns no category of any pack", each.id);
    if (found.classes && found.commodities)
        in.warning(each.at, "P07", message);
    else
        in.error(each.at, "P07", message,
                 "mend its classes or commodities, or give it another `use`");
}

void check_reach(const context& in) {
    for (const auto& [id, each] : in.set.rules) check_statutory_reach(in, each);
    for (const auto& [pack_id, owner] : in.set.packs)
        for (const auto& [name, each] : owner.house) {
            const auto reached = [&](const auto& entry) { return covers(each, entry.second); };
            if (std::ranges::none_of(owner.categories, reached))
                in.error(each.at, "P07", fmt::format("`{}` concerns no category", each.id),
                         "mend its classes, id_parts or categories");
            auto all = each;
            all.except.clear();
            for (std::size_t i = 0; i < each.except.size(); ++i)
                if (const auto* what = find(owner.categories, each.except[i]);
                    what && !covers(all, *what))
                    in.error(in.at(each.at, "except", int(i)), "P07",
                             fmt::format("`{}` leaves out `{}`, which it would not cover anyway",
                                         each.id, what->id));
        }
}

// "No period on purpose" beside a period contradicts itself.
void check_contradictions(const context& in, const pack& owner) {
    const auto compare = [&](const no_retention& none, const rule& each) {
        if (each.use != rule_use::assessment) return;
        auto same = common(none.classes, each.classes);
        std::ranges::copy(common(none.id_parts, each.id_parts), std::back_inserter(same));
        if (!same.empty())
            in.error(
                none.at, "P06",
                fmt::format("`{}` is kept by `{}`, yet `no_retention.{}` says it has no period",
                            fmt::join(same, "`, `"), each.id, none.id));
    };
    for (const auto& [name, none] : owner.no_retentions) {
        for (const auto& [id, each] : in.set.rules) compare(none, each);
        for (const auto& [id, each] : owner.house) compare(none, each);
    }
}

bool follows_others(const policy_set& set, const category& what) {
    return std::ranges::any_of(what.id_parts, [&](const std::string& part) {
        const auto* known = find(set.id_parts, part);
        return known && known->follows != follows::none;
    });
}

// A rule that runs only while the contract is in force decides nothing after it.
bool decides(const rule& each, commodity about) {
    return concerns(each, about) && !each.condition;
}

void check_outcome(const context& in, const pack& owner, const category& what) {
    if (!what.personal || !what.parts.empty() || none_on_purpose(owner, what) ||
        follows_others(in.set, what) || !house_rules(owner, what).empty())
        return;
    const auto statutory = statutory_rules(in.set, owner, what);
    std::vector<std::string_view> open;
    for (const auto about : commodities_of(owner, what))
        if (std::ranges::none_of(statutory,
                                 [&](const rule* each) { return decides(*each, about); }))
            open.push_back(name_of(about));
    if (open.empty()) return;
    const bool all = open.size() == commodities_of(owner, what).size();
    in.warning(
        what.at, "P20",
        fmt::format("neither an act nor the notice says how long `{}` ({}) is kept{}", what.id,
                    what.name.fi, all ? "" : fmt::format(" for {}", fmt::join(open, ", "))),
        "its records go to an officer as `retention_unstated`; the controller must set a period");
}

// One day from which everything is counted: the thing happens, the contract and the role end, and
// the accounting period is the calendar year.
date start_of(start_function starts, date day) {
    return starts == start_function::accounting_period_end ? end_of_year(year_of(day)) : day;
}

std::optional<date> last_day(const rule& each, date day) {
    if (each.versions.empty()) return std::nullopt;
    return end_of(each.end, start_of(each.starts, day), each.versions.back().length);
}

struct longest {
    const rule* by = nullptr;
    date until{};
};

longest longest_statute(const policy_set& set, const pack& owner, const std::string& class_id,
                        date day) {
    longest found;
    for (const auto& [id, each] : set.rules) {
        const auto sold = [&](commodity c) { return concerns(each, c); };
        if (each.use != rule_use::assessment || !each.floor || each.condition ||
            std::ranges::find(each.classes, class_id) == each.classes.end() ||
            std::ranges::none_of(owner.commodities, sold))
            continue;
        if (const auto until = last_day(each, day); until && (!found.by || *until > found.until))
            found = {&each, *until};
    }
    return found;
}

void check_length(const context& in, const pack& owner, const rule& house,
                  const std::string& class_id) {
    static const date days[] = {make_date(2024, 1, 1), make_date(2024, 6, 30),
                                make_date(2024, 12, 31)};
    for (const auto day : days) {
        const auto kept = last_day(house, day);
        const auto law = longest_statute(in.set, owner, class_id, day);
        if (!kept || (law.by && *kept <= law.until)) continue;
        in.warning(
            house.at, "P21",
            law.by ? fmt::format("`{}` keeps `{}` of {} until {}; the longest act, {}, until {}",
                                 house.id, class_id, to_string(day), to_string(*kept), law.by->cite,
                                 to_string(law.until))
                   : fmt::format("`{}` keeps `{}` of {} until {}; no act keeps it at all", house.id,
                                 class_id, to_string(day), to_string(*kept)),
            "an officer confirms or lifts it for every case; a shorter period would spare that");
        return;
    }
}

}  // namespace

void check_rules(const context& in) {
    check_overlaps(in, in.set.rules);
    check_reach(in);
    for (const auto& [pack_id, owner] : in.set.packs) {
        check_overlaps(in, owner.house);
        check_contradictions(in, owner);
        for (const auto& [id, what] : owner.categories) check_outcome(in, owner, what);
        for (const auto& [name, house] : owner.house)
            if (house.floor)
                for (const auto& class_id : house.classes) check_length(in, owner, house, class_id);
    }
}

}  // namespace pykala::checking
