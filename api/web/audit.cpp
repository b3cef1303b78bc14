// The auditor's page: the export of a case, or of everything, to be verified elsewhere.
#include <array>

#include <fmt/format.h>

#include "engine/log/checkpoint.hpp"

#include "api/web/endpoints.hpp"
#include "storage/bundle/export.hpp"
#include "storage/hash/sha256.hpp"

namespace pykala::api::web {
namespace {

result<http::response> audit_page(call& at) {
    return page(at, "audit",
                {{"key", log::verifier_key(storage::sha256, at.here.store->origin_name(),
                                           at.here.keys->signing_key())}});
}

result<http::response> export_cases(call& at) {
    storage::export_request asked;
    const std::string number(at.form_field("number"));
    if (!number.empty()) asked.numbers = {number};
    asked.now = at.here.time->now().at;
    http::response said;
    PYKALA_CHECK(storage::export_bundle(*at.here.store, *at.here.keys, asked,
                                        [&](std::string_view part) { said.body += part; }));
    said.set("Content-Type", "application/jsonl");
    said.set("Content-Disposition", fmt::format("attachment; filename=\"{}-{}.jsonl\"",
                                                at.here.tenant, number.empty() ? "all" : "case"));
    return said;
}

constexpr auto table = std::to_array<endpoint>({
    {"GET", "/audit/", door::staff, false, {role::auditor}, audit_page},
    {"POST", "/audit/export", door::staff, false, {role::auditor}, export_cases},
});

}  // namespace

std::span<const endpoint> audit_endpoints() {
    return table;
}

}  // namespace pykala::api::web
