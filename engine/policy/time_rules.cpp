#include "engine/policy/time_rules.hpp"

#include <fmt/format.h>

namespace pykala {
namespace {

result<const rule_version*> in_force(const policy_set& law, std::string_view id, date on) {
    const auto* found = find(law.deadlines, id);
    if (!found)
        return fail(problem_kind::corrupt, "broken_definitions",
                    fmt::format("policies/ holds no deadline `{}`", id));
    const auto* version = version_on(found->versions, on);
    if (!version)
        return fail(problem_kind::invalid, "no_rule_in_force",
                    fmt::format("no version of `{}` was in force on {}", id, to_string(on)),
                    fmt::format("the first began on {}",
                                to_string(found->versions.front().effective_from)));
    return version;
}

}  // namespace

result<time_rules> time_rules_on(const policy_set& law, std::string_view tenant, date received_on) {
    PYKALA_TRY(const auto* answer, in_force(law, "gdpr.answer", received_on));
    PYKALA_TRY(const auto* extension, in_force(law, "gdpr.extension", received_on));
    deadline_rules rules{.promise = {},
                         .answer = answer->length,
                         .extension = extension->length,
                         .extension_steps = extension->steps};
    std::string calendar_id;
    auto reading = tolling::none;
    if (tenant.empty()) {
        if (const auto* method = find(law.countings, answer->counting))
            calendar_id = method->calendar;
        if (const auto* promise = find(law.practice, "promise")) rules.promise = promise->length;
    } else {
        const auto* pack = find(law.packs, tenant);
        if (!pack)
            return fail(problem_kind::not_found, "unknown_tenant",
                        fmt::format("no pack is called `{}`", tenant),
                        "packs are the files of policies/controllers/");
        calendar_id = pack->calendar;
        reading = pack->tolling;
        if (pack->promise.value.count > 0) rules.promise = pack->promise.value;
    }
    const auto* data = find(law.calendars, calendar_id);
    if (!data)
        return fail(problem_kind::corrupt, "broken_definitions",
                    fmt::format("policies/ holds no calendar `{}`", calendar_id));
    return time_rules{calendar{*data}, std::move(rules), reading};
}

}  // namespace pykala
