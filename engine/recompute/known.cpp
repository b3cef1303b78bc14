#include "engine/recompute/known.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/case/values.hpp"

namespace pykala::recompute {
namespace {

using namespace cases;

// More ways in which other cases may have stood than are tried.
constexpr std::size_t ways_max = 256;

// What a case says to the others of its person, after so many of its events.
struct stand {
    name_set tags;
    std::string linked;
    interlocks says;
};

struct history {
    const shown_history* shown = nullptr;
    std::vector<stand> stands{};  // one more than events; the first is that of no case
    bool readable = true;
};

bool decision_is_closed(const shown_event& shown) {
    return std::ranges::any_of(shown.closed, [](const auto& each) {
        return each.second.of == log::data_class::decision_facts;
    });
}

history read(const shown_history& shown) {
    history h{&shown};
    h.stands.emplace_back();
    case_state now;
    for (const auto& each : shown.events) {
        h.readable = h.readable && !decision_is_closed(each) && each.happened.seq == now.version;
        apply(now, each.happened);
        auto& after = h.stands.emplace_back(h.stands.back());
        after.tags.insert(now.person_tags.begin(), now.person_tags.end());
        after.linked = now.linked;
        after.says = interlocks_of({&now, 1});
    }
    return h;
}

bool meet(const name_set& one, const name_set& other) {
    return std::ranges::any_of(one, [&](const auto& tag) { return other.contains(tag); });
}

void add_all(std::vector<std::string>& to, const std::vector<std::string>& from) {
    to.insert(to.end(), from.begin(), from.end());
    std::ranges::sort(to);
    to.erase(std::unique(to.begin(), to.end()), to.end());
}

// Cases bind one by one: what several mean is what each of them means.
void add(interlocks& to, const interlocks& from) {
    to.access_unanswered |= from.access_unanswered;
    to.frozen |= from.frozen;
    to.evidence_unsealed |= from.evidence_unsealed;
    to.consent_withdrawn |= from.consent_withdrawn;
    if (from.erasure_act_by)
        to.erasure_act_by = to.erasure_act_by ? std::min(*to.erasure_act_by, *from.erasure_act_by)
                                              : from.erasure_act_by;
    add_all(to.suspended, from.suspended);
    add_all(to.stopped_uses, from.stopped_uses);
}

interlocks sum(const interlocks& one, const interlocks& other) {
    interlocks all;
    add(all, one);
    add(all, other);
    return all;
}

// The members in which two differ; nothing personal.
std::string members_that_differ(const interlocks& one, const interlocks& other) {
    const auto left = interlocks_value(one), right = interlocks_value(other);
    std::string names;
    const auto name = [&](const std::string& key) {
        names += (names.empty() ? "`" : ", `") + key + "`";
    };
    for (const auto& [key, held] : left)
        if (member(right, key) != held) name(key);
    for (const auto& [key, held] : right)
        if (!left.contains(key)) name(key);
    return names;
}

class comparison {
public:
    comparison(std::span<const history> all, bool complete) : all_(all), complete_(complete) {}

    void take(std::size_t which) {
        const auto& own = all_[which];
        if (!own.readable) return;
        for (std::size_t i = 0; i < own.shown->events.size(); ++i) take(which, i);
    }

    known_outcome out;

private:
    // How another case may have stood when an event was decided.
    std::vector<const stand*> ways_of(const history& other, const history& own,
                                      std::size_t event) const {
        const auto& e = own.shown->events[event].happened;
        const auto at = own.shown->index[event];
        const auto& index = other.shown->index;
        const auto seen =
            static_cast<std::size_t>(std::ranges::lower_bound(index, at) - index.begin());
        // an interlock is noted after what else its unit of work holds, which may stand behind it
        auto last = seen;
        if (e.kind == kind_interlock_noted)
            while (last < index.size() && other.shown->events[last].happened.at == e.at) ++last;
        const auto& none = other.stands.front();
        std::vector<const stand*> ways;
        const auto must = tags_known(own, event, true), may = tags_known(own, event, false);
        for (auto n = seen; n <= last; ++n) {
            const auto& how = other.stands[n];
            const bool of_person = meet(how.tags, must);
            const bool perhaps =
                meet(how.tags, may) || e.kind == kind_interlock_noted ||
                (!how.linked.empty() && how.linked == own.stands[event + 1].linked);
            if (of_person || perhaps) ways.push_back(&how);
            if (!of_person || e.kind == kind_interlock_noted) ways.push_back(&none);
        }
        return ways;
    }

    // Hashes under which the person's other cases were looked for before the event was decided.
    // A register's answer, and what the system does with it at once, brings new ones too late.
    name_set tags_known(const history& own, std::size_t event, bool surely) const {
        if (!surely) return own.stands[event + 1].tags;
        const auto& events = own.shown->events;
        auto first = event;
        while (first > 0 && events[first].happened.role == "system" &&
               events[first].happened.at == events[first - 1].happened.at)
            --first;
        auto tags = own.stands[first].tags;
        const auto& e = events[first].happened;
        if (!flag_of(e["known"]["findings"]))
            for (auto& tag : list_of(e["person_tags"])) tags.insert(std::move(tag));
        return tags;
    }

    void take(std::size_t which, std::size_t event) {
        const auto& own = all_[which];
        const auto& e = own.shown->events[event].happened;
        if (e.kind == kind_attempt_refused) return;  // says only what was refused
        std::vector<interlocks> ways{{}};
        bool others = false;
        for (std::size_t i = 0; i < all_.size(); ++i) {
            if (i == which || !all_[i].readable) continue;
            const auto stands = ways_of(all_[i], own, event);
            if (std::ranges::all_of(stands, [](const stand* s) { return s->tags.empty(); }))
                continue;
            others = true;
            std::vector<interlocks> more;
            for (const auto& before : ways)
                for (const auto* each : stands) more.push_back(sum(before, each->says));
            ways = std::move(more);
            if (ways.size() > ways_max) return;
        }
        auto recorded = interlocks_from(e["known"]);
        recorded = sum(recorded, {});  // in order
        if (!others && recorded == interlocks{}) return;
        if (!others && !complete_) return;
        ++out.compared;
        const auto fits = [&](const interlocks& way) {
            return complete_ ? recorded == way : sum(recorded, way) == recorded;
        };
        if (std::ranges::any_of(ways, fits)) return;
        out.differences.emplace_back(
            which, difference{"decision", e.seq,
                              fmt::format("`{}`: what it knew of the person's other cases is not "
                                          "what they say: {}",
                                          e.kind, members_that_differ(recorded, ways.front()))});
    }

    std::span<const history> all_;
    bool complete_;
};

// Hashes and message of a case, which join it to others of its person.
name_set keys_of(const shown_history& shown) {
    name_set keys;
    for (const auto& each : shown.events) {
        for (const auto& tag : list_of(each.happened["person_tags"])) keys.insert("tag " + tag);
        if (const auto linked = text_of(each.happened["filed"]["linked"]); !linked.empty())
            keys.insert("linked " + linked);
    }
    return keys;
}

std::vector<std::vector<std::size_t>> persons_of(std::span<const shown_history> all) {
    std::map<std::string, std::size_t> first_of_key;
    std::vector<std::size_t> group(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) group[i] = i;
    const auto root = [&](std::size_t i) {
        while (group[i] != i) i = group[i];
        return i;
    };
    for (std::size_t i = 0; i < all.size(); ++i)
        for (const auto& key : keys_of(all[i]))
            if (const auto [at, fresh] = first_of_key.try_emplace(key, i); !fresh)
                group[root(i)] = root(at->second);
    std::map<std::size_t, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < all.size(); ++i) groups[root(i)].push_back(i);
    std::vector<std::vector<std::size_t>> persons;
    persons.reserve(groups.size());
    for (auto& [first, members] : groups) persons.push_back(std::move(members));
    return persons;
}

bool is_readable(const shown_history& shown) {
    return std::ranges::none_of(shown.events, decision_is_closed);
}

}  // namespace

known_outcome check_known(std::span<const shown_history> all, bool complete) {
    // a case that cannot be read might be this person's
    complete = complete && std::ranges::all_of(all, is_readable);
    known_outcome out;
    for (const auto& person : persons_of(all)) {
        if (person.size() == 1 && !complete) continue;
        std::vector<history> own;
        own.reserve(person.size());
        for (const auto i : person) own.push_back(read(all[i]));
        comparison c(own, complete);
        for (std::size_t i = 0; i < own.size(); ++i) c.take(i);
        out.compared += c.out.compared;
        for (auto& [which, what] : c.out.differences)
            out.differences.emplace_back(person[which], std::move(what));
    }
    return out;
}

}  // namespace pykala::recompute
