// Browsers of people in a whole utility: they are signed in, and ask its pages without sockets. And
// what an officer does before an answer leaves.
#pragma once

#include <string>
#include <string_view>

#include "api/http/message.hpp"
#include "tests/support/flow_world.hpp"

namespace pykala::tests {

storage::sample_person sample_person_of(const std::string& tenant, std::size_t index);

struct browser {
    browser(flow_world& world, const storage::sample_person& who);
    // A member of staff with this role, made when there is none.
    browser(flow_world& world, const std::string& role);

    api::http::response get(const std::string& path) const;
    // A form of one of our pages, without its token: that is added.
    api::http::response post(const std::string& path, const std::string& form) const;

    flow_world& w;
    std::string cookie;
};

std::string header_of(const api::http::response& said, std::string_view name);

// The officer looks at what must be looked at, and finds that it may leave.
void look_before_release(flow_world& w, const std::string& number);
// The same, and releases it in the way that the case needs.
void release_answer(flow_world& w, const std::string& number);

}  // namespace pykala::tests
