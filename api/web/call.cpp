#include "api/web/call.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/log/canonical_json.hpp"

#include "storage/sqlite/sign_in_attempts.hpp"

namespace pykala::api::web {
namespace {

std::string cookie_name(const call& at, std::string_view name) {
    return fmt::format("__Host-{}-{}", at.here.tenant, name);
}

value language_links(const call& at) {
    value_array links;
    for (const auto& [which, name] : names_of<language>) {
        if (which == at.in) continue;
        links.emplace_back(
            value_object{{"lang", std::string(name)},
                         {"name", at.here.pages->text("language." + std::string(name), which)}});
    }
    return links;
}

}  // namespace

void set_cookie(call& at, std::string_view name, std::string_view text, long max_age) {
    // browsers take Secure cookies from http://127.0.0.1 too: it is a trustworthy origin
    at.cookies.emplace_back("Set-Cookie",
                            fmt::format("{}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={}",
                                        cookie_name(at, name), text, max_age));
}

std::string_view own_cookie(const call& at, std::string_view name) {
    return http::cookie(at.asked, cookie_name(at, name));
}

http::response page(call& at, std::string_view name, value_object values, unsigned status) {
    values.emplace("base", at.here.base);
    values.emplace("lang", std::string(name_of(at.in)));
    values.emplace("languages", language_links(at));
    values.emplace("tenant_name", at.here.name);
    values.emplace("demo", at.here.demo);
    values.emplace("csrf", at.who.csrf);
    values.emplace("staff_name", at.who.name);
    values.emplace("is_staff", !at.who.name.empty());
    values.emplace("for_staff", at.through == door::staff);
    values.emplace("is_customer", at.who.person.has_value());
    values.emplace("person_name", at.who.person ? at.who.person->name : std::string());
    values.emplace("may_work", at.who.roles.meets(case_workers));
    values.emplace("may_audit", at.who.roles.has(role::auditor));
    values.emplace("may_administer", at.who.roles.has(role::administrator));
    http::response said;
    said.status = status;
    said.set("Content-Type", "text/html; charset=utf-8");
    said.set("Content-Language", std::string(name_of(at.in)));
    said.body = at.here.pages->render(name, at.in, values);
    return said;
}

http::response see_other(const call& at, std::string_view path) {
    http::response said;
    said.status = 303;
    said.set("Location", at.link(path));
    return said;
}

http::response json_answer(const value& what, unsigned status) {
    http::response said;
    said.status = status;
    auto text = canonical_json(what);
    if (!text) throw std::logic_error("an answer is not JSON: " + text.error().detail);
    said.set("Content-Type", "application/json");
    said.body = *std::move(text);
    return said;
}

unsigned status_of(const problem& wrong) {
    if (wrong.code == "not_signed_in") return 401;
    if (wrong.code == "too_many_attempts") return 429;
    if (wrong.code == "method_not_allowed") return 405;
    if (wrong.code == "version_needed") return 428;
    if (wrong.code == "version_moved") return 412;
    switch (wrong.kind) {
        case problem_kind::invalid:
            return 400;
        case problem_kind::not_found:
            return 404;
        case problem_kind::forbidden:
            return 403;
        case problem_kind::refused:
            return 422;
        case problem_kind::conflict:
            return 409;
        case problem_kind::unavailable:
            return 503;
        case problem_kind::corrupt:
            return 500;
        case problem_kind::too_large:
            return 413;
    }
    return 500;
}

namespace {

http::response error_body(call& at, door through, const problem& wrong, unsigned status) {
    if (through != door::api && through != door::local) {
        // a version that moved is, for people, what two of them did at the same time
        const auto key = fmt::format("error.{}", status == 412 ? 409 : status);
        const auto& texts = at.here.pages->texts();
        const auto of_code = "refusal." + wrong.code;
        const auto* says = texts.contains(of_code) ? of_code.c_str()
                           : texts.contains(key)   ? key.c_str()
                                                   : "error.other";
        return page(at, "error",
                    {{"says", at.here.pages->text(says, at.in)},
                     {"code", wrong.code},
                     {"detail", at.who.name.empty() ? std::string() : wrong.detail},
                     {"hint", at.who.name.empty() ? std::string() : wrong.hint},
                     {"request_id", at.asked.id}},
                    status);
    }
    value_object body{{"type", "urn:pykala:problem:" + wrong.code},
                      {"title", wrong.code},
                      {"status", static_cast<std::int64_t>(status)},
                      {"detail", wrong.detail},
                      {"instance", "urn:pykala:request:" + at.asked.id}};
    if (!wrong.hint.empty()) body.emplace("hint", wrong.hint);
    if (!wrong.cites.empty()) {
        value_array cites;
        for (const auto& each : wrong.cites) cites.emplace_back(each);
        body.emplace("cites", std::move(cites));
    }
    auto said = json_answer(body, status);
    said.headers.front().second = "application/problem+json";
    if (status == 401) said.set("WWW-Authenticate", "Bearer");
    return said;
}

}  // namespace

http::response error_answer(call& at, door through, const problem& wrong) {
    const unsigned status = status_of(wrong);
    auto said = error_body(at, through, wrong, status);
    // the whole window: when the oldest attempt leaves it is told to nobody
    constexpr std::chrono::seconds wait = storage::attempt_bounds{}.window;
    if (status == 429) said.set("Retry-After", std::to_string(wait.count()));
    return said;
}

void add_security_headers(http::response& said, bool secure) {
    const auto says = [&said](std::string_view name) {
        return std::ranges::any_of(said.headers,
                                   [&](const auto& each) { return each.first == name; });
    };
    if (!says("Content-Security-Policy"))
        said.set("Content-Security-Policy",
                 "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
                 "form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    said.set("X-Content-Type-Options", "nosniff");
    said.set("Referrer-Policy", "same-origin");
    said.set("Cross-Origin-Opener-Policy", "same-origin");
    said.set("Cross-Origin-Resource-Policy", "same-origin");
    said.set("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    if (!says("Cache-Control")) said.set("Cache-Control", "no-store");
    if (secure) said.set("Strict-Transport-Security", "max-age=31536000");
}

}  // namespace pykala::api::web
