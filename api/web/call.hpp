// One request on its way through the web: where it goes, who asks, and the answer in the making.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/value.hpp"

#include "api/http/message.hpp"
#include "api/web/roles.hpp"
#include "api/web/site.hpp"

namespace pykala::api::web {

// What e-identification says of a customer; sealed in the session.
struct identified_person {
    std::string hetu, name, assurance;
    friend bool operator==(const identified_person&, const identified_person&) = default;
};

struct visitor {
    role_set roles;
    std::string name;                           // of a member of staff
    std::int64_t user = 0;                      // of a member of staff
    std::string secret;                         // of the session; empty: none
    std::string csrf;                           // forms must send it back
    std::optional<identified_person> person{};  // a customer
};

// Through which door a route is reached, which says how one signs in and how errors look. `local`
// routes are there for commands on the same machine only, who may read the data anyway.
enum class door { open, portal, staff, api, local };

struct call {
    const http::request& asked;
    const site& here;
    visitor who{};
    language in = language::fi;
    door through = door::open;
    std::vector<std::string> parts{};  // of the path, where the pattern has `{…}`
    http::field_list query{};
    http::field_list form{};      // of a POST of a page
    http::header_list cookies{};  // to be set with the answer

    std::string_view form_field(std::string_view name) const { return http::field(form, name); }
    std::string link(std::string_view path) const { return here.base + std::string(path); }
};

// Sets a cookie of the tenant, `__Host-TENANT-NAME`; `max_age` in seconds, 0 removes it.
void set_cookie(call& at, std::string_view name, std::string_view text, long max_age);
std::string_view own_cookie(const call& at, std::string_view name);

// A page with what every page shows added to its values.
http::response page(call& at, std::string_view name, value_object values, unsigned status = 200);
// After a POST; 303.
http::response see_other(const call& at, std::string_view path);
http::response json_answer(const value& what, unsigned status = 200);
// As the door shows errors: RFC 9457, or a page.
http::response error_answer(call& at, door through, const problem& wrong);
unsigned status_of(const problem& wrong);

// Headers that every answer carries. `secure`: it came by TLS.
void add_security_headers(http::response& said, bool secure);

}  // namespace pykala::api::web
