#include "api/server/house.hpp"

#include <array>

#include <fmt/format.h>

#include "engine/load/policies.hpp"

#include "api/definitions/definitions.hpp"
#include "storage/sealing/sodium.hpp"
#include "storage/sqlite/staff.hpp"

namespace pykala::api {
namespace {

constexpr auto demo_staff = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"officer", "officer"}, {"reviewer", "reviewer"}, {"dpo", "dpo"}, {"auditor", "auditor"}});

result<bool> add_demo_staff(storage::tenant_store& store, const std::string& hash) {
    PYKALA_TRY(const auto there, storage::user_names(store));
    if (!there.empty()) return true;
    for (const auto& [name, role] : demo_staff) {
        storage::staff_member who;
        who.name = name;
        who.password = hash;
        who.roles = {std::string(role)};
        PYKALA_CHECK(storage::add_user(store, who, world_clock().now().at));
    }
    return true;
}

result<std::unique_ptr<tenant>> open_demo_tenant(const demo_options& options, const std::string& id,
                                                 const definition_texts& texts,
                                                 const std::string& password_hash) {
    const tenant_options one{options.data / id, id, storage::purpose::demo, options.definitions,
                             fmt::format("demo.pykala.localhost/{}/log/1", id)};
    if (!std::filesystem::exists(one.folder / "cases.db")) PYKALA_CHECK(create_tenant(one, texts));
    PYKALA_TRY(auto opened, tenant::open(one, texts));
    PYKALA_CHECK(opened->open_samples(one));
    PYKALA_CHECK(add_demo_staff(opened->store(), password_hash));
    return opened;
}

// One line for each request: no path, no address, no person.
void write_access(const http::request& asked, const http::response& said,
                  std::chrono::microseconds took) {
    fmt::print(stderr, "{} {} {} {} {:.1f} ms\n", asked.id, asked.method,
               said.route.empty() ? "-" : said.route, said.status,
               static_cast<double>(took.count()) / 1000);
}

}  // namespace

result<bool> house::read_texts(const std::string& definitions) {
    PYKALA_TRY(const auto sources, web::read_pages(definitions));
    PYKALA_TRY(auto pages, web::page_book::compile(sources));
    pages_ = std::make_unique<web::page_book>(std::move(pages));
    PYKALA_TRY(const auto root, find_definitions(definitions));
    PYKALA_TRY(const auto letter_sources, read_definitions(root, "policies/letters"));
    diagnostics findings;
    letters_ = std::make_unique<letters::letter_book>(letter_sources, findings);
    if (has_errors(findings))
        return fail(problem_kind::corrupt, "broken_definitions", to_string(findings.front()));
    return true;
}

result<std::unique_ptr<house>> house::open_demo(const demo_options& options) {
    std::unique_ptr<house> made(new house());
    PYKALA_CHECK(made->read_texts(options.definitions));
    PYKALA_TRY(const auto texts, read_all_definitions(options.definitions));
    const auto hash = storage::hash_password(demo_password);
    for (const auto& [id, pack] : load_policies(texts->policies).set.packs) {
        PYKALA_TRY(auto opened, open_demo_tenant(options, id, *texts, hash));
        auto& site = opened->site();
        site.base = "/" + id;
        // a port that the system chooses is not known yet; letters then name no address
        if (options.port != 0)
            site.address = fmt::format("http://127.0.0.1:{}{}", options.port, site.base);
        site.pages = made->pages_.get();
        site.letters = made->letters_.get();
        made->tenants_.push_back(std::move(opened));
    }
    PYKALA_CHECK(made->listen(options));
    return made;
}

result<bool> house::listen(const demo_options& options) {
    std::vector<web::served_site> sites;
    for (const auto& each : tenants_) {
        each->begin_work();
        sites.push_back({{}, &each->site()});
    }
    app_ = std::make_unique<web::web_app>(std::move(sites), *pages_);
    http::server_options settings;
    settings.port = options.port;
    settings.refuse = [this](unsigned status, const std::string& code) {
        return app_->refuse(status, code);
    };
    settings.after = [this](const http::request& asked, const http::response& said,
                            std::chrono::microseconds took) {
        counts_.answered(asked.method, said.route.empty() ? "-" : said.route, said.status, took);
        write_access(asked, said, took);
    };
    PYKALA_TRY(server_,
               http::server::start(std::move(settings), [this](const http::request& asked) {
                   return app_->answer(asked);
               }));
    http::server_options own;
    own.port = options.metrics_port;
    own.bounds.threads = 1;
    PYKALA_TRY(metrics_server_,
               http::server::start(std::move(own), [this](const http::request& asked) {
                   http::response said;
                   if (asked.path != "/metrics") said.status = 404;
                   said.set("Content-Type", "text/plain; version=0.0.4");
                   if (said.status == 200) said.body = counts_.text();
                   return said;
               }));
    return true;
}

void house::stop() {
    if (server_) server_->stop();
    if (metrics_server_) metrics_server_->stop();
}

house::~house() {
    stop();
}

}  // namespace pykala::api
