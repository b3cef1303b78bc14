#include "api/fulfilment/reassessment.hpp"

#include "engine/case/assess_case.hpp"
#include "engine/case/values.hpp"

namespace pykala::api {
namespace {

void put_record(cases::case_state& c, const record& now) {
    cases::case_record held;
    held.id = now.id;
    held.source = cases::source_of(now);
    c.records.insert_or_assign(now.id, std::move(held));
}

compact_day compact_day_of(const value& v) {
    const auto day = cases::date_of(v);
    return day ? static_cast<compact_day>(day->time_since_epoch().count()) : no_day;
}

assessment assessment_of(const value& v) {
    const auto word = [&](std::string_view name) { return cases::text_of(v[name]); };
    assessment a;
    a.outcome = from_name<record_outcome>(word("outcome")).value_or(record_outcome::review);
    a.action = from_name<record_action>(word("action")).value_or(record_action::none);
    a.reason = from_name<review_reason>(word("reason")).value_or(review_reason::none);
    a.retain_until = compact_day_of(v["retain_until"]);
    a.erase_on = compact_day_of(v["erase_on"]);
    return a;
}

}  // namespace

result<reassess> assess_beside(const register_set& registers, const people_found& people,
                               assessed_for what) {
    what.of.records.clear();
    for (std::size_t i = 0; i < registers.all.size() && i < people.at.size(); ++i) {
        if (i == registers.at || people.at[i].people.empty()) continue;
        PYKALA_TRY(const auto answer, registers.all[i]->read(people.at[i], what.known.today));
        for (const auto& held : answer.records) put_record(what.of, held.facts);
    }
    return reassess([what = std::move(what)](
                        std::span<const record> records) -> result<std::vector<assessment>> {
        auto c = what.of;
        for (const auto& held : records) put_record(c, held);
        const auto answers = cases::assess_case(c, what.known);
        std::vector<assessment> given;
        for (const auto& held : records) {
            auto answer = assessment_of(cases::member(answers, held.id));
            // a look that is not needed any more: the connector lets go what was decided so
            if (what.ordered.contains(held.id)) answer = {.outcome = record_outcome::review};
            given.push_back(answer);
        }
        return given;
    });
}

}  // namespace pykala::api
