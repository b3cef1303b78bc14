#include "storage/registers/judgement.hpp"

#include <fmt/format.h>

namespace pykala::storage::registers {

bool lets_go(register_verb verb) {
    return verb == register_verb::erase || verb == register_verb::unlink ||
           verb == register_verb::reduce;
}

namespace {

std::optional<date> day_if(compact_day day) {
    if (day == no_day) return std::nullopt;
    return date(std::chrono::days(day));
}

}  // namespace

// Why a record may not go at this moment; nothing when it may.
std::optional<change_result> kept(const record_change& change, const register_record& now,
                                  const assessment& answer) {
    change_result result{
        .record = change.record, .verb = change.verb, .status = change_status::kept_by_new_hold};
    if (answer.outcome == record_outcome::retain) {
        result.reason = "retained";
        result.until = day_if(answer.retain_until);
        return result;
    }
    if (answer.outcome == record_outcome::review && answer.reason != change.decided) {
        result.reason = fmt::format("review_{}", name_of(answer.reason));
        return result;
    }
    if (now.marks.restricted) {
        result.reason = "restricted";
        return result;
    }
    const auto expected = answer.action == record_action::unlink   ? register_verb::unlink
                          : answer.action == record_action::reduce ? register_verb::reduce
                                                                   : register_verb::erase;
    if (answer.outcome == record_outcome::erase && change.verb != expected) {
        result.status = change_status::failed;
        result.reason = "other_action";
        return result;
    }
    return std::nullopt;
}

}  // namespace pykala::storage::registers
