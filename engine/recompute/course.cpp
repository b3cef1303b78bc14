#include "engine/recompute/course.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"
#include "engine/case/apply_fields.hpp"
#include "engine/case/dates.hpp"
#include "engine/case/values.hpp"

namespace pykala::recompute {
namespace {

using namespace cases;

bool stands_in(const workflow::name_list& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

struct course {
    const event& e;
    const case_state& before;
    const procedure& how;
    const tenant_law& law;
    std::vector<difference>& to;

    void tell(std::string_view code, const std::string& what) {
        to.push_back({std::string(code), e.seq, fmt::format("`{}`: {}", e.kind, what)});
    }

    void check_move(const std::string& from, const std::string& target) {
        if (text_of(e["moved"]["from"]) != from || text_of(e["moved"]["to"]) != target)
            tell("transition",
                 fmt::format("it leads from `{}` to `{}`, not as recorded from `{}` "
                             "to `{}`",
                             from, target, text_of(e["moved"]["from"]), text_of(e["moved"]["to"])));
    }

    void check_letters(const workflow::name_list& sends) {
        std::vector<std::string> left;
        for (const auto& each : objects_of(e["letters"])) left.push_back(text_of(each, "name"));
        if (left != sends) tell("transition", "its letters are not those that the workflow sends");
    }

    void check_step(const workflow::transition& t) {
        if (!stands_in(t.by, e.role))
            tell("transition", fmt::format("it is not for the role `{}`", e.role));
        if (!stands_in(t.from, before.state))
            tell("transition", fmt::format("it does not begin in `{}`", before.state));
        check_move(before.state, t.target(before.state));
        if (text_of(e["outcome"]) != t.outcome)
            tell("transition", "its outcome is not that of the workflow");
        if (text_of(e["used"]) != t.after)
            tell("transition", "the timer that it waits for is another");
        if (!t.after.empty() && !before.timers_fired.contains(t.after))
            tell("transition", fmt::format("`{}` has not fired", t.after));
        check_letters(t.sends);
    }

    void check_timer() {
        const pending_timer fired{text_of(e["fired"]["name"]),
                                  date_of(e["fired"]["on"]).value_or(date{})};
        if (std::ranges::find(before.timers, fired) == before.timers.end())
            tell("deadline", fmt::format("no timer `{}` waits for `{}`", fired.name,
                                         to_string(fired.fires_on)));
        else if (fired.fires_on > e.on)
            tell("deadline", fmt::format("timer `{}` fired before its day", fired.name));
    }

    // The case stands on in the procedure that the event names.
    void check_migration() {
        if (e.role != "administrator" && e.role != "dpo")
            tell("transition", fmt::format("it is not for the role `{}`", e.role));
        if (before.closed()) tell("transition", "a closed case does not move");
        if (text_of(e["migrated"]["from"]) != (before.procedure ? to_hex(*before.procedure) : "") ||
            text_of(e["migrated"]["to"]) != to_hex(how.hash))
            tell("transition", "it does not lead from the procedure of its case to that it names");
        case_state after = before;
        apply(after, e);
        if (!workflow::find_state(how.flow, after.state))
            tell("transition", fmt::format("the workflow has no state `{}`", after.state));
        for (const auto& each : after.timers)
            if (!workflow::find_timer(how.flow, each.name))
                tell("transition", fmt::format("the workflow has no timer `{}`", each.name));
    }

    void check_kind() {
        if (e.kind == kind_procedure_migrated) return check_migration();
        if (e.kind == kind_timer_fired) return check_timer();
        if (e.kind == kind_interlock_noted || e.kind == kind_attempt_refused ||
            e.kind == kind_notice_noted)
            return;
        if (e.kind == kind_request_received && before.version == 0)
            return check_move("", workflow::initial_state(how.flow).name);
        if (const auto* t = workflow::find_transition(how.flow, e.kind)) return check_step(*t);
        tell("transition", "the workflow has no such step");
    }

    std::uint64_t check_days() {
        case_state after = before;
        apply(after, e);
        const bool extended = after.extended_to.has_value();
        const auto due = deadlines_for(how, law, after.received_on, after.pauses, extended);
        if (!due) {
            tell("deadline", fmt::format("its days cannot be computed: {}", due.error().code));
            return 0;
        }
        if (deadlines_value(*due) != deadlines_value(after.due))
            for (const auto& [name, day] : deadlines_value(*due))
                if (const auto was = text_of(deadlines_value(after.due), name); was != text_of(day))
                    tell("deadline", fmt::format("`{}` is recorded as `{}` and computed as `{}`",
                                                 name, was, text_of(day)));
        if (extended && *after.extended_to != due->extended_on)
            tell("deadline",
                 fmt::format("`extended_to` is recorded as `{}` and computed as `{}`",
                             to_string(*after.extended_to), to_string(due->extended_on)));
        return deadlines_value(*due).size() + (extended ? 1 : 0);
    }
};

}  // namespace

std::uint64_t check_course(const event& e, const case_state& before, const procedure& how,
                           const tenant_law& law, std::vector<difference>& to) {
    course c{e, before, how, law, to};
    c.check_kind();
    const bool days_moved =
        std::ranges::any_of(std::to_array<std::string_view>(
                                {"arrival", "dates", "extended_to", "filed", "migrated", "pauses"}),
                            [&](auto field) { return e.fields.contains(field); });
    return days_moved ? c.check_days() : 0;
}

}  // namespace pykala::recompute
