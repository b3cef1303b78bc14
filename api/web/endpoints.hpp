// Every route of a tenant, in one table: who may, and what answers. Paths are those below the
// tenant's base; `{name}` stands for one part.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "api/web/call.hpp"

namespace pykala::api::web {

struct endpoint {
    std::string_view method;   // GET answers HEAD too
    std::string_view pattern;  // `/officer/cases/{case}`
    door through = door::open;
    bool anyone = false;  // also who is not signed in
    role_set may{};
    result<http::response> (*answer)(call&) = nullptr;
};

// All of them, in a fixed order.
const std::vector<endpoint>& endpoints();

// Parts of the table, each beside its handlers.
std::span<const endpoint> entry_endpoints();
std::span<const endpoint> customer_endpoints();
std::span<const endpoint> queue_endpoints();
std::span<const endpoint> officer_endpoints();
std::span<const endpoint> print_endpoints();
std::span<const endpoint> quarantine_endpoints();
std::span<const endpoint> arrival_endpoints();
std::span<const endpoint> answer_endpoints();
std::span<const endpoint> api_endpoints();
std::span<const endpoint> audit_endpoints();
std::span<const endpoint> local_endpoints();
std::span<const endpoint> migration_endpoints();

// Finds the route and checks who asks: one answer for every request below the tenant's base.
http::response dispatch(const http::request& asked, const site& here, std::string_view path);

}  // namespace pykala::api::web
