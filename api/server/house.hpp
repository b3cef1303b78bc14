// A running server: tenants, pages, letters, and the listener that speaks for them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/http/metrics.hpp"
#include "api/http/server.hpp"
#include "api/letters/letter_book.hpp"
#include "api/server/instance.hpp"
#include "api/server/tenant.hpp"
#include "api/web/web_app.hpp"

namespace pykala::api {

struct demo_options {
    std::filesystem::path data;
    std::uint16_t port = 8080;
    std::uint16_t metrics_port = 9464;
    std::string definitions{};
};

// Everybody who works in the demo has this password; the databases are marked as a demo's.
inline constexpr std::string_view demo_password = "pykala-demo";

class house {
public:
    // Every pack as a demo tenant, made where it is not there yet, served on loopback only.
    // Problems: those of tenants, definitions, pages, letters and server.
    static result<std::unique_ptr<house>> open_demo(const demo_options& options);
    // The tenants of an instance, in production. Problems: those of check_instance() and of the
    // listeners.
    static result<std::unique_ptr<house>> open(const instance& all);
    // One tenant for a command while nobody serves it: no listener, nothing is carried out. What
    // moves cases needs the registers, at least their names.
    static result<std::unique_ptr<house>> open_alone(const tenant_options& one,
                                                     const std::string& url, bool with_registers);
    ~house();

    // As a command asks that may read the data anyway: the path begins with the tenant's id.
    http::response answer_command(http::request asked) const;

    const std::vector<std::unique_ptr<tenant>>& tenants() const { return tenants_; }
    std::uint16_t port() const { return server_->port(); }
    std::uint16_t metrics_port() const { return metrics_server_->port(); }
    // Lets requests under way end.
    void stop();

private:
    house() = default;
    result<bool> read_texts(const std::string& definitions);
    struct listeners {
        http::server_options own, metrics;
        std::filesystem::path socket;
    };
    void add(std::unique_ptr<tenant> opened, const std::string& base, const std::string& host,
             const std::string& address);
    void begin_work();
    result<bool> listen(listeners on);
    result<bool> serve_metrics(http::server_options on);

    std::unique_ptr<web::page_book> pages_;
    std::unique_ptr<letters::letter_book> letters_;
    std::vector<std::unique_ptr<tenant>> tenants_;
    std::vector<web::served_site> sites_;
    std::unique_ptr<web::web_app> app_;
    http::metrics counts_;
    std::unique_ptr<http::server> server_, metrics_server_, socket_server_;
};

}  // namespace pykala::api
