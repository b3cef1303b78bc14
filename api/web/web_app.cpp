#include "api/web/web_app.hpp"

#include <fmt/format.h>

#include "api/web/endpoints.hpp"

namespace pykala::api::web {
namespace {

http::response plain(unsigned status, std::string text, std::string route) {
    http::response said;
    said.status = status;
    said.set("Content-Type", "text/plain; charset=utf-8");
    said.body = std::move(text);
    said.route = std::move(route);
    add_security_headers(said, false);
    return said;
}

language language_of(const http::request& asked) {
    const std::string_view query = asked.query;
    const std::string_view wanted = query.starts_with("lang=") ? query.substr(5) : "";
    return from_name<language>(wanted).value_or(language{});
}

}  // namespace

http::response web_app::answer_command(const http::request& asked) const {
    const std::string_view path = asked.path;
    for (const auto& each : sites_) {
        const auto prefix = "/" + each.at->tenant;
        if (path.starts_with(prefix) && path.substr(prefix.size()).starts_with('/'))
            return dispatch(asked, *each.at, path.substr(prefix.size()));
    }
    return refuse(404, "unknown_tenant");
}

http::response web_app::answer(const http::request& asked) const {
    if (asked.path == "/healthz") return plain(200, "ok\n", "/healthz");
    if (asked.local) return answer_command(asked);
    const std::string_view path = asked.path;
    const auto host = std::string_view(asked.host).substr(0, asked.host.find(':'));
    for (const auto& each : sites_) {
        const auto& base = each.at->base;
        if (!each.host.empty()) {
            if (http::same_without_case(each.host, host)) return dispatch(asked, *each.at, path);
            continue;
        }
        if (!path.starts_with(base)) continue;
        const auto below = path.substr(base.size());
        if (below.starts_with('/')) return dispatch(asked, *each.at, below);
        if (below.empty()) {
            auto said = plain(308, "", "/");
            said.set("Location", base + "/");
            return said;
        }
    }
    if (path == "/" || path == "/assets/style.css") return root(asked);
    return nothing_here(asked);
}

http::response web_app::root(const http::request& asked) const {
    if (asked.path != "/") {
        auto said = plain(200, std::string(pages_.asset("style.css")), "/assets/style.css");
        said.headers.front().second = "text/css; charset=utf-8";
        return said;
    }
    value_array tenants;
    for (const auto& each : sites_)
        if (each.host.empty())
            tenants.emplace_back(value_object{{"name", each.at->name}, {"path", each.at->base}});
    if (tenants.empty()) return nothing_here(asked);
    site outside;
    outside.pages = &pages_;
    outside.demo = true;
    call at{asked, outside};
    at.in = language_of(asked);
    auto said = page(at, "tenants", {{"tenants", std::move(tenants)}});
    said.route = "/";
    add_security_headers(said, false);
    return said;
}

http::response web_app::nothing_here(const http::request& asked) const {
    site outside;
    outside.pages = &pages_;
    call at{asked, outside};
    at.in = language_of(asked);
    const auto through = asked.path.starts_with("/api/") ? door::api : door::portal;
    auto said = error_answer(at, through,
                             {problem_kind::not_found, "no_such_page", "there is nothing here",
                              "the pages of a controller stand below its own address"});
    said.route = "-";
    add_security_headers(said, asked.secure);
    return said;
}

http::response web_app::refuse(unsigned status, const std::string& code) const {
    auto said = plain(status,
                      fmt::format("{{\"type\":\"urn:pykala:problem:{0}\",\"title\":\"{0}\","
                                  "\"status\":{1}}}",
                                  code, status),
                      "-");
    said.headers.front().second = "application/problem+json";
    return said;
}

}  // namespace pykala::api::web
