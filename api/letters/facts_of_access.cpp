#include <algorithm>
#include <map>
#include <utility>

#include "engine/case/parts.hpp"
#include "engine/case/rules_of_case.hpp"
#include "engine/case/values.hpp"
#include "engine/policy/coverage.hpp"

#include "api/letters/case_view.hpp"

namespace pykala::api::letters {
namespace {

using cases::case_record;

std::string joined(const case_view& v, const std::vector<std::string>& ids,
                   const by_id<named_text>& names) {
    std::string all;
    for (const auto& id : ids)
        if (const auto* found = find(names, id))
            all += (all.empty() ? "" : "; ") + v.in(found->name);
    return all;
}

std::string recipient_name(const case_view& v, const recipient& to) {
    return to.name.empty() ? v.in(to.purpose) : to.name;
}

category_line line_of(const case_view& v, const category& kind) {
    category_line line{
        .id = kind.id, .name = capitalised(v.in(kind.name)), .says = v.in(kind.says)};
    line.purposes = joined(v, kind.facts.purposes.value, v.own.purposes);
    line.sources = joined(v, kind.facts.sources.value, v.own.sources);
    const auto add = [](std::string& list, const std::string& text) {
        if (!text.empty()) list += (list.empty() ? "" : "; ") + text;
    };
    for (const auto basis : kind.facts.basis.value)
        if (const auto* found = find(v.about.words.bases, pykala::name_of(basis)))
            add(line.basis, v.in(*found));
    for (const auto& id : kind.facts.recipients.value)
        if (const auto* found = find(v.own.recipients, id))
            add(line.recipients, recipient_name(v, *found));
    for (const auto& id : kind.facts.transfers.value)
        if (const auto* found = find(v.own.transfers, id)) add(line.transfers, v.in(found->text));
    return line;
}

// What one rule says of the records of a category. A rule without a day counts from something that
// has not happened yet.
struct said_by_rule {
    const rule* which;
    day last, first;
};

bool counts_from_end(const rule& which) {
    return which.starts == start_function::contract_end || which.starts == start_function::role_end;
}

bool is_in_force(const case_record& held) {
    return cases::text_of(held.source, "contract") == "in_force";
}

class periods_of_category {
public:
    periods_of_category(const case_view& v, const category& kind) : v_(v), kind_(kind) {}

    void add(const case_record& held, const std::vector<cases::rule_of_record>& rules) {
        for (const auto& each : rules) add_rule(each.rule, each.until);
        const auto hold = cases::text_of(held.assessed, "hold");
        const auto governing = cases::text_of(cases::member(held.assessed, "governing")["rule"]);
        const auto last = cases::date_of(held.assessed, "retain_until");
        if (has_secret_hold(held)) return add_case_rule("secret_hold", {});
        while_contract_ |= hold == "contract";
        if (hold != "contract") add_rule(governing, hold == "dated" ? last : day());
        if (is_in_force(held)) add_what_follows(held);
    }

    void write(category_line& line) {
        line.while_contract = while_contract_;
        day law;
        for (const auto by : {authority::statute, authority::house})
            for (const auto& each : said_)
                if (each.which->by == by) write_rule(each, law, line);
        for (auto& each : of_case_) line.periods.push_back(std::move(each));
        line.no_period = !while_contract_ && line.periods.empty();
    }

private:
    // The law's day comes first; what the notice says matters only where it lasts longer.
    void write_rule(const said_by_rule& each, day& law, category_line& line) const {
        const bool house = each.which->by == authority::house;
        if (house && law && each.last && *each.last <= *law) return;
        if (!house && each.last) law = law ? std::max(*law, *each.last) : each.last;
        line.periods.push_back({.because = v_.in(each.which->says),
                                .until = each.last,
                                .first_until = each.first == each.last ? day() : each.first,
                                .later = house && law.has_value()});
    }

    // What has ended says nothing any more.
    void add_rule(const std::string& id, const day& until) {
        if (until && *until < v_.about.known.today) return;
        if (id.starts_with("case.")) return add_case_rule(id.substr(id.find('.') + 1), until);
        const auto* which = v_.rules.find_rule(id);
        if (!which) return;
        const auto known = std::ranges::find(said_, which, &said_by_rule::which);
        if (known == said_.end()) {
            said_.push_back({which, until, until});
        } else if (until) {
            known->last = known->last ? std::max(*known->last, *until) : until;
            known->first = known->first ? std::min(*known->first, *until) : until;
        }
    }

    void add_case_rule(const std::string& id, const day& until) {
        const auto* found = find(v_.rules.case_rules, id);
        if (!found || id == "contract_in_force") return;
        if (id == "legal_hold" && secret_) return;
        const auto because = v_.in(found->says);
        for (auto& each : of_case_)
            if (each.because == because) {
                if (!until || !each.until)
                    each.until.reset();
                else
                    each.until = std::max(*each.until, *until);
                return;
            }
        of_case_.push_back({.because = because, .until = until});
    }

    // After the contract: what counts from its end.
    void add_what_follows(const case_record& held) {
        const auto sold = from_name<commodity>(cases::text_of(held.source, "commodity"));
        for (const auto* each : statutory_rules(v_.rules, v_.own, kind_))
            if (counts_from_end(*each) && (!sold || concerns(*each, *sold))) add_rule(each->id, {});
        for (const auto* each : house_rules(v_.own, kind_))
            if (counts_from_end(*each)) add_rule(each->id, {});
    }

    bool has_secret_hold(const case_record& held) {
        const bool here = is_secret(held);
        secret_ |= here;
        if (here) std::erase_if(of_case_, [](const auto&) { return true; });
        return here;
    }

    const case_view& v_;
    const category& kind_;
    std::vector<said_by_rule> said_;
    std::vector<period_line> of_case_;
    bool while_contract_ = false, secret_ = false;
};

}  // namespace

void add_access(const case_view& v, letter_facts& f) {
    std::map<std::string, std::vector<const case_record*>> by_category;
    for (const auto& [id, held] : v.state.records)
        if (const auto* kind = v.category_of(held);
            kind && kind->personal &&
            cases::effective_decision(v.state, held, v.about.known) != "withhold")
            by_category[kind->id].push_back(&held);
    const auto all = cases::rules_of_case(v.state, v.about.known);
    for (const auto& [id, records] : by_category) {
        auto line = line_of(v, v.own.categories.at(id));
        periods_of_category periods(v, v.own.categories.at(id));
        for (const auto* held : records) {
            const auto rules = all.find(held->id);
            periods.add(*held,
                        rules == all.end() ? std::vector<cases::rule_of_record>() : rules->second);
        }
        periods.write(line);
        f.categories.push_back(std::move(line));
    }
    for (const auto& told : v.state.recipients)
        if (const auto* found = find(v.own.recipients, told.id))
            f.told.push_back({recipient_name(v, *found), {}});
}

}  // namespace pykala::api::letters
