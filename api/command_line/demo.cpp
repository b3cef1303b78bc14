// `pykala demo`: five utilities with sample registers, people and a test e-identification.
#include <memory>

#include <fmt/format.h>

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/command_line/print.hpp"
#include "api/command_line/until_told.hpp"
#include "api/server/house.hpp"

namespace pykala::api {
namespace {

void tell(const house& running) {
    fmt::print("Pykälä demo, on this machine only. Open http://127.0.0.1:{}/\n\n", running.port());
    for (const auto& each : running.tenants()) {
        const auto& site = each->site();
        fmt::print(
            "{}\n  customers  http://127.0.0.1:{}{}/\n  officers   "
            "http://127.0.0.1:{}{}/officer/\n",
            site.name, running.port(), site.base, running.port(), site.base);
        if (!site.people.empty())
            fmt::print("  sign in as {}: {}\n", site.people.front().name,
                       site.people.front().about.en);
    }
    fmt::print(
        "\nStaff of every utility: officer, reviewer, dpo, auditor, administrator; password `{}`.\n"
        "Ctrl-C ends the demo; what was done is there again next time.\n",
        demo_password);
    std::fflush(stdout);
}

int run_demo(const demo_options& options) {
    const until_told end;
    auto running = house::open_demo(options);
    if (!running) return print(running.error());
    tell(**running);
    end.wait();
    (*running)->stop();
    return 0;
}

}  // namespace

void add_demo(const command_words& app, outcome& out) {
    auto command = app.subcommand(
        "demo", "Five utilities with invented customers, served on this machine only");
    auto options = std::make_shared<demo_options>();
    options->data = "pykala-demo";
    command.option("--data", options->data, "folder of the demo; made when it is not there")
        .shows_default();
    command.option("--port", options->port, "on 127.0.0.1; 0: a free one").shows_default();
    command.option("--metrics-port", options->metrics_port, "for /metrics; 0: a free one")
        .shows_default();
    command.option("--definitions", options->definitions,
                   "the folder that holds workflows/, policies/ and api/pages/");
    command.example("Example: pykala demo --data /tmp/demo --port 8080");
    command.runs([options] { return run_demo(*options); }, out);
}

}  // namespace pykala::api
