// `pykala audit verify`: proves an export bundle offline, from the file alone.
#include <fstream>
#include <iostream>
#include <iterator>

#include <fmt/format.h>

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/time/local_day.hpp"
#include "storage/recompute/recompute_bundle.hpp"
#include "storage/verify/verify.hpp"

namespace pykala::api {
namespace {

namespace verify = storage::verify;

struct verify_options {
    std::string file, key, checkpoint;
};

std::string_view reason_of(const std::string& why) {
    if (why == "masked") return "the export does not open their facts (masked)";
    if (why == "shredded") return "the key of their facts is destroyed (shredded)";
    if (why == "definitions") return "the definitions that they name are missing or do not load";
    if (why == "incomplete") return "events before them are left out";
    return "they do not have the form of an event";
}

// Findings as a person reads them, on standard error.
void tell(const std::string& file, const verify::report& report) {
    for (const verify::finding& f : report.findings) {
        const std::string where = f.line == 0 ? file : fmt::format("{}:{}", file, f.line);
        fmt::print(stderr, "{}: {}: {}\n", where, f.code, f.detail);
    }
    const auto& again = report.recomputed;
    fmt::print(stderr,
               "{}: {} events of {} cases are read; computed again: {} days, {} steps, {} "
               "decisions\n",
               file, report.events, report.cases, again.deadlines, again.transitions,
               again.decisions);
    for (const auto& [why, n] : again.not_possible)
        fmt::print(stderr, "{}: {} steps could not be computed again in full: {}\n", file, n,
                   reason_of(why));
    if (report.findings.empty()) fmt::print(stderr, "{}: what could be checked holds\n", file);
}

int run_verify(const verify_options& asked) {
    std::ifstream in(asked.file, std::ios::binary);
    if (!in || in.peek() == std::char_traits<char>::eof()) {
        fmt::print(stderr,
                   "cannot read `{}`, or it is empty\n    hint: name a bundle that "
                   "`pykala audit export` wrote\n",
                   asked.file);
        return 1;
    }
    verify::options options;
    if (!asked.key.empty()) options.key = asked.key;
    if (!asked.checkpoint.empty()) {
        std::ifstream note(asked.checkpoint, std::ios::binary);
        if (!note) {
            fmt::print(stderr, "cannot read the checkpoint `{}`\n", asked.checkpoint);
            return 1;
        }
        options.old_checkpoint = std::string(std::istreambuf_iterator<char>(note), {});
    }
    const auto day_of = [](instant at) { return local_day(at); };
    const verify::report report =
        verify::verify_bundle(in, options, storage::recompute_with(day_of));
    std::cout << verify::to_json(report) << '\n';
    tell(asked.file, report);
    return report.findings.empty() ? 0 : 1;
}

}  // namespace

void add_audit(const command_words& app, outcome& out) {
    auto audit = app.subcommand("audit", "exports for an auditor, and their proof");
    audit.needs_subcommand();
    add_audit_export(audit, out);
    auto command =
        audit.subcommand("verify",
                         "proves an exported bundle from the file alone: signatures, tree, fields, "
                         "completeness, and every deadline, transition and decision");
    auto asked = std::make_shared<verify_options>();
    command.option("FILE", asked->file, "the bundle").required();
    command.option("--key", asked->key,
                   "the log's verifier key that you trust, as it was given to you");
    command.option("--checkpoint", asked->checkpoint,
                   "a file with an earlier checkpoint of the log that you kept");
    command.example(
        "Example: pykala audit verify KUO-2026-000123.jsonl "
        "--key tietopyynnot.example/kuopio/log/1+f1619695+Ad3jvM7H…");
    command.runs([asked] { return run_verify(*asked); }, out);
}

}  // namespace pykala::api
