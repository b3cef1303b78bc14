#include "api/web/quarantine.hpp"

#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "api/time/local_day.hpp"
#include "api/web/cases.hpp"
#include "api/web/endpoints.hpp"
#include "api/web/json_body.hpp"
#include "storage/sealing/session_seal.hpp"
#include "storage/sqlite/quarantine.hpp"

namespace pykala::api::web {
namespace {

constexpr std::size_t reason_max = 2'000;

result<http::response> quarantine_page(call& at) {
    PYKALA_TRY(const auto all, at.here.cases->quarantined());
    value_array rows;
    for (const auto& each : all) rows.emplace_back(stopped_values(at, each));
    return page(at, "quarantine",
                {{"none", rows.empty()},
                 {"rows", std::move(rows)},
                 {"once", storage::new_bearer_secret()}});
}

result<http::response> list_quarantine(call& at) {
    PYKALA_TRY(const auto all, at.here.cases->quarantined());
    value_array rows;
    for (const auto& each : all)
        rows.emplace_back(
            value_object{{"id", each.number}, {"since", to_string(each.since)}, {"why", each.why}});
    return json_answer(value_object{{"cases", std::move(rows)}});
}

std::unexpected<problem> still_broken(const std::string& number, const std::string& why) {
    return fail(problem_kind::refused, "still_broken",
                fmt::format("case `{}` is still not as it must be: {}", number, why),
                "nothing was changed; mend what the case needs first");
}

// Whether the case can be read at all: its events fold, its definitions load.
result<bool> check_readable(const call& at, const std::string& number) {
    try {
        const auto c = at.here.desk->read(number);
        if (!c && c.error().kind == problem_kind::corrupt)
            return still_broken(number, c.error().detail);
        PYKALA_CHECK(c);
        return true;
    } catch (const std::logic_error& broken) {
        return still_broken(number, broken.what());
    }
}

result<std::uint64_t> release(const call& at, const std::string& reason, const std::string& key) {
    const auto& number = at.parts.front();
    if (reason.find_first_not_of(" \t\r\n") == std::string::npos)
        return fail(problem_kind::invalid, "missing_reason", "a release needs a reason",
                    "say what was found and mended; auditors read it");
    if (reason.size() > reason_max)
        return fail(problem_kind::too_large, "reason_too_long",
                    fmt::format("a reason has at most {} bytes", reason_max), "say it shorter");
    PYKALA_CHECK(check_readable(at, number));
    storage::case_release what{.number = number,
                               .role = std::string(name_of(role::administrator)),
                               .name = at.who.name,
                               .reason = reason,
                               .key = {"administrator:" + at.who.name, key, {}}};
    what.key.content = at.here.seals->digest_of(fmt::format("release:{}:{}", number, reason));
    return storage::release_case(*at.here.store, *at.here.keys,
                                 storage::fold_projector(*at.here.seals), what,
                                 at.here.time->now());
}

result<http::response> release_by_page(call& at) {
    std::string once(at.form_field("once"));
    if (once.empty()) once = storage::new_bearer_secret();
    PYKALA_CHECK(release(at, std::string(at.form_field("reason")), once));
    return see_other(at, "/officer/quarantine");
}

result<http::response> release_by_api(call& at) {
    PYKALA_TRY(const auto key, idempotency_key(at));
    PYKALA_TRY(const auto body, json_body(at));
    PYKALA_TRY(const auto reason, text_member(body, "reason"));
    PYKALA_TRY(const auto version, release(at, reason, key));
    return json_answer(
        value_object{{"id", at.parts.front()}, {"version", static_cast<std::int64_t>(version)}});
}

constexpr auto quarantine_table = std::to_array<endpoint>({
    {"GET", "/officer/quarantine", door::staff, false, quarantine_readers, quarantine_page},
    {"POST",
     "/officer/quarantine/{case}/release",
     door::staff,
     false,
     {role::administrator},
     release_by_page},
    {"GET", "/api/v1/quarantine", door::api, false, quarantine_readers, list_quarantine},
    {"POST",
     "/api/v1/quarantine/{case}/release",
     door::api,
     false,
     {role::administrator},
     release_by_api},
});

}  // namespace

result<std::optional<desk::quarantined_case>> mark_of(const site& here, const std::string& number) {
    return storage::quarantine_of(*here.store, number);
}

value_object stopped_values(const call& at, const desk::quarantined_case& mark) {
    return {{"number", mark.number},
            {"stopped_on", day_text(local_day(mark.since), at.in)},
            {"stopped_why", mark.why},
            {"may_open", at.who.roles.meets(case_workers)},
            {"may_release", at.who.roles.has(role::administrator)}};
}

std::span<const endpoint> quarantine_endpoints() {
    return quarantine_table;
}

}  // namespace pykala::api::web
