#include "api/fulfilment/execution.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/case/assess_case.hpp"
#include "engine/case/values.hpp"

#include "api/fulfilment/people.hpp"
#include "api/fulfilment/release_checks.hpp"

namespace pykala::api {
namespace {

using cases::text_of;

// The places of the vocabulary that a kind of key stands for. Recordings are filed under the phone
// number and the person.
constexpr auto places = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"phone", "phone"},
     {"email", "email"},
     {"customer_number", "customer_number"},
     {"former_hetu", "former_identity_codes"},
     {"phone", "recordings"}});

// An order of a court or the authority goes before the holds (with four eyes, when it was settled).
bool is_ordered(const order_view& o, const std::string& record) {
    const auto held = o.c.now.records.find(record);
    return held != o.c.now.records.end() && held->second.ground == "order";
}

// With all that the others hold, under the law of the day and what was decided for this case.
result<reassess> assess_with_others(const register_set& registers, const order_view& o,
                                    const people_found& people, date today) {
    assessed_for what{o.c.now, {}, {}};
    what.known.today = today;
    what.known.law = o.c.law.get();
    what.known.others = cases::interlocks_of(o.c.others);
    for (const auto& [id, held] : o.c.now.records)
        if (is_ordered(o, id)) what.ordered.insert(id);
    return assess_beside(registers, people, std::move(what));
}

bool lets_go(register_verb verb) {
    return verb == register_verb::erase || verb == register_verb::unlink ||
           verb == register_verb::reduce;
}

// An intent is one try of one order: what a register refused is tried again under a new name. The
// first is the try of now, the second the one before it (empty where there was none): its register
// may have been slow rather than away.
std::pair<std::string, std::string> intents_of(const order_view& o, std::string_view part) {
    std::size_t tries = 0;
    for (const auto& e : o.c.events)
        if (text_of(e["order_answer"]["order"]) == o.order.id) ++tries;
    const auto name = [&](std::size_t number) {
        return fmt::format("{}/{}/{}{}", o.c.now.number, o.order.id, number, part);
    };
    return {name(tries), tries == 0 ? std::string() : name(tries - 1)};
}

struct worker {
    const register_set& registers;
    const order_view& o;
    date today;
    people_found people;
    reassess assess_now;
    order_result out{};
    bool any_kept = false, any_failed = false;
    std::vector<record_change> sent{};  // last

    const found_person& person() const { return people.at[registers.at]; }

    // A restored register must lose it again.
    void note_erased(const change_result& given) {
        if (!lets_go(given.verb) ||
            (given.status != change_status::done && given.status != change_status::gone))
            return;
        const auto decided = std::ranges::find(sent, given.record, &record_change::record);
        out.erased.push_back({given.record, given.verb,
                              decided == sent.end() ? review_reason::none : decided->decided,
                              is_ordered(o, given.record)});
    }

    result<bool> run(std::vector<record_change> changes, std::string_view part) {
        if (changes.empty()) return true;
        const bool erases =
            std::ranges::any_of(changes, [](const auto& change) { return lets_go(change.verb); });
        sent = changes;
        auto [intent, earlier] = intents_of(o, part);
        PYKALA_TRY(const auto results,
                   registers.port().execute(
                       {std::move(intent), person(), today, std::move(changes), std::move(earlier)},
                       assess_now));
        for (const auto& each : results) {
            if (each.status == change_status::kept_by_new_hold) {
                any_kept = true;
                out.findings.kept.push_back(each.record);
            }
            // nobody was found any more: then nobody knows whether the record is gone
            const bool lost =
                erases && each.status == change_status::gone && person().people.empty();
            any_failed |= lost || each.status == change_status::failed ||
                          each.status == change_status::conflict;
            if (!lost) note_erased(each);
        }
        return true;
    }
};

result<bool> erase(worker& w) {
    PYKALA_CHECK(w.run(own_marks_released(w.o), "/release"));
    PYKALA_CHECK(w.run(erasure_changes(w.o), ""));
    if (!w.any_kept) return true;
    PYKALA_TRY(const auto now, w.registers.port().read(w.person(), w.today));
    for (const auto& held : now.records)
        if (std::ranges::find(w.out.findings.kept, held.facts.id) != w.out.findings.kept.end())
            w.out.findings.records.push_back(cases::source_of(held.facts));
    return true;
}

result<bool> release(worker& w, const register_answer& now) {
    const auto released = release_changes(w.o, now);
    PYKALA_CHECK(w.run(released, ""));
    // from the order, not from what was released just now: a repetition finds nothing to release
    std::vector<record_change> meant;
    for (const auto& held : now.records)
        if (w.o.order.records.empty() ||
            std::ranges::find(w.o.order.records, held.facts.id) != w.o.order.records.end())
            meant.push_back({.record = held.facts.id});
    return w.run(holds_renewed(w.o, meant), "/hold");
}

// A ban that nobody keeps was not carried out, whatever else was stopped.
result<bool> stop_marketing(worker& w, const register_answer& now) {
    auto changes = marking_changes(w.o, now);
    if (w.registers.port().keeps_bans()) {
        auto written = bans(w.o, !w.person().people.empty());
        w.any_failed |= written.empty();
        std::ranges::move(written, std::back_inserter(changes));
    }
    w.any_failed |= std::ranges::none_of(w.registers.all, &register_port::keeps_bans);
    return w.run(std::move(changes), "");
}

result<bool> rectify(worker& w, const register_answer& now) {
    std::vector<std::string> problems;
    for (auto& change : rectifications(w.o, now, problems)) {
        const auto part = fmt::format("/{}/{}", change.record, change.field);
        PYKALA_CHECK(w.run({std::move(change)}, part));
    }
    w.any_failed |= !problems.empty();
    return true;
}

}  // namespace

result<order_result> read_register(const register_set& registers, const order_view& o, date today,
                                   const copy_register& copy) {
    PYKALA_TRY(const auto people, find_people(registers.all, registers.at, keys_of(o.c.now)));
    const auto& found = people.at[registers.at];
    order_result out;
    auto& f = out.findings;
    for (const auto& [kind, place] : places)
        if (people.searched.contains(std::string(kind))) f.searched.emplace_back(place);
    if (found.people.empty()) return out;
    PYKALA_TRY(const auto answer, registers.port().read(found, today));
    for (const auto& held : answer.records) f.records.push_back(cases::source_of(held.facts));
    if (copy && o.c.now.evidence_sealed) {
        PYKALA_TRY(f.copy, copy(o.c, registers.port(), answer));
    }
    for (const auto& went : answer.disclosures)
        if (std::ranges::find(f.recipients, went.recipient) == f.recipients.end())
            f.recipients.push_back(went.recipient);
    for (const auto& person : answer.people)
        if (person.protected_address) f.flags = {"address_protected"};
    f.calls = release_calls(o.c.now, *o.c.law, found, answer, today);
    f.person = person_name(people.known, registers.port().id(), found.people.front());
    return out;
}

result<order_result> find_in_register(const register_set& registers, const order_view& o) {
    PYKALA_TRY(const auto people, find_people(registers.all, registers.at, keys_of(o.c.now)));
    const auto& found = people.at[registers.at];
    order_result out;
    if (!found.people.empty())
        out.findings.person =
            person_name(people.known, registers.port().id(), found.people.front());
    return out;
}

result<order_result> change_register(const register_set& registers, const order_view& o,
                                     date today) {
    PYKALA_TRY(auto people, find_people(registers.all, registers.all.size() - 1, keys_of(o.c.now)));
    const bool letting_go = o.order.verb == "erase";
    reassess assess_now = [](std::span<const record> records) -> result<std::vector<assessment>> {
        return std::vector<assessment>(records.size());
    };
    if (letting_go) {
        PYKALA_TRY(assess_now, assess_with_others(registers, o, people, today));
    }
    worker w{registers, o, today, std::move(people), std::move(assess_now)};
    if (letting_go) {
        PYKALA_CHECK(erase(w));
    } else {
        PYKALA_TRY(const auto now, registers.port().read(w.person(), today));
        if (o.order.verb == "release") {
            PYKALA_CHECK(release(w, now));
        } else if (o.order.verb == "rectify") {
            PYKALA_CHECK(rectify(w, now));
        } else if (o.order.verb == "stop_marketing") {
            PYKALA_CHECK(stop_marketing(w, now));
        } else {
            PYKALA_CHECK(w.run(marking_changes(o, now), ""));
        }
    }
    if (w.any_kept) w.out.result = "held";
    if (w.any_failed) w.out.result = "failed";
    return std::move(w.out);
}

}  // namespace pykala::api
