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
    return plain(404, "there is nothing here\n", "-");
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
    if (tenants.empty()) return plain(404, "there is nothing here\n", "-");
    site outside;
    outside.pages = &pages_;
    outside.demo = true;
    call at{asked, outside};
    if (const auto wanted = from_name<language>(asked.query.starts_with("lang=")
                                                    ? std::string_view(asked.query).substr(5)
                                                    : std::string_view()))
        at.in = *wanted;
    auto said = page(at, "tenants", {{"tenants", std::move(tenants)}});
    said.route = "/";
    add_security_headers(said, false);
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
