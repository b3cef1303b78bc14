// `pykala audit export`: what an auditor takes along, proved by its own bytes.
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/command_line/instance_command.hpp"
#include "api/command_line/print.hpp"
#include "storage/bundle/export.hpp"
#include "storage/hash/sha256.hpp"

namespace pykala::api {
namespace {

struct export_options {
    instance_flags where;
    std::vector<std::string> numbers, opens;
    std::string since, out;
    bool masked = false;
};

// What was handed out to a person is theirs alone, and proves nothing that its digest does not.
result<std::set<log::data_class>> classes_of(const export_options& asked) {
    if (asked.masked) return std::set<log::data_class>{};
    std::set<log::data_class> opens{log::data_class::decision_facts};
    for (const auto& name : asked.opens) {
        const auto of = log::parse_data_class(name);
        if (!of || *of == log::data_class::open || *of == log::data_class::package)
            return fail(problem_kind::invalid, "unknown_class",
                        fmt::format("`{}` is no class that an auditor may open", name),
                        "one of content, decision_facts, deferred_erasure");
        opens.insert(*of);
    }
    return opens;
}

result<storage::export_request> request_of(const export_options& asked, tenant& of) {
    storage::export_request request;
    PYKALA_TRY(request.opens, classes_of(asked));
    request.numbers = asked.numbers;
    request.now = of.site().time->now().at;
    if (asked.since.empty()) return request;
    const auto day = parse_date(asked.since);
    if (!day)
        return fail(problem_kind::invalid, "bad_day", fmt::format("`{}` is no day", asked.since),
                    "write it like `2026-01-30`");
    PYKALA_TRY(request.from, storage::first_leaf_on(of.store(), *day));
    return request;
}

result<void> write_bundle(const export_options& asked) {
    PYKALA_TRY(const auto of, open_tenant_alone(asked.where));
    PYKALA_TRY(const auto request, request_of(asked, *of));
    std::ofstream file;
    if (asked.out != "-") {
        file.open(asked.out, std::ios::binary | std::ios::trunc);
        if (!file)
            return fail(problem_kind::unavailable, "unwritable_file",
                        fmt::format("the file `{}` cannot be written", asked.out),
                        "name a file in a folder that is there, or - for standard output");
    }
    std::ostream& out = asked.out == "-" ? std::cout : file;
    const auto& site = of->site();
    PYKALA_CHECK(storage::export_bundle(*site.store, *site.keys, request,
                                        [&](std::string_view part) { out << part; }));
    out.flush();
    if (!out)
        return fail(problem_kind::unavailable, "unwritable_file",
                    fmt::format("`{}` could not be written to its end", asked.out),
                    "look whether the disk is full");
    fmt::print(
        stderr,
        "{}: exported; verify it with the key that you had from the company another way:\n"
        "    pykala audit verify {} --key {}\n",
        asked.out, asked.out,
        log::verifier_key(storage::sha256, site.store->origin_name(), site.keys->signing_key()));
    return {};
}

int run_export(const export_options& asked) {
    const auto written = write_bundle(asked);
    return written ? 0 : print(written.error());
}

}  // namespace

void add_audit_export(const command_words& audit, outcome& out) {
    auto command = audit.subcommand(
        "export", "writes cases, or everything since a day, as a bundle for `audit verify`");
    auto asked = std::make_shared<export_options>();
    add_instance_flags(command, asked->where, false);
    auto numbers = command.option("--case", asked->numbers,
                                  "number of a case, again for each; without: everything");
    command.option("--since", asked->since, "everything from this day on").excludes(numbers);
    auto opens = command.option(
        "--open", asked->opens,
        "classes opened besides decision_facts: content (letters, words), deferred_erasure");
    command.flag("--masked", asked->masked, "opens nothing: only the course and its days")
        .excludes(opens);
    command.option("--out", asked->out, "the file; - for standard output").required();
    command.example(
        "Example: pykala audit export --demo /tmp/demo --tenant kuopio --case KUO-2026-000123 "
        "--out case.jsonl");
    command.runs([asked] { return run_export(*asked); }, out);
}

}  // namespace pykala::api
