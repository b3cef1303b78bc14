// A running server: tenants, pages, letters, and the listener that speaks for them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/http/metrics.hpp"
#include "api/http/server.hpp"
#include "api/letters/letter_book.hpp"
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
    ~house();

    const std::vector<std::unique_ptr<tenant>>& tenants() const { return tenants_; }
    std::uint16_t port() const { return server_->port(); }
    // Lets requests under way end.
    void stop();

private:
    house() = default;
    result<bool> read_texts(const std::string& definitions);
    result<bool> listen(const demo_options& options);

    std::unique_ptr<web::page_book> pages_;
    std::unique_ptr<letters::letter_book> letters_;
    std::vector<std::unique_ptr<tenant>> tenants_;
    std::unique_ptr<web::web_app> app_;
    http::metrics counts_;
    std::unique_ptr<http::server> server_, metrics_server_;
};

}  // namespace pykala::api
