#include "tests/support/browser.hpp"

#include <stdexcept>

#include "engine/case/values.hpp"

#include "api/web/endpoints.hpp"
#include "api/web/sessions.hpp"
#include "storage/sqlite/staff.hpp"

namespace pykala::tests {

namespace web = api::web;
namespace http = api::http;

namespace {

std::string cookie_of(const web::call& at) {
    const auto& text = at.cookies.front().second;
    return text.substr(0, text.find(';'));
}

}  // namespace

storage::sample_person sample_person_of(const std::string& tenant, std::size_t index) {
    return storage::sample_people(policies_of_the_tree().packs.at(tenant), words_of_the_tree())
        .value()
        .at(index);
}

browser::browser(flow_world& world, const storage::sample_person& who) : w(world) {
    const http::request nothing{};
    web::call at{nothing, w.site};
    web::start_customer_session(at, {who.hetu, who.name, "eid_substantial"}).value();
    cookie = cookie_of(at);
}

browser::browser(flow_world& world, const std::string& role) : w(world) {
    storage::staff_member who;
    who.name = role + "-1";
    who.password = "x";
    who.roles = {role};
    if (!storage::find_user(*w.site.store, who.name).value())
        if (const auto added = storage::add_user(*w.site.store, who, w.time.at); !added)
            throw std::runtime_error(added.error().code);
    const http::request nothing{};
    web::call at{nothing, w.site};
    web::start_staff_session(at, *storage::find_user(*w.site.store, who.name).value()).value();
    cookie = cookie_of(at);
}

http::response browser::get(const std::string& path) const {
    http::request asked;
    asked.method = "GET";
    asked.path = path.substr(0, path.find('?'));
    if (asked.path.size() < path.size()) asked.query = path.substr(asked.path.size() + 1);
    asked.host = "127.0.0.1:8080";
    asked.headers.emplace_back("Cookie", cookie);
    return web::dispatch(asked, w.site, asked.path);
}

http::response browser::post(const std::string& path, const std::string& form) const {
    http::request asked;
    asked.method = "POST";
    asked.path = path;
    asked.host = "127.0.0.1:8080";
    asked.headers.emplace_back("Cookie", cookie);
    asked.headers.emplace_back("Origin", "http://127.0.0.1:8080");
    asked.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    const auto door = path.starts_with("/officer/") ? web::door::staff : web::door::portal;
    const auto known = web::who_asks(web::call{asked, w.site}, door).value();
    asked.body = "csrf=" + known.csrf + "&" + form;
    return web::dispatch(asked, w.site, path);
}

std::string header_of(const http::response& said, std::string_view name) {
    for (const auto& [key, text] : said.headers)
        if (key == name) return text;
    return {};
}

void look_before_release(flow_world& w, const std::string& number) {
    const auto c = w.state(number);
    for (const auto& call : c.release_calls)
        w.take(number, "officer", "record_release_check",
               {{"check", call}, {"finding", "release"}});
    const auto& pack = policies_of_the_tree().packs.at(w.registers.tenant);
    value_array recordings;
    for (const auto& [id, held] : c.records)
        if (const auto* kind = find(pack.categories, cases::text_of(held.source, "category"));
            kind && kind->listen_first)
            recordings.emplace_back(id);
    if (recordings.empty()) return;
    if (c.right == "access")
        w.take(number, "officer", "record_listening",
               {{"records", recordings}, {"speaker", "requester"}, {"finding", "release"}});
    else
        w.take(number, "officer", "record_release_check",
               {{"check", "several_parties"}, {"records", recordings}, {"finding", "release"}});
}

void release_answer(flow_world& w, const std::string& number) {
    look_before_release(w, number);
    const auto refused = w.attempt(number, "officer", "release");
    if (refused == "blocked_by_address_protected") {
        w.take(number, "officer", "propose_release");
        w.take(number, "reviewer", "approve");
    } else if (!refused.empty()) {
        w.take(number, "officer", "release_within_scope", {{"reason", "20 artiklan mukaan."}});
    }
    w.work();
}

}  // namespace pykala::tests
