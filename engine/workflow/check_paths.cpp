// Follows every path: all pairs of a state and the facts that can hold in it, for each kind of
// request. Guards are left open, both ways; so what no path shows cannot happen, whatever the
// guards say.
#include <cstdint>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/workflow/check_parts.hpp"

namespace pykala::workflow {
namespace {

using fact_bits = std::uint64_t;

constexpr std::size_t most_situations = 500'000;
constexpr std::size_t most_facts = 64;

struct situation {
    std::size_t state;
    fact_bits facts;
    friend auto operator<=>(const situation&, const situation&) = default;
};

struct edge {
    std::size_t from, to;
};

// A transition with its facts as bits; guards are gone, since nobody knows them beforehand.
struct step {
    const transition* taken;
    fact_bits needs, never, system_needs;
    bool by_system_only;
};

class path_walk {
public:
    path_walk(const check_context& context, const definition& d, std::string kind,
              std::set<std::string>& reported)
        : context_(context), d_(d), kind_(std::move(kind)), reported_(reported) {
        for (const auto& [name, unused] : context.set.words.facts)
            bit_of_.emplace(name, fact_bits{1} << bit_of_.size());
        for (const auto& t : d.transitions)
            if (t.kinds.empty() || has(t.kinds, kind_))
                steps_.push_back({&t, bits(t.requires_all), bits(t.unless), bits(t.system_requires),
                                  t.by.size() == 1 && t.by.front() == "system"});
    }

    // Fills what was reached and taken, and reports what a path shows.
    void walk(std::set<std::string>& states, std::set<std::string>& transitions);

private:
    fact_bits bit(std::string_view fact) const {
        const auto found = bit_of_.find(fact);
        return found == bit_of_.end() ? 0 : found->second;
    }
    fact_bits bits(const name_list& names) const {
        fact_bits all = 0;
        for (const auto& name : names) all |= bit(name);
        return all;
    }
    bool holds(fact_bits facts, std::string_view fact) const { return (facts & bit(fact)) != 0; }
    bool open(const step& s, const situation& now) const {
        const auto needs = s.needs | (s.by_system_only ? s.system_needs : 0);
        return has(s.taken->from, d_.states[now.state].name) && (needs & ~now.facts) == 0 &&
               (s.never & now.facts) == 0;
    }
    std::size_t state_index(std::string_view name) const {
        return std::size_t(find_state(d_, name) - d_.states.data());
    }
    situation take(const step& s, std::size_t from);
    void judge_arrival(const transition& t, std::size_t from, const situation& next);
    void judge_at_once(std::size_t from);
    void judge_ends();
    std::size_t add(const situation& s, std::size_t parent, const transition* taken);
    std::string path_to(std::size_t node) const;
    void report(const place& table, std::string_view key, int index, const char* code,
                const std::string& message, std::size_t node, const transition* last,
                const std::string& what);

    const check_context& context_;
    const definition& d_;
    std::string kind_;
    std::set<std::string>& reported_;
    std::map<std::string, fact_bits, std::less<>> bit_of_;
    std::vector<step> steps_;
    std::vector<situation> found_;
    std::vector<std::pair<std::size_t, const transition*>> parents_;
    std::map<situation, std::size_t> number_;
    std::vector<edge> edges_;
    std::set<std::size_t> answered_;  // closed, and not by withdrawal
};

std::string path_walk::path_to(std::size_t node) const {
    std::vector<std::string> names;
    while (parents_[node].second) {
        names.insert(names.begin(), parents_[node].second->name);
        node = parents_[node].first;
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

void path_walk::report(const place& table, std::string_view key, int index, const char* code,
                       const std::string& message, std::size_t node, const transition* last,
                       const std::string& what) {
    if (!reported_.insert(fmt::format("{}:{}", code, what)).second) return;
    auto path = path_to(node);
    if (last) path += (path.empty() ? "" : ", ") + last->name;
    auto hint = path.empty() ? std::string{} : "by the way " + path;
    if (!kind_.empty() && !hint.empty()) hint += " (" + kind_ + ")";
    context_.report(table, key, index, code, message, hint);
}

std::size_t path_walk::add(const situation& s, std::size_t parent, const transition* taken) {
    const auto [found, fresh] = number_.emplace(s, found_.size());
    if (fresh) {
        found_.push_back(s);
        parents_.emplace_back(parent, taken);
    }
    return found->second;
}

// Letters leave first, then the effects in their order.
situation path_walk::take(const step& s, std::size_t from) {
    const auto& t = *s.taken;
    const auto& words = context_.set.words;
    situation next{state_index(t.target(d_.states[found_[from].state].name)), found_[from].facts};
    for (std::size_t i = 0; i < t.sends.size(); ++i) {
        const auto letter = words.letters.find(t.sends[i]);
        if (letter == words.letters.end()) continue;
        if (letter->second.personal && !holds(next.facts, "identified"))
            report(t.at, "sends", int(i), "W205",
                   fmt::format("`{}` can send `{}`, which holds personal data, before we know who "
                               "asks",
                               t.name, t.sends[i]),
                   from, &t, t.name);
        next.facts |= bits(letter->second.sets);
    }
    for (std::size_t i = 0; i < t.does.size(); ++i) {
        const auto effect = words.effects.find(t.does[i]);
        if (effect == words.effects.end()) continue;
        for (const auto& needed : effect->second.needs)
            if (!holds(next.facts, needed))
                report(t.at, "does", int(i), "W207",
                       fmt::format("`{}` can do `{}` while `{}` does not hold", t.name, t.does[i],
                                   needed),
                       from, &t, t.name + t.does[i]);
        next.facts = (next.facts & ~bits(effect->second.clears)) | bits(effect->second.sets);
    }
    if (t.at_once && t.stays() && open(s, next))
        report(t.at, "at_once", -1, "W117",
               fmt::format("`{}` stays open after it was taken at once", t.name), from, &t,
               t.name + "again");
    judge_arrival(t, from, next);
    return next;
}

void path_walk::judge_arrival(const transition& t, std::size_t from, const situation& next) {
    const auto& target = d_.states[next.state];
    if (t.stays() || target.clock != state_clock::stopped || t.outcome == "withdrawn") return;
    const auto lacks = [&](const char* code, std::string_view fact, std::string_view wording) {
        if (!holds(next.facts, fact))
            report(t.at, "to", -1, code, fmt::format("`{}` can end without {}", t.name, wording),
                   from, &t, fmt::format("{}{}", t.name, fact));
    };
    lacks("W203", "answer_dispatched", "the answer dispatched");
    if (t.outcome == "refused")
        lacks("W204", "refusal_decided", "a person who refused and gave the ground");
    if (t.outcome == "partly_fulfilled")
        lacks("W204", "decided_in_part", "a person who refused a part and said why");
    if (t.outcome == "refused" || t.outcome == "partly_fulfilled")
        lacks("W204", "remedies_told", "the letter that tells the remedies");
    if (t.outcome != "fulfilled") return;
    if (!holds(next.facts, "decided_in_full") && !holds(next.facts, "nothing_held_signed"))
        report(t.at, "to", -1, "W208",
               fmt::format("`{}` can end as fulfilled without a decision", t.name), from, &t,
               t.name);
    if (holds(next.facts, "refusal_decided") || holds(next.facts, "decided_in_part"))
        report(t.at, "to", -1, "W204",
               fmt::format("`{}` can end as fulfilled though something was refused", t.name), from,
               &t, t.name + "full");
}

// Two steps that the system takes at once must not be open together when both move the case.
void path_walk::judge_at_once(std::size_t from) {
    std::vector<const transition*> open_now;
    for (const auto& s : steps_)
        if (s.taken->at_once && !s.taken->stays() && open(s, found_[from]) &&
            (s.system_needs & ~found_[from].facts) == 0)
            open_now.push_back(s.taken);
    const auto excludes = [](const transition& a, const transition& b) {
        for (const auto& name : a.requires_all)
            if (has(b.unless, name)) return true;
        return false;
    };
    for (std::size_t i = 0; i < open_now.size(); ++i)
        for (std::size_t j = i + 1; j < open_now.size(); ++j) {
            const auto &a = *open_now[i], &b = *open_now[j];
            if (!excludes(a, b) && !excludes(b, a))
                report(b.at, "at_once", -1, "W117",
                       fmt::format("`{}` and `{}` can be open at once in `{}`", a.name, b.name,
                                   d_.states[found_[from].state].name),
                       from, nullptr, a.name + b.name);
        }
}

// Backwards from every answered end: what is not met has no way to one.
void path_walk::judge_ends() {
    std::vector<std::vector<std::size_t>> back(found_.size());
    for (const auto& e : edges_) back[e.to].push_back(e.from);
    std::vector<bool> ends(found_.size(), false);
    std::vector<std::size_t> todo(answered_.begin(), answered_.end());
    for (const auto each : todo) ends[each] = true;
    while (!todo.empty()) {
        const auto node = todo.back();
        todo.pop_back();
        for (const auto before : back[node])
            if (!ends[before]) {
                ends[before] = true;
                todo.push_back(before);
            }
    }
    for (std::size_t i = 0; i < found_.size(); ++i) {
        const auto& s = d_.states[found_[i].state];
        if (ends[i] || s.kind == state_kind::final) continue;
        report(s.at, "kind", -1, "W202",
               fmt::format("a case can stand in `{}` with no way left to an answer and an end",
                           s.name),
               i, nullptr, s.name);
    }
}

void path_walk::walk(std::set<std::string>& states, std::set<std::string>& transitions) {
    add({state_index(initial_state(d_).name), 0}, 0, nullptr);
    for (std::size_t i = 0; i < found_.size() && i < most_situations; ++i) {
        states.insert(d_.states[found_[i].state].name);
        judge_at_once(i);
        for (const auto& s : steps_) {
            if (!open(s, found_[i])) continue;
            const auto number = add(take(s, i), i, s.taken);
            edges_.push_back({i, number});
            transitions.insert(s.taken->name);
            if (!s.taken->outcome.empty() && s.taken->outcome != "withdrawn")
                answered_.insert(number);
        }
    }
    if (found_.size() >= most_situations)
        context_.report(d_.at, "state", -1, "W202", "there are too many ways to follow them all",
                        "use fewer facts");
    judge_ends();
}

// Without these nothing can be walked; other findings have said so.
bool walkable(const check_context& context, const definition& d) {
    std::size_t initial = 0;
    for (const auto& s : d.states) initial += s.kind == state_kind::initial;
    for (const auto& t : d.transitions)
        if (!t.stays() && !find_state(d, t.to)) return false;
    return initial == 1 && context.set.words.facts.size() <= most_facts;
}

}  // namespace

void check_paths(const check_context& context, const definition& d) {
    if (!walkable(context, d)) return;
    std::set<std::string> reported, states, transitions;
    auto kinds = d.kinds;
    if (kinds.empty()) kinds.emplace_back();
    for (const auto& kind : kinds) path_walk(context, d, kind, reported).walk(states, transitions);
    for (const auto& s : d.states)
        if (!states.contains(s.name))
            context.report(s.at, "kind", -1, "W201",
                           fmt::format("no way leads to the state `{}`", s.name));
    for (const auto& t : d.transitions)
        if (!transitions.contains(t.name))
            context.report(t.at, "requires", -1, "W206",
                           fmt::format("`{}` can never be taken", t.name),
                           "no path brings a case into one of its states with the facts it needs");
}

}  // namespace pykala::workflow
