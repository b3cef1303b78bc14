#include "engine/desk/desk.hpp"

#include <exception>
#include <new>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"
#include "engine/log/canonical_json.hpp"

namespace pykala::desk {
namespace {

using namespace cases;

// Tries of one command before it gives up: each means that somebody else was served.
constexpr int tries_max = 50;

std::string actor_key(const actor& by) {
    return by.role + ":" + by.id;
}

// What makes a command the same command: what it asks of which case, not when.
result<std::string> content_of(const std::string& number, std::span<const command> all) {
    value_array parts{value(number)};
    for (const auto& each : all)
        parts.emplace_back(value_object{
            {"kind", static_cast<int>(each.kind)}, {"name", each.name}, {"inputs", each.inputs}});
    return canonical_json(parts);
}

std::unexpected<problem> in_quarantine(const std::string& number) {
    return fail(
        problem_kind::refused, "case_quarantined",
        fmt::format("case `{}` is in quarantine: something in it is not as it must be", number),
        "nothing of it is lost; the administrator looks at it and releases it");
}

std::unexpected<problem> out_of_order(std::string detail) {
    return fail(problem_kind::unavailable, "out_of_order", std::move(detail),
                "nothing was changed; try again");
}

bool can_be_tried_again(const problem& why) {
    return why.code == "version_moved" || why.code == "idempotency_taken";
}

}  // namespace

// A command, or several requests of one message (then `number` is empty), on its way.
struct front_desk::job {
    std::string number;
    std::vector<command> commands;
    enclosure with;
    replied done;
    int tries = 0;
    std::string content;  // digest, when there is a key

    const command& first() const { return commands.front(); }
    bool has_key() const { return !first().idempotency_key.empty(); }
};

result<open_case> front_desk::read(std::string_view number) {
    draft d(world_, own_, world_.time.now(), {});
    PYKALA_TRY(const auto place, d.load(number, true));
    return d.release(place);
}

result<std::vector<std::string>> front_desk::open_to(std::string_view number, const actor& by,
                                                     bool related_to_requester) {
    draft d(world_, own_, world_.time.now(), by);
    PYKALA_TRY(const auto place, d.load(number));
    const auto& c = d.at(place);
    return open_transitions(*c.how, c.now, by,
                            d.facts_for(place, {.related_to_requester = related_to_requester}));
}

void front_desk::execute(std::string number, command what, replied done, enclosure with) {
    job j;
    j.number = std::move(number);
    j.commands.push_back(std::move(what));
    j.with = std::move(with);
    j.done = std::move(done);
    run(std::move(j));
}

void front_desk::file(std::vector<command> requests, replied done) {
    if (requests.empty()) {
        done(fail(problem_kind::invalid, "missing_input", "nothing was asked for"));
        return;
    }
    job j;
    j.commands = std::move(requests);
    j.done = std::move(done);
    run(std::move(j));
}

void front_desk::run(job what) {
    try {
        if (what.has_key()) {
            const auto text = content_of(what.number, what.commands);
            if (!text) return what.done(std::unexpected(text.error()));
            what.content = world_.seals.digest_of(*text);
            const auto again = answer_again(what);
            if (!again) return what.done(std::unexpected(again.error()));
            if (*again) return;
        }
        auto announced = world_.store.announce();
        std::optional<problem> refusal;
        auto unit = prepare(what, refusal);
        if (!unit) {
            announced.reset();  // whoever is told may begin the next one
            return what.done(std::unexpected(std::move(unit).error()));
        }
        submit(std::move(what), *std::move(unit), std::move(refusal));
    } catch (const std::bad_alloc&) {
        what.done(out_of_order("there is not enough memory"));
    } catch (const std::runtime_error& fault) {  // of the machine, not of the case
        what.done(out_of_order(fault.what()));
    } catch (const std::exception& broken) {
        quarantine(what, broken.what());
    }
}

// A new case has no number yet: its request is refused and leaves nothing behind.
void front_desk::quarantine(const job& what, std::string why) {
    auto answer = fail(problem_kind::corrupt, "broken_invariant", why,
                       "the case stays as it was; the administrator has been told");
    if (what.number.empty()) return what.done(std::move(answer));
    world_.store.quarantine({{what.number, world_.time.now().at, std::move(why)}},
                            [done = what.done, answer = std::move(answer)](
                                const result<bool>&) mutable { done(std::move(answer)); });
}

result<bool> front_desk::answer_again(const job& what) {
    PYKALA_TRY(const auto before,
               world_.store.answered(actor_key(what.first().by), what.first().idempotency_key));
    if (!before) return false;
    if (before->content != what.content)
        return fail(problem_kind::conflict, "idempotency_reused",
                    "this idempotency key was used for another command", "draw a new key");
    what.done(reply{before->given, true});
    return true;
}

result<unit_of_work> front_desk::prepare(const job& what, std::optional<problem>& refusal) {
    PYKALA_TRY(auto unit,
               what.number.empty() ? prepare_filing(what) : prepare_transition(what, refusal));
    if (what.has_key() && !refusal)
        unit.answer_to =
            idempotency{actor_key(what.first().by), what.first().idempotency_key, what.content};
    return unit;
}

result<unit_of_work> front_desk::prepare_transition(const job& what,
                                                    std::optional<problem>& refusal) {
    draft d(world_, own_, world_.time.now(), what.first().by);
    PYKALA_TRY(const auto place, d.load(what.number));
    if (d.at(place).quarantined) return in_quarantine(what.number);
    PYKALA_CHECK(d.load_others(tags_of(world_.seals, what.first().inputs)));
    const auto taken = d.take(place, what.first(), what.with);
    if (!taken) {
        // trying to approve one's own decision is part of the history of the case
        if (taken.error().code != "same_person") return std::unexpected(taken.error());
        refusal = taken.error();
        PYKALA_CHECK(d.note_refusal(place, what.first(), taken.error()));
    }
    PYKALA_CHECK(d.settle_interlocks());
    return d.finish();
}

result<std::vector<event>> front_desk::foresee(std::string_view number, const command& what) {
    draft d(world_, own_, world_.time.now(), what.by);
    PYKALA_TRY(const auto place, d.load(number));
    if (d.at(place).quarantined) return in_quarantine(std::string(number));
    PYKALA_CHECK(d.take(place, what, {}));
    return d.events_of(place);
}

result<unit_of_work> front_desk::prepare_filing(const job& what) {
    draft d(world_, own_, world_.time.now(), what.first().by);
    for (const auto& each : what.commands)
        PYKALA_CHECK(d.load_others(tags_of(world_.seals, each.inputs)));
    std::string linked;
    for (auto each : what.commands) {
        const auto* right =
            each.inputs.contains("right") ? each.inputs.at("right").as_string() : nullptr;
        if (!right || each.kind != command_kind::file)
            return fail(problem_kind::invalid, "missing_input", "a request needs `right`");
        PYKALA_TRY(const auto place, d.begin(*right));
        if (what.commands.size() > 1) {
            if (linked.empty()) linked = to_hex(d.at(place).stream);
            each.inputs.insert_or_assign("linked", linked);
        }
        PYKALA_CHECK(d.take(place, std::move(each), what.with));
    }
    PYKALA_CHECK(d.settle_interlocks());
    return d.finish();
}

void front_desk::submit(job what, unit_of_work unit, std::optional<problem> refusal) {
    auto done = [this, what = std::move(what),
                 refusal = std::move(refusal)](result<receipt> stored) mutable {
        if (stored && refusal) return what.done(std::unexpected(*refusal));
        if (stored) return what.done(reply{*std::move(stored), false});
        if (stored.error().code == "broken_invariant")
            return quarantine(what, stored.error().detail);
        if (!can_be_tried_again(stored.error()))
            return what.done(std::unexpected(std::move(stored).error()));
        if (++what.tries == tries_max)
            return what.done(fail(problem_kind::conflict, "too_busy",
                                  "the case kept moving while it was decided", "try again"));
        world_.later([this, again = std::move(what)]() mutable { run(std::move(again)); });
    };
    world_.store.submit(std::move(unit), std::move(done));
}

result<std::size_t> front_desk::fire_timers(std::size_t limit, const replied& done) {
    PYKALA_TRY(const auto due, world_.store.due(world_.time.now().on, limit));
    std::size_t begun = 0;
    for (const auto& each : due) {
        if (each.timers.empty()) continue;
        // one of each case: firing it may end the others
        command fire{
            .kind = command_kind::timer, .name = each.timers.front().name, .by = {"system", {}}};
        execute(each.number, std::move(fire), done);
        ++begun;
    }
    return begun;
}

}  // namespace pykala::desk
