#include "api/server/house.hpp"

#include <array>

#include <fmt/format.h>

#include "engine/load/policies.hpp"

#include "api/definitions/definitions.hpp"
#include "api/definitions/law.hpp"
#include "storage/sealing/sodium.hpp"
#include "storage/sqlite/staff.hpp"

namespace pykala::api {
namespace {

constexpr auto demo_staff = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"officer", "officer"},
     {"reviewer", "reviewer"},
     {"dpo", "dpo"},
     {"auditor", "auditor"},
     {"administrator", "administrator"}});

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

void house::add(std::unique_ptr<tenant> opened, const std::string& base, const std::string& host,
                const std::string& address) {
    auto& site = opened->site();
    site.base = base;
    site.address = address;
    site.pages = pages_.get();
    site.letters = letters_.get();
    sites_.push_back({host, &site});
    tenants_.push_back(std::move(opened));
}

result<std::unique_ptr<house>> house::open_demo(const demo_options& options) {
    std::unique_ptr<house> made(new house());
    PYKALA_CHECK(made->read_texts(options.definitions));
    PYKALA_TRY(const auto texts, read_all_definitions(options.definitions));
    const auto hash = storage::hash_password(demo_password);
    for (const auto& [id, pack] : load_policies(texts->policies).set.packs) {
        PYKALA_TRY(auto opened, open_demo_tenant(options, id, *texts, hash));
        // a port that the system chooses is not known yet; letters then name no address
        const auto address = options.port == 0
                                 ? std::string()
                                 : fmt::format("http://127.0.0.1:{}/{}", options.port, id);
        made->add(std::move(opened), "/" + id, {}, address);
    }
    made->begin_work();
    listeners on;
    on.own.port = options.port;
    on.metrics.port = options.metrics_port;
    on.socket = socket_of(options.data);
    PYKALA_CHECK(made->listen(std::move(on)));
    return made;
}

result<std::unique_ptr<house>> house::open(const instance& all) {
    std::unique_ptr<house> made(new house());
    PYKALA_CHECK(made->read_texts(all.definitions));
    PYKALA_TRY(const auto texts, read_all_definitions(all.definitions));
    const auto law = load_policies(texts->policies).set;
    for (const auto& each : all.tenants) {
        PYKALA_TRY(const auto options, options_of(all, each));
        PYKALA_TRY(const auto* own, find_pack(law, each.id));
        if (auto wrong = check_reviewed(*own)) return std::unexpected(*std::move(wrong));
        PYKALA_TRY(auto opened, tenant::open(options, *texts));
        PYKALA_CHECK(opened->open_registers(options));
        PYKALA_CHECK(opened->open_mail(options));
        made->add(std::move(opened), {}, each.host, each.url);
    }
    made->begin_work();
    listeners on;
    on.own.address = all.listen.address;
    on.own.port = all.listen.port;
    on.own.certificate = all.listen.certificate;
    if (!all.listen.private_key.empty()) {
        PYKALA_TRY(on.own.private_key, secret_file(all.listen.private_key));
    }
    on.own.proxies = all.proxies;
    on.own.only_proxies = only_behind_proxies(all);
    on.metrics.address = all.metrics.address;
    on.metrics.port = all.metrics.port;
    on.socket = socket_of(all.data);
    PYKALA_CHECK(made->listen(std::move(on)));
    return made;
}

result<std::unique_ptr<house>> house::open_alone(const tenant_options& one, const std::string& url,
                                                 bool with_registers) {
    std::unique_ptr<house> made(new house());
    PYKALA_CHECK(made->read_texts(one.definitions));
    PYKALA_TRY(const auto texts, read_all_definitions(one.definitions));
    PYKALA_TRY(auto opened, tenant::open(one, *texts));
    if (with_registers)
        PYKALA_CHECK(one.use == storage::purpose::demo ? opened->open_samples(one)
                                                       : opened->open_registers(one));
    opened->open_desk();
    made->add(std::move(opened), {}, {}, url);
    made->app_ = std::make_unique<web::web_app>(made->sites_, *made->pages_);
    return made;
}

http::response house::answer_command(http::request asked) const {
    asked.local = true;
    return app_->answer(asked);
}

void house::begin_work() {
    for (const auto& each : tenants_) {
        each->site().served = true;
        each->begin_work();
    }
    app_ = std::make_unique<web::web_app>(sites_, *pages_);
}

result<bool> house::listen(listeners on) {
    const auto answer = [this](const http::request& asked) { return app_->answer(asked); };
    for (auto* each : {&on.own, &on.metrics})
        each->refuse = [this](unsigned status, const std::string& code) {
            return app_->refuse(status, code);
        };
    on.own.after = [this](const http::request& asked, const http::response& said,
                          std::chrono::microseconds took) {
        counts_.answered(asked.method, said.route.empty() ? "-" : said.route, said.status, took);
        write_access(asked, said, took);
    };
    http::server_options own_socket;
    own_socket.socket = std::move(on.socket);
    own_socket.refuse = on.own.refuse;
    own_socket.after = on.own.after;
    own_socket.bounds.threads = 2;
    own_socket.bounds.header_bytes = 1'048'576;  // a command may name many cases
    PYKALA_TRY(socket_server_, http::server::start(std::move(own_socket), answer));
    PYKALA_CHECK(serve_metrics(std::move(on.metrics)));
    PYKALA_TRY(server_, http::server::start(std::move(on.own), answer));
    return true;
}

result<bool> house::serve_metrics(http::server_options on) {
    on.bounds.threads = 1;
    PYKALA_TRY(metrics_server_,
               http::server::start(std::move(on), [this](const http::request& asked) {
                   http::response said;
                   if (asked.path != "/metrics") said.status = 404;
                   said.set("Content-Type", "text/plain; version=0.0.4");
                   if (said.status == 200) said.body = counts_.text();
                   return said;
               }));
    return true;
}

void house::stop() {
    for (auto* each : {server_.get(), metrics_server_.get(), socket_server_.get()})
        if (each) each->stop();
}

house::~house() {
    stop();
}

}  // namespace pykala::api
