// One tenant's site on a store of its own, with a user for every role, and a hand that asks it
// without sockets.
#pragma once

#include <memory>
#include <string>

#include "engine/desk/ports.hpp"

#include "api/server/tenant.hpp"
#include "api/web/endpoints.hpp"
#include "api/web/roles.hpp"
#include "tests/support/folder.hpp"

namespace pykala::tests {

// Stands until it is moved.
struct hand_clock final : desk::clock {
    desk::moment now() override { return {at, std::chrono::floor<std::chrono::days>(at)}; }
    instant at = instant{make_date(2026, 11, 20)} + std::chrono::hours(10);
};

const api::web::page_book& pages_of_the_tree();

struct web_world {
    web_world();

    folder dir;
    hand_clock time;
    std::unique_ptr<api::tenant> tenant;  // without registers
    api::web::site here;                  // its clock is `time`

    // The cookies of somebody signed in, with the token of their forms.
    struct signed_in {
        std::string cookie, csrf;
    };
    signed_in sign_in(api::web::role who);
    std::string token(api::web::role who);

    api::http::response get(const std::string& path, const std::string& cookie = {});
    // A form as a page of ours sends it.
    api::http::response post(const std::string& path, const std::string& form,
                             const std::string& cookie = {});
    api::http::response ask(api::http::request asked);
};

// The user of a role has its name, and this password.
inline const std::string password_of_all = "correct horse battery staple";

}  // namespace pykala::tests
