#include "engine/desk/draft.hpp"

#include <algorithm>
#include <stdexcept>

#include "engine/case/values.hpp"
#include "engine/desk/project.hpp"

namespace pykala::desk {
namespace {

using namespace cases;

// Bytes of events that cost no more to open than a fold would.
constexpr std::size_t fold_room_min = 2048;

std::size_t room_of(const sealed_event& e) {
    std::size_t room = e.public_part.size();
    for (const auto& box : e.boxes) room += box.bytes.size();
    return room;
}

// More steps at once than any workflow has transitions: it would never end.
constexpr int steps_max = 64;

bool is_here(std::span<const person_seen> persons, std::string_view tag) {
    return std::ranges::find(persons, tag, &person_seen::person) != persons.end();
}

}  // namespace

std::vector<person_tag> tags_of(sealing& seals, const value_object& inputs) {
    std::vector<person_tag> tags;
    const auto& subject = member(inputs, "subject");
    for (const auto* kind : {"hetu", "customer_number"})
        if (const auto text = text_of(subject[kind]); !text.empty())
            tags.push_back(seals.lookup(kind, text));
    if (const auto person = text_of(inputs, "person"); !person.empty())
        tags.push_back(seals.lookup("register_person", person));
    return tags;
}

result<draft::entry> draft::open(const stored_case& stored) {
    entry made;
    open_case& c = made.c;
    c.stream = stored.stream;
    std::uint64_t seq = 0;
    if (stored.fold) {
        made.room.fold = stored.fold->box.size();
        PYKALA_TRY(auto kept, world_.seals.open_fold(stored.stream, *stored.fold));
        if (!kept) return open_whole(stored.number, made.room.fold);
        c.now = *std::move(kept);
        seq = stored.fold->version;
    }
    for (const auto& sealed : stored.events) {
        PYKALA_TRY(auto e, world_.seals.open(stored.stream, seq++, sealed));
        apply(c.now, e);
        made.room.since += room_of(sealed);
        c.events.push_back(std::move(e));
    }
    c.now.number = stored.number;
    c.quarantined = stored.quarantined;
    if (!c.now.procedure)
        return fail(problem_kind::corrupt, "no_procedure",
                    "the first event of the case names no procedure");
    PYKALA_TRY(c.how, world_.laws.pinned(c.now.right, *c.now.procedure));
    PYKALA_TRY(c.law, world_.laws.law_on(now_.on));
    made.loaded = c.now.version;
    return made;
}

// A fold that does not open any more is no loss: the events say it all.
result<draft::entry> draft::open_whole(const std::string& number, std::size_t fold_room) {
    PYKALA_TRY(const auto stored, world_.store.load(number));
    PYKALA_TRY(auto made, open(stored));
    made.room.fold = fold_room;
    return made;
}

// As the store had them when the case was read, else as it has them now. The writer checks how many
// there are, so it does not matter when this was.
result<std::vector<std::string>> draft::numbers_of(const person_tag& tag,
                                                   std::span<const person_cases> known) {
    const auto found = std::ranges::find(known, tag, &person_cases::person);
    if (found != known.end()) return found->numbers;
    return world_.store.numbers_of({&tag, 1});
}

result<bool> draft::load_others(std::span<const person_tag> tags,
                                std::span<const person_cases> known) {
    for (const auto& tag : tags) {
        if (is_here(persons_, tag)) continue;
        PYKALA_TRY(const auto found, numbers_of(tag, known));
        persons_.push_back({tag, found.size()});
        for (const auto& number : found) {
            const auto same = [&](const entry& e) { return e.c.now.number == number; };
            if (std::ranges::any_of(all_, same)) continue;
            PYKALA_TRY(const auto stored, world_.store.load_newest(number));
            PYKALA_TRY(auto other, open(stored));
            all_.push_back(std::move(other));
        }
    }
    return true;
}

result<std::size_t> draft::load(std::string_view number, bool with_events) {
    PYKALA_TRY(const auto stored,
               with_events ? world_.store.load(number) : world_.store.load_newest(number));
    PYKALA_TRY(auto asked, open(stored));
    const auto tags = asked.c.now.person_tags;
    all_.push_back(std::move(asked));
    const auto place = all_.size() - 1;
    PYKALA_CHECK(load_others(tags, stored.persons));
    return place;
}

result<std::size_t> draft::begin(std::string_view right) {
    open_case c;
    c.stream = world_.ids.new_stream();
    PYKALA_TRY(c.how, world_.laws.current(right));
    PYKALA_TRY(c.law, world_.laws.law_on(now_.on));
    all_.push_back({std::move(c)});
    return all_.size() - 1;
}

facts draft::facts_for(std::size_t which, const enclosure& with) const {
    facts known;
    known.today = now_.on;
    known.law = all_[which].c.law.get();
    known.registers = own_.registers;
    known.findings = with.findings;
    known.related_to_requester = with.related_to_requester;
    std::vector<case_state> others;
    for (std::size_t i = 0; i < all_.size(); ++i)
        if (i != which && all_[i].c.now.version > 0) others.push_back(all_[i].c.now);
    known.others = interlocks_of(others);
    return known;
}

// The desk goes by a fold, a letter by the whole history. What came after `loaded` is not of this
// draft: the writer finds that the version has moved.
result<std::vector<event>> draft::history_of(const entry& e) const {
    auto all = e.c.events;
    if (all.size() != e.loaded) {
        PYKALA_TRY(const auto stored, world_.store.load(e.c.now.number));
        all.clear();
        for (const auto& sealed : stored.events) {
            if (all.size() == e.loaded) break;
            PYKALA_TRY(auto opened, world_.seals.open(stored.stream, all.size(), sealed));
            all.push_back(std::move(opened));
        }
    }
    all.insert(all.end(), e.events.begin(), e.events.end());
    return all;
}

result<bool> draft::write_letters(const entry& e, step& made, const facts& known) const {
    auto& sends = made.happened;
    if (!world_.letters || sends["letters"].is_null()) return true;
    PYKALA_TRY(auto events, history_of(e));
    events.push_back(sends);
    PYKALA_TRY(auto texts, world_.letters->write({e.c, known, events}));
    if (!texts.empty()) put(sends, "letter_texts", std::move(texts));
    return true;
}

void draft::add(entry& e, step made) {
    apply(e.c.now, made.happened);
    for (auto& each : made.intents) e.intents.emplace_back(made.happened.seq, std::move(each));
    e.events.push_back(std::move(made.happened));
}

command draft::by_system(command_kind kind, std::string name) const {
    command what{.kind = kind, .name = std::move(name), .by = {"system", {}}};
    what.at = now_.at;
    what.on = now_.on;
    return what;
}

result<bool> draft::take(std::size_t which, command what, const enclosure& with) {
    what.at = now_.at;
    what.on = now_.on;
    auto known = facts_for(which, with);
    known.person_tags = tags_of(world_.seals, what.inputs);
    if (known.findings && !known.findings->person.empty())
        known.person_tags.push_back(world_.seals.lookup("register_person", known.findings->person));
    const auto pinned = all_[which].c.how;
    if (what.kind == command_kind::migrate) {
        PYKALA_TRY(all_[which].c.how, world_.laws.current(all_[which].c.now.right));
        known.leaves = pinned.get();
    }
    PYKALA_TRY(auto first, decide(*all_[which].c.how, all_[which].c.now, what, known));
    PYKALA_CHECK(write_letters(all_[which], first, known));
    add(all_[which], std::move(first));
    all_[which].asked = true;
    known.leaves = nullptr;
    known.findings.reset();
    known.person_tags.clear();
    known.related_to_requester = false;
    const auto& c = all_[which].c;
    for (int steps = 0; const auto next = next_by_system(*c.how, c.now, known); ++steps) {
        if (steps == steps_max) throw std::logic_error("steps of the system never end: " + *next);
        PYKALA_TRY(auto made,
                   decide(*c.how, c.now, by_system(command_kind::transition, *next), known));
        // an answer that lacks something waits for a person, who is told what when they send it
        if (!write_letters(all_[which], made, known)) break;
        add(all_[which], std::move(made));
    }
    // who else this person is may have come to light with the step
    const auto tags = c.now.person_tags;
    PYKALA_CHECK(load_others(tags));
    return true;
}

result<bool> draft::settle_interlocks() {
    const auto changed = [](const entry& e) {
        return !e.events.empty() && e.c.now.right == "erasure";
    };
    if (std::ranges::none_of(all_, changed)) return true;
    for (std::size_t i = 0; i < all_.size(); ++i) {
        const auto& c = all_[i].c;
        if (c.now.right != "access" || c.now.closed()) continue;
        auto made = decide(*c.how, c.now, by_system(command_kind::interlock, {}), facts_for(i, {}));
        if (made)
            add(all_[i], *std::move(made));
        else if (made.error().code != "nothing_moved")
            return std::unexpected(std::move(made).error());
    }
    return true;
}

result<bool> draft::note_refusal(std::size_t which, const command& what, const problem& why) {
    auto& c = all_[which].c;
    step made;
    auto& e = made.happened;
    e.kind = kind_attempt_refused;
    e.seq = c.now.version;
    e.at = now_.at;
    e.on = now_.on;
    e.role = what.by.role;
    e.procedure = c.how->hash;
    e.law = c.law->hash;
    put(e, "actor", what.by.id);
    put(e, "attempt", value_object{{"transition", what.name}, {"code", why.code}});
    add(all_[which], std::move(made));
    return true;
}

// Kept anew when the events since the last one have come to weigh as much: so all folds of a case
// together never cost more than its events. Once a class is to be destroyed none is kept: what was
// read before the key went might be sealed after it under the keys that are left.
result<std::optional<sealed_fold>> draft::fold_of(const entry& e,
                                                  std::span<const sealed_event> more) {
    if (!e.c.now.destroyed.empty()) return std::nullopt;
    std::size_t since = e.room.since;
    for (const auto& each : more) since += room_of(each);
    if (since < std::max(e.room.fold, fold_room_min)) return std::nullopt;
    return world_.seals.seal_fold(e.c.stream, e.c.now);
}

result<case_write> draft::write(const entry& e) {
    case_write out;
    out.number = e.c.now.number;
    out.stream = e.c.stream;
    out.expected = e.loaded;
    if (e.loaded == 0) out.year = year_of(now_.on);
    for (const auto& each : e.events) {
        PYKALA_TRY(auto sealed, world_.seals.seal(e.c.stream, each));
        out.events.push_back(std::move(sealed));
    }
    for (const auto& [seq, each] : e.intents) {
        PYKALA_TRY(auto body, world_.seals.seal_intent(e.c.stream, seq, each.what));
        out.outbox.push_back({seq, each.kind, std::move(body)});
    }
    PYKALA_TRY(out.fold, fold_of(e, out.events));
    out.row = project(e.c.now);
    out.timers = timers_of(e.c.now);
    out.persons = e.c.now.person_tags;
    return out;
}

result<unit_of_work> draft::finish() {
    unit_of_work unit;
    for (const bool asked : {true, false})
        for (const auto& e : all_) {
            if (e.asked != asked || e.events.empty()) continue;
            PYKALA_TRY(auto written, write(e));
            unit.cases.push_back(std::move(written));
        }
    for (const auto& e : all_)
        if (e.events.empty()) unit.seen.push_back({e.c.now.number, e.c.now.version});
    unit.persons = persons_;
    return unit;
}

open_case draft::release(std::size_t which) {
    auto c = std::move(all_[which].c);
    for (std::size_t i = 0; i < all_.size(); ++i)
        if (i != which) c.others.push_back(all_[i].c.now);
    return c;
}

}  // namespace pykala::desk
