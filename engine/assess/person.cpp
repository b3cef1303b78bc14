// The records of one person together: identity lives while what it belongs to lives.
#include "engine/assess/tally.hpp"

namespace pykala {
namespace {

using namespace assess_detail;

compact_day day_count(date day) {
    return static_cast<compact_day>(day.time_since_epoch().count());
}

hold_kind strongest(bool open, bool contract, bool dated) {
    if (open) return hold_kind::open;
    if (contract) return hold_kind::contract;
    return dated ? hold_kind::dated : hold_kind::none;
}

// Fills what depends only on outcome and hold.
void finish(assessment& a, compact_day today, record_action when_erased, bool erase_day_unknown) {
    switch (a.outcome) {
        case record_outcome::erase:
            a.action = when_erased;
            a.erase_on = today;
            break;
        case record_outcome::review:
            a.action = record_action::none;
            break;
        case record_outcome::retain:
            if (a.hold == hold_kind::dated && !erase_day_unknown) a.erase_on = a.retain_until + 1;
            if (a.hold != hold_kind::dated) a.retain_until = no_day;
    }
}

assessment answer(const tally& t, const holders* kept_by, compact_day today,
                  record_action when_erased) {
    static const holders nobody;
    const holders& h = kept_by ? *kept_by : nobody;
    assessment a;
    a.statutory_until = std::max(t.statutory_until, h.statutory_until);
    a.retain_until = std::max(t.retain_until, h.retain_until);
    a.erase_by = t.erase_by == forever ? no_day : t.erase_by;
    a.missing = t.missing;
    const bool contract = t.contract || h.contract;
    a.hold = strongest(t.open || h.open, contract, t.dated || h.dated);
    if (t.holds() || h.any) {
        a.outcome = record_outcome::retain;
        leader governing = t.governing;
        governing.offer(h.governing);
        a.governing = governing.rule;
        a.liftable = !t.case_holds && !t.statute_unknown && !t.in_window &&
                     today > a.statutory_until && (t.house_holds || h.any) && h.all_liftable;
        a.confirm = t.waits || (a.liftable && (t.needs_confirming || h.any_confirm));
        a.action = contract ? record_action::keep : record_action::restrict_use;
    } else if (const auto doubt = t.doubt(); doubt != review_reason::none || h.any_review) {
        a.outcome = record_outcome::review;
        a.reason = doubt != review_reason::none ? doubt : review_reason::follows_review;
    }
    finish(a, today, when_erased, t.statute_unknown || h.erase_day_unknown);
    return a;
}

// What a record that is not personal data answers: it stays, and holds nothing.
assessment not_personal() {
    assessment a;
    a.outcome = record_outcome::retain;
    a.action = record_action::keep;
    return a;
}

assessment unknown_category() {
    assessment a;
    a.outcome = record_outcome::review;
    a.reason = review_reason::unknown_category;
    return a;
}

// Only what the case itself brought: legal holds and open balances.
assessment case_holds_only(const assessment_table& table, const record_batch& rows, std::size_t row,
                           leader& strongest_rule) {
    const auto facts = rows.facts[row];
    const auto until = rows.hold_until[row];
    assessment a;
    if (facts & (fact_hold_open | fact_balance_open)) {
        a.outcome = record_outcome::retain;
        a.hold = hold_kind::open;
        const bool by_hold = facts & fact_hold_open;
        strongest_rule.offer(by_hold ? table.legal_hold_rule() : table.open_balance_rule(), forever,
                             rank_of(authority::case_fact));
    } else if (until != no_day && until >= day_count(table.on())) {
        a.outcome = record_outcome::retain;
        a.hold = hold_kind::dated;
        a.retain_until = until;
        a.erase_on = until + 1;
        strongest_rule.offer(table.legal_hold_rule(), until, rank_of(authority::case_fact));
    }
    a.action = record_action::restrict_use;
    return a;
}

struct kept_together {
    holders others, regulated;
};

// Adds one record to what keeps the person's identity.
void count_for_identity(kept_together& kept, const assessment_table& table,
                        const record_batch& rows, std::size_t row, const assessment& a,
                        const leader& governing) {
    const auto index = rows.category[row];
    const table_category* category = index == no_rule ? nullptr : &table.categories()[index];
    if (category && !category->personal) return;
    const bool identity = category && category->identity;
    const bool regulated = category && category->regulated && !identity;
    leader own_rule;
    const auto own = case_holds_only(table, rows, row, own_rule);
    if (!identity) {
        if (a.outcome == record_outcome::retain) kept.others.add(a, governing);
        kept.others.any_review |= a.outcome == record_outcome::review;
    } else if (own.outcome == record_outcome::retain) {
        kept.others.add(own, own_rule);
    }
    if (regulated) {
        if (a.outcome == record_outcome::retain) kept.regulated.add(a, governing);
        kept.regulated.any_review |= a.outcome == record_outcome::review;
    } else if (own.outcome == record_outcome::retain) {
        kept.regulated.add(own, own_rule);
    }
}

const table_category* known_category(const assessment_table& table, const record_batch& rows,
                                     std::size_t row) {
    const auto index = rows.category[row];
    return index == no_rule ? nullptr : &table.categories()[index];
}

const holders* kept_by(const kept_together& kept, const table_category& category) {
    if (category.follows_others) return &kept.others;
    return category.follows_regulated ? &kept.regulated : nullptr;
}

tally weighed(const assessment_table& table, const record_batch& rows, std::size_t row,
              const holders* kept_by) {
    auto t = look(table, rows, row);
    if (!t.holds() && !(kept_by && kept_by->any)) t.take_undecided();
    return t;
}

}  // namespace

void assess_person(const assessment_table& table, const record_batch& rows, std::size_t first,
                   std::size_t last, std::span<assessment> out) {
    const auto today = day_count(table.on());
    kept_together kept;
    bool any_identity = false;
    for (auto row = first; row < last; ++row) {
        auto& a = out[row - first];
        const auto* category = known_category(table, rows, row);
        leader governing;
        if (!category) {
            a = unknown_category();
            const auto own = case_holds_only(table, rows, row, governing);
            if (own.outcome == record_outcome::retain) kept.regulated.add(own, governing);
            kept.others.any_review = true;
            continue;
        }
        if (!category->personal) {
            a = not_personal();
            continue;
        }
        if (category->identity) {
            any_identity = true;
        } else {
            const auto t = weighed(table, rows, row, nullptr);
            a = answer(t, nullptr, today, category->when_erased);
            governing = t.governing;
        }
        count_for_identity(kept, table, rows, row, a, governing);
    }
    if (!any_identity) return;
    for (auto row = first; row < last; ++row) {
        const auto* category = known_category(table, rows, row);
        if (!category || !category->identity || !category->personal) continue;
        const auto* keeps = kept_by(kept, *category);
        out[row - first] =
            answer(weighed(table, rows, row, keeps), keeps, today, category->when_erased);
    }
}

std::vector<applied_rule> explain(const assessment_table& table, const record_batch& rows,
                                  std::size_t first, std::size_t last, std::size_t row,
                                  std::span<const assessment> answers) {
    const auto* category = known_category(table, rows, row);
    if (!category || !category->personal) return {};
    auto found = rules_of(table, rows, row);
    const auto& mine = answers[row - first];
    if (!category->identity || mine.outcome != record_outcome::retain) return found;
    // An identity also names what governs it through the records it belongs to.
    const auto until = mine.hold == hold_kind::dated ? mine.retain_until : no_day;
    const auto is_governing = [&](const applied_rule& each) {
        return each.rule == mine.governing && each.until == until;
    };
    if (std::ranges::any_of(found, is_governing)) return found;
    for (auto other = first; other < last; ++other) {
        if (other == row || !known_category(table, rows, other)) continue;
        const auto theirs = rules_of(table, rows, other);
        const auto governing = std::ranges::find_if(theirs, is_governing);
        if (governing == theirs.end()) continue;
        found.push_back(*governing);
        break;
    }
    return found;
}

}  // namespace pykala
