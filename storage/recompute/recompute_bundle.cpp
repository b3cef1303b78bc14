#include "storage/recompute/recompute_bundle.hpp"

#include <algorithm>

#include "engine/base/encoding.hpp"
#include "engine/recompute/known.hpp"

#include "storage/json/read_json.hpp"
#include "storage/recompute/closure_laws.hpp"

namespace pykala::storage {
namespace {

using recompute::closed_because;

result<source_texts> files_of(const verify::proven_bundle& bundle, const log::digest& hash) {
    const auto found = bundle.closures.find(to_hex(hash));
    if (found == bundle.closures.end())
        return fail(problem_kind::not_found, "no_such_definition",
                    "the bundle holds no definitions of this hash");
    source_texts files;
    for (const auto& [path, text] : found->second.files) files.push_back({path, *text});
    return files;
}

std::optional<log::digest> hash_from(const std::string& text) {
    log::digest hash{};
    return from_hex(text, hash) ? std::optional(hash) : std::nullopt;
}

// False when the event says what no event of a case can say; the proof has found that already.
bool read_shown_field(const verify::proven_field& field, recompute::shown_event& to) {
    const auto of = log::parse_data_class(field.of);
    if (!of) return false;
    if (field.state != "opened") {
        const auto why =
            field.state == "masked" ? closed_because::masked : closed_because::shredded;
        to.closed.emplace(field.name, recompute::closed_field{*of, why});
        return true;
    }
    auto held = read_json(field.value);
    if (!held) return false;
    to.happened.fields.emplace(field.name, cases::event_field{*of, *std::move(held)});
    return true;
}

bool read_shown(const verify::proven_event& from, recompute::shown_event& to) {
    const auto at = parse_instant_utc(from.at);
    const auto on = parse_date(from.on);
    if (!at || !on) return false;
    auto& e = to.happened;
    e.kind = from.kind;
    e.seq = from.seq;
    e.at = *at;
    e.on = *on;
    e.role = from.actor;
    e.procedure = hash_from(from.procedure);
    e.law = hash_from(from.law);
    for (const auto& field : from.fields)
        if (!read_shown_field(field, to)) return false;
    return true;
}

struct shown_case {
    std::vector<recompute::shown_event> events;
    std::vector<std::uint64_t> index{};            // in the log
    std::map<std::uint64_t, std::uint64_t> lines;  // by number of the event
    bool readable = true;
};

std::map<std::string, shown_case> cases_of(const verify::proven_bundle& bundle) {
    std::map<std::string, shown_case> all;
    for (const auto& event : bundle.events) {
        if (event.of != "case") continue;
        auto& c = all[event.stream];
        c.lines.emplace(event.seq, event.line);
        c.index.push_back(event.index);
        c.readable = read_shown(event, c.events.emplace_back()) && c.readable;
    }
    return all;
}

void add(recompute::outcome&& from, const shown_case& c, verify::recomputation& to) {
    to.deadlines += from.deadlines;
    to.transitions += from.transitions;
    to.decisions += from.decisions;
    for (const auto& [why, n] : from.not_possible) to.not_possible[why] += n;
    for (auto& each : from.differences)
        to.findings.push_back({std::move(each.code), c.lines.at(each.seq), std::move(each.detail)});
}

// Whether every case that the log ever held is shown: of one that was removed only leaves are left.
bool shows_every_case(const verify::proven_bundle& bundle) {
    return bundle.scope == "period" && bundle.from == 0 &&
           std::ranges::none_of(bundle.events, [](const verify::proven_event& each) {
               return each.kind == "case_removed";
           });
}

void add_known(const verify::proven_bundle& bundle, const std::map<std::string, shown_case>& all,
               verify::recomputation& to) {
    std::vector<recompute::shown_history> shown;
    std::vector<const shown_case*> of;
    for (const auto& [stream, c] : all) {
        if (!c.readable) continue;
        shown.push_back({c.events, c.index});
        of.push_back(&c);
    }
    const bool complete = shown.size() == all.size() && shows_every_case(bundle);
    const auto found = recompute::check_known(shown, complete);
    to.interlocks = found.compared;
    for (const auto& [which, what] : found.differences)
        to.findings.push_back({what.code, of[which]->lines.at(what.seq), what.detail});
}

}  // namespace

verify::recompute_function recompute_with(recompute::day_of_instant local_day) {
    return [local_day = std::move(local_day)](const verify::proven_bundle& bundle) {
        closure_laws laws(bundle.tenant,
                          [&](const log::digest& hash) { return files_of(bundle, hash); });
        verify::recomputation all;
        const auto cases = cases_of(bundle);
        for (const auto& [stream, c] : cases) {
            if (c.readable)
                add(recompute::recompute_case(c.events, laws, local_day), c, all);
            else
                all.not_possible["unreadable"] += c.events.size();
        }
        add_known(bundle, cases, all);
        return all;
    };
}

}  // namespace pykala::storage
