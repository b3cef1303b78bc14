// `pykala replay`: every case of a tenant computed again by the engine.
#include "storage/recompute/replay.hpp"

#include <iostream>

#include <fmt/format.h>

#include "engine/log/canonical_json.hpp"

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/command_line/instance_command.hpp"
#include "api/command_line/print.hpp"
#include "api/time/local_day.hpp"
#include "storage/recompute/closure_laws.hpp"
#include "storage/sqlite/definition_store.hpp"

namespace pykala::api {
namespace {

value number(std::uint64_t n) {
    return static_cast<std::int64_t>(n);
}

value_object to_json(const std::string& tenant, const storage::replay_report& report) {
    value_object not_possible;
    for (const auto& [why, n] : report.all.not_possible) not_possible.emplace(why, number(n));
    value_array findings;
    for (const auto& each : report.findings)
        findings.emplace_back(value_object{{"case", each.number},
                                           {"event", number(each.what.seq)},
                                           {"code", each.what.code},
                                           {"detail", each.what.detail}});
    return {{"tenant", tenant},
            {"cases", number(report.cases)},
            {"events", number(report.events)},
            {"recomputed", value_object{{"deadlines", number(report.all.deadlines)},
                                        {"transitions", number(report.all.transitions)},
                                        {"decisions", number(report.all.decisions)},
                                        {"not_possible", std::move(not_possible)}}},
            {"findings", std::move(findings)}};
}

result<source_texts> files_of(storage::tenant_store& store, const log::digest& hash) {
    PYKALA_TRY(const auto closure, storage::read_closure(store, hash));
    source_texts files;
    for (const auto& each : closure.files) files.push_back({each.path, each.text});
    return files;
}

result<storage::replay_report> replay(const instance_flags& flags) {
    PYKALA_TRY(const auto of, open_tenant_alone(flags));
    const auto& site = of->site();
    storage::closure_laws laws(
        flags.tenant, [&](const log::digest& hash) { return files_of(*site.store, hash); });
    return storage::replay_cases(
        {*site.store, *site.cases, *site.seals, laws, [](instant at) { return local_day(at); }});
}

int run_replay(const instance_flags& flags) {
    const auto report = replay(flags);
    if (!report) return print(report.error());
    const auto text = canonical_json(to_json(flags.tenant, *report));
    if (!text) return print(text.error());
    std::cout << *text << '\n';
    for (const auto& each : report->findings)
        fmt::print(stderr, "{}, event {}: {}: {}\n", each.number, each.what.seq, each.what.code,
                   each.what.detail);
    if (report->findings.empty())
        fmt::print(stderr, "{}: {} cases computed again, nothing differs\n", flags.tenant,
                   report->cases);
    return report->findings.empty() ? 0 : 1;
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
