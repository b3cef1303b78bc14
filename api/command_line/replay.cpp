// `pykala replay`: whether every case of a tenant is what its events and the law give.
#include <iostream>
#include <memory>

#include <fmt/format.h>

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/command_line/instance_command.hpp"
#include "api/command_line/print.hpp"
#include "storage/json/read_json.hpp"

namespace pykala::api {
namespace {

std::string text_in(const value& from) {
    const auto* text = from.as_string();
    return text ? *text : std::string();
}

std::int64_t number_of(const value& from) {
    const auto* n = from.as_integer();
    return n ? *n : 0;
}

int run_replay(const instance_flags& flags) {
    const auto said = ask_instance(flags, {.path = "/local/replay"});
    if (!said) return print(said.error());
    std::cout << said->body << '\n';
    const auto report = storage::read_json(said->body);
    if (!report) return print(report.error());
    const auto* findings = (*report)["findings"].as_array();
    if (!findings || findings->empty()) {
        fmt::print(stderr, "{}: {} cases computed again, nothing differs\n", flags.tenant,
                   number_of((*report)["cases"]));
        return 0;
    }
    for (const auto& each : *findings)
        fmt::print(stderr, "{}, event {}: {}: {}\n", text_in(each["case"]),
                   number_of(each["event"]), text_in(each["code"]), text_in(each["detail"]));
    return 1;
}

}  // namespace

void add_replay(const command_words& app, outcome& out) {
    auto command = app.subcommand(
        "replay",
        "computes every deadline, transition and decision of a tenant again from the events");
    auto flags = std::make_shared<instance_flags>();
    add_instance_flags(command, *flags, false);
    command.example("Example: pykala replay --demo /tmp/demo --tenant kuopio");
    command.runs([flags] { return run_replay(*flags); }, out);
}

}  // namespace pykala::api
