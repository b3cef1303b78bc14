#include "engine/recompute/recompute.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/case/decide.hpp"
#include "engine/case/values.hpp"
#include "engine/recompute/compare.hpp"
#include "engine/recompute/course.hpp"
#include "engine/recompute/read_back.hpp"

namespace pykala::recompute {
namespace {

using namespace cases;

std::uint64_t days_in(const event& e) {
    const auto& starts = e["timers"]["start"];
    return object_of(e["dates"]).size() + objects_of(starts).size() +
           (e["extended_to"].is_null() ? 0 : 1);
}

std::uint64_t decisions_in(const event& e) {
    std::uint64_t n = object_of(e["assessed"]).size() + objects_of(e["deferred"]).size();
    if (e.kind == kind_request_received) return n;
    n += list_of(e["decided"]["records"]).size() + objects_of(e["contested"]).size();
    return n + object_of(e["uses"]).size();
}

class walk {
public:
    walk(law_source& laws, const day_of_instant& local_day) : laws_(laws), local_day_(local_day) {}

    void take(const shown_event& shown, const shown_event* next) {
        const auto& e = shown.happened;
        if (e.seq != now_.version) broken_ = true;
        if (broken_) return cannot("incomplete");
        if (local_day_ && local_day_(e.at) != e.on)
            tell(e, "deadline",
                 fmt::format("`on` is recorded as `{}` and computed as `{}`", to_string(e.on),
                             to_string(local_day_(e.at))));
        if (!open_definitions(e)) return pass(e);
        check_arrival(e);
        check_actor(shown);
        for (const auto& [name, field] : shown.closed)
            if (field.of == log::data_class::decision_facts && !blind_) blind_ = field.why;
        if (blind_) {
            out.deadlines += check_course(e, now_, *how_, *law_, out.differences);
            cannot(*blind_ == closed_because::masked ? "masked" : "shredded");
            return pass(e);
        }
        if (e.kind == kind_attempt_refused) return take_refusal(shown);
        take_step(shown, next);
    }

    outcome out;

private:
    void tell(const event& e, std::string_view code, const std::string& what) {
        out.differences.push_back(
            {std::string(code), e.seq, fmt::format("`{}`: {}", e.kind, what)});
    }
    void cannot(std::string_view why) { ++out.not_possible[std::string(why)]; }
    void pass(const event& e) { apply(now_, e); }

    // The day that governs is that of the instant, where a request brought one.
    void check_arrival(const event& e) {
        const auto at = parse_instant_utc(text_of(e["filed"]["received_at"]));
        if (!local_day_ || !at) return;
        const auto recorded = text_of(e["filed"]["received_on"]);
        if (const auto computed = to_string(local_day_(*at)); recorded != computed)
            tell(e, "deadline",
                 fmt::format("`filed.received_on` is recorded as `{}`, and `received_at` lies on "
                             "`{}`",
                             recorded, computed));
    }

    // The system is nobody, and everybody else is somebody. A customer is the person of the case,
    // found by their key: a lookup hash.
    void check_actor(const shown_event& shown) {
        const auto& e = shown.happened;
        if (shown.closed.contains("actor")) return;
        const auto id = text_of(e["actor"]);
        if (id.empty() != (e.role == "system"))
            tell(e, "transition",
                 id.empty() ? fmt::format("a `{}` acted, and nobody is named", e.role)
                            : std::string("the system acted, and somebody is named"));
        if (e.role != "customer" || id.empty() || shown.closed.contains("person_tags")) return;
        auto tags = now_.person_tags;
        for (auto& tag : list_of(e["person_tags"])) tags.push_back(std::move(tag));
        if (!tags.empty() && !blind_ && std::ranges::find(tags, id) == tags.end())
            tell(e, "transition", "a customer acted who is not the person of the case");
    }

    // The definitions that the event names; false when they cannot be had, and then it is said.
    bool open_definitions(const event& e) {
        const auto right = now_.version == 0 ? text_of(e["filed"]["right"]) : now_.right;
        const bool moves = e.kind == kind_procedure_migrated;
        if (now_.version > 0 && !moves && e.procedure != now_.procedure)
            tell(e, "transition", "it names another procedure than its case is pinned to");
        if (!e.procedure || !e.law) {
            tell(e, "transition", "it names no procedure, or no law");
            cannot("definitions");
            return false;
        }
        const auto failed = [&](const problem& why) {
            if (why.code != "no_such_definition")
                tell(e, "transition",
                     fmt::format("the definitions that it names do not load: {}", why.code));
            cannot("definitions");
            return false;
        };
        auto how = laws_.procedure(right, *e.procedure);
        if (!how) return failed(how.error());
        auto law = laws_.law(*e.law, e.on);
        if (!law) return failed(law.error());
        pinned_ = std::exchange(how_, *std::move(how));
        law_ = *std::move(law);
        return true;
    }

    // Somebody tried to approve what they had proposed.
    void take_refusal(const shown_event& shown) {
        const auto& e = shown.happened;
        ++out.transitions;
        const auto made =
            decide(*how_, now_, command_of(shown, now_, how_->flow), facts_of(e, now_, *law_));
        const auto recorded = text_of(e["attempt"]["code"]);
        const auto computed = made ? std::string() : made.error().code;
        if (computed != recorded)
            tell(e, "transition",
                 fmt::format("the refusal is recorded as `{}` and computed as `{}`", recorded,
                             computed.empty() ? "none" : computed));
        pass(e);
    }

    void take_step(const shown_event& shown, const shown_event* next) {
        const auto& e = shown.happened;
        auto known = facts_of(e, now_, *law_);
        known.leaves = pinned_.get();
        ++out.transitions;
        const auto made = decide(*how_, now_, command_of(shown, now_, how_->flow), known);
        if (!made) {
            tell(e, "transition", fmt::format("the engine refuses it: `{}`", made.error().code));
            return pass(e);
        }
        auto computed = made->happened;
        settle_contact(shown, computed);
        compare(shown, computed, out.differences);
        out.deadlines += days_in(computed);
        out.decisions += decisions_in(computed);
        // what cannot be read is what was computed
        auto whole = e;
        for (const auto& [name, field] : shown.closed)
            if (const auto found = computed.fields.find(name); found != computed.fields.end())
                whole.fields.insert_or_assign(name, found->second);
        pass(whole);
        if (e.kind == kind_interlock_noted) return;
        known.findings.reset();
        known.person_tags.clear();
        check_next(e, known, next);
    }

    // The contact for the notice of a deferred erasure is that of the request: where its words are
    // closed it stands as it was recorded.
    void settle_contact(const shown_event& shown, event& computed) {
        subject_closed_ = subject_closed_ || shown.closed.contains("subject");
        const auto& recorded = shown.happened["deferred_for"];
        const auto found = computed.fields.find("deferred_for");
        if (!subject_closed_ || recorded.is_null() || found == computed.fields.end()) return;
        if (auto* members = found->second.held.as_object())
            members->insert_or_assign("contact", recorded["contact"]);
    }

    // A step that the system takes at once is in the same unit of work.
    void check_next(const event& e, const facts& known, const shown_event* next) {
        const auto wanted = next_by_system(*how_, now_, known);
        if (!wanted) return;
        const bool taken =
            next && next->happened.kind == *wanted && next->happened.role == "system";
        if (!taken)
            tell(e, "transition", fmt::format("`{}` should follow at once, and does not", *wanted));
    }

    law_source& laws_;
    const day_of_instant& local_day_;
    case_state now_;
    std::shared_ptr<const procedure> how_;
    std::shared_ptr<const procedure> pinned_;  // of the event before
    std::shared_ptr<const tenant_law> law_;
    std::optional<closed_because> blind_{};
    bool broken_ = false;
    bool subject_closed_ = false;
};

}  // namespace

outcome recompute_case(std::span<const shown_event> events, law_source& laws,
                       const day_of_instant& local_day) {
    walk w(laws, local_day);
    for (std::size_t i = 0; i < events.size(); ++i)
        w.take(events[i], i + 1 < events.size() ? &events[i + 1] : nullptr);
    return std::move(w.out);
}

}  // namespace pykala::recompute
