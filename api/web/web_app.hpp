// All tenants of one server: finds whose request it is, by path prefix or by host name.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/http/message.hpp"
#include "api/web/site.hpp"

namespace pykala::api::web {

struct served_site {
    std::string host;  // empty: by the path prefix `at->base`
    const site* at = nullptr;
};

class web_app {
public:
    web_app(std::vector<served_site> sites, const page_book& pages)
        : sites_(std::move(sites)), pages_(pages) {}

    http::response answer(const http::request& asked) const;
    // For what goes wrong before there is a request to answer.
    http::response refuse(unsigned status, const std::string& code) const;

private:
    http::response nothing_here(const http::request& asked) const;
    http::response root(const http::request& asked) const;
    // Below the tenant's id, whatever its host name.
    http::response answer_command(const http::request& asked) const;

    std::vector<served_site> sites_;
    const page_book& pages_;
};

}  // namespace pykala::api::web
