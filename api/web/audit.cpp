// Exports for auditors, to be verified elsewhere: by the page, by the API, and by commands on the
// same machine. Each is logged before its first byte leaves.
#include <array>
#include <memory>

#include <fmt/format.h>

#include "engine/log/checkpoint.hpp"

#include "api/web/endpoints.hpp"
#include "storage/bundle/logged_export.hpp"
#include "storage/shipping/shipping.hpp"

namespace pykala::api::web {
namespace {

std::string log_key(const call& at) {
    return log::verifier_key(storage::sha256, at.here.store->origin_name(),
                             at.here.keys->signing_key());
}

result<http::response> audit_page(call& at) {
    return page(at, "audit", {{"key", log_key(at)}});
}

storage::export_taker taker_of(const call& at) {
    const auto* way = at.asked.local ? "command" : at.through == door::staff ? "page" : "api";
    const auto as = at.who.name.empty() ? role::administrator : role::auditor;
    return {std::string(name_of(as)), at.who.name, way};
}

// The whole bundle stands in a sealed file by now; the answer is read from there.
result<http::response> give_export(const call& at, const storage::export_request& asked) {
    const auto now = at.here.time->now();
    PYKALA_TRY(auto made,
               storage::export_for(taker_of(at), *at.here.store, *at.here.keys, asked, now));
    // what an auditor holds a signed head of is known to a restore, whatever happens to the data
    if (at.here.shipping) PYKALA_CHECK(at.here.shipping->ship_log());
    const auto bytes = std::make_shared<storage::sealed_spool>(std::move(made.bytes));
    http::response said;
    said.rest = http::long_body{bytes->size(), [bytes] { return bytes->next(); }};
    said.set("Content-Type", "application/jsonl");
    said.set("Content-Disposition",
             fmt::format("attachment; filename=\"{}-{}.jsonl\"", at.here.tenant,
                         asked.numbers.empty() ? "all" : "case"));
    said.set("Pykala-Log-Key", log_key(at));
    return said;
}

// From this day on, where one is given.
result<bool> begin_on(const call& at, std::string_view since, storage::export_request& asked) {
    if (since.empty()) return true;
    const auto day = parse_date(since);
    if (!day)
        return fail(problem_kind::invalid, "bad_day", fmt::format("`{}` is no day", since),
                    "write it like `2026-01-30`");
    if (!asked.numbers.empty())
        return fail(problem_kind::invalid, "case_and_since",
                    "a case is exported whole, whatever the day",
                    "name the case or the day, not both");
    PYKALA_TRY(asked.from, storage::first_leaf_on(*at.here.store, *day));
    return true;
}

result<http::response> export_by_page(call& at) {
    storage::export_request asked;
    const std::string number(at.form_field("number"));
    if (!number.empty()) asked.numbers = {number};
    asked.now = at.here.time->now().at;
    PYKALA_CHECK(begin_on(at, at.form_field("since"), asked));
    return give_export(at, asked);
}

// What was handed out to a person is theirs alone, and proves nothing that its digest does not.
result<std::set<log::data_class>> classes_of(const call& at) {
    std::set<log::data_class> opens{log::data_class::decision_facts};
    const bool masked = http::field(at.query, "masked") == "yes";
    for (const auto& [parameter, name] : at.query) {
        if (parameter != "open") continue;
        const auto of = log::parse_data_class(name);
        if (!of || *of == log::data_class::open || *of == log::data_class::package)
            return fail(problem_kind::invalid, "unknown_class",
                        fmt::format("`{}` is no class that an auditor may open", name),
                        "one of content, decision_facts, deferred_erasure");
        if (masked)
            return fail(problem_kind::invalid, "masked_and_open",
                        "`masked` opens nothing, and `open` asks for something",
                        "leave one of them out");
        opens.insert(*of);
    }
    if (masked) opens.clear();
    return opens;
}

result<http::response> export_by_query(call& at) {
    storage::export_request asked;
    PYKALA_TRY(asked.opens, classes_of(at));
    asked.now = at.here.time->now().at;
    for (const auto& [parameter, number] : at.query)
        if (parameter == "case") asked.numbers.push_back(number);
    PYKALA_CHECK(begin_on(at, http::field(at.query, "since"), asked));
    return give_export(at, asked);
}

constexpr auto audit_table = std::to_array<endpoint>({
    {"GET", "/audit/", door::staff, false, {role::auditor}, audit_page},
    {"POST", "/audit/export", door::staff, false, {role::auditor}, export_by_page},
    {"GET", "/api/v1/audit/export", door::api, false, {role::auditor}, export_by_query},
    {"GET", "/local/audit/export", door::local, true, {}, export_by_query},
});

}  // namespace

std::span<const endpoint> audit_endpoints() {
    return audit_table;
}

}  // namespace pykala::api::web
