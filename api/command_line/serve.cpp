// `pykala serve`: the tenants of an instance, in production.
#include <memory>

#include <fmt/format.h>

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/command_line/instance_command.hpp"
#include "api/command_line/print.hpp"
#include "api/command_line/until_told.hpp"
#include "api/server/house.hpp"

namespace pykala::api {
namespace {

struct serve_flags {
    std::string config = "instance.toml";
    bool check = false;
};

void tell(const instance& all, const house& running) {
    const bool tls = !all.listen.certificate.empty();
    fmt::print("Pykälä serves on {}://{}:{}, metrics on http://{}:{}/metrics\n",
               tls ? "https" : "http", all.listen.address, running.port(), all.metrics.address,
               running.metrics_port());
    for (const auto& each : all.tenants) fmt::print("  {}  {}\n", each.id, each.url);
    std::fflush(stdout);
}

int run_serve(const serve_flags& flags) {
    const until_told end;
    const auto all = read_sound_instance(flags.config);
    if (!all) return print(all.error());
    const auto faults = check_instance(*all);
    for (const auto& each : faults) print(each);
    if (!faults.empty()) return 1;
    if (flags.check) {
        fmt::print(stderr, "{}: nothing keeps it from being served; tenants: {}\n", flags.config,
                   all->tenants.size());
        return 0;
    }
    auto running = house::open(*all);
    if (!running) return print(running.error());
    tell(*all, **running);
    end.wait();
    (*running)->stop();
    return 0;
}

}  // namespace

void add_serve(const command_words& app, outcome& out) {
    auto command = app.subcommand("serve", "Serves the tenants of an instance");
    auto flags = std::make_shared<serve_flags>();
    command.option("--config", flags->config, "the configuration of the instance").shows_default();
    command.flag("--check", flags->check,
                 "only says what keeps it from being served; may run beside a server");
    command.example(
        "Example: pykala serve --config /etc/pykala/instance.toml --check\n"
        "Customers sign in over OpenID Connect, which is not available in this version: the portal "
        "says how\nto ask by other ways; officers and the API work.");
    command.runs([flags] { return run_serve(*flags); }, out);
}

}  // namespace pykala::api
