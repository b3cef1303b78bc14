#include "tests/support/web_world.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "api/web/sessions.hpp"
#include "storage/sealing/sodium.hpp"
#include "storage/sqlite/staff.hpp"
#include "tests/support/sample_world.hpp"

namespace pykala::tests {

namespace http = api::http;
namespace web = api::web;

const web::page_book& pages_of_the_tree() {
    static const auto pages =
        web::page_book::compile(web::read_pages(PYKALA_SOURCE_DIR).value()).value();
    return pages;
}

web_world::web_world() {
    static const auto texts = api::read_all_definitions(PYKALA_SOURCE_DIR).value();
    const api::tenant_options options{dir.path / "kuopio", "kuopio", storage::purpose::demo,
                                      PYKALA_SOURCE_DIR, "test/kuopio/log/1"};
    if (!api::create_tenant(options, *texts)) throw std::runtime_error("no database");
    tenant = api::tenant::open(options, *texts).value();
    tenant->begin_work();
    here = tenant->site();
    here.base = "/kuopio";
    here.pages = &pages_of_the_tree();
    here.time = &time;
    here.people =
        storage::sample_people(policies_of_the_tree().packs.at("kuopio"), words_of_the_tree())
            .value();
    static const std::string hash = storage::hash_password(password_of_all);
    for (const auto name : all_names<web::role>()) {
        storage::staff_member who;
        who.name = name;
        who.password = hash;
        who.roles = {std::string(name)};
        if (!storage::add_user(*here.store, who, time.at)) throw std::runtime_error("no user");
    }
}

web_world::signed_in web_world::sign_in(web::role who) {
    const http::request nothing{};
    web::call at{nothing, here};
    const auto customer = web::customers.has(who);
    if (customer) {
        const auto& person = here.people.front();
        web::start_customer_session(at, {person.hetu, person.name, "eid_substantial"}).value();
    } else {
        const auto user = storage::find_user(*here.store, std::string(name_of(who))).value();
        web::start_staff_session(at, *user).value();
    }
    http::request back;
    const auto& text = at.cookies.front().second;
    back.headers.emplace_back("cookie", text.substr(0, text.find(';')));
    const web::call again{back, here};
    const auto known =
        web::who_asks(again, customer ? web::door::portal : web::door::staff).value();
    return {back.headers.front().second, known.csrf};
}

std::string web_world::token(web::role who) {
    const auto secret = storage::new_bearer_secret();
    if (!storage::keep_token(*here.store, storage::hash_of_secret(secret),
                             std::string(name_of(who)), time.at))
        throw std::runtime_error("no token");
    return secret;
}

http::response web_world::ask(http::request asked) {
    if (asked.host.empty()) asked.host = "127.0.0.1:8080";
    if (asked.peer.empty()) asked.peer = "127.0.0.1";
    asked.id = "0123456789abcdef";
    const auto mark = asked.path.find('?');
    if (mark != std::string::npos) {
        asked.query = asked.path.substr(mark + 1);
        asked.path.resize(mark);
    }
    const auto path = asked.path;
    return web::dispatch(asked, here, path);
}

http::response web_world::get(const std::string& path, const std::string& cookie) {
    http::request asked;
    asked.method = "GET";
    asked.path = path;
    if (!cookie.empty()) asked.headers.emplace_back("Cookie", cookie);
    return ask(std::move(asked));
}

http::response web_world::post(const std::string& path, const std::string& form,
                               const std::string& cookie) {
    http::request asked;
    asked.method = "POST";
    asked.path = path;
    asked.body = form;
    asked.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    asked.headers.emplace_back("Origin", "http://127.0.0.1:8080");
    if (!cookie.empty()) asked.headers.emplace_back("Cookie", cookie);
    return ask(std::move(asked));
}

}  // namespace pykala::tests
