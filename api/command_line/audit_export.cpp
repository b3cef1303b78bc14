// `pykala audit export`: what an auditor takes along, proved by its own bytes.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include <fmt/format.h>

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/command_line/instance_command.hpp"
#include "api/command_line/print.hpp"

namespace pykala::api {
namespace {

namespace fs = std::filesystem;

struct export_options {
    instance_flags where;
    std::vector<std::string> numbers, opens;
    std::string since, out;
    bool masked = false;
};

std::string query_of(const export_options& asked) {
    std::string query = asked.masked ? "masked=yes" : "masked=no";
    const auto add = [&](std::string_view name, const std::string& text) {
        query += fmt::format("&{}={}", name, http::encoded(text));
    };
    for (const auto& each : asked.numbers) add("case", each);
    for (const auto& each : asked.opens) add("open", each);
    if (!asked.since.empty()) add("since", asked.since);
    return query;
}

// Where the bundle goes: beside its place until it is whole, so that half of one never stands there
// and a file of before stays when nothing comes.
class bundle_file {
public:
    explicit bundle_file(std::string place) : place_(std::move(place)) {
        if (place_ == "-") return;
        std::error_code ignored;
        const bool own = !fs::exists(place_, ignored) || fs::is_regular_file(place_, ignored);
        written_ = own ? place_ + ".part" : place_;
        file_.open(written_, std::ios::binary | std::ios::trunc);
    }
    ~bundle_file() {
        std::error_code ignored;
        if (!whole_ && written_ != place_) fs::remove(written_, ignored);
    }
    bundle_file(const bundle_file&) = delete;
    bundle_file& operator=(const bundle_file&) = delete;

    std::ostream& out() { return place_ == "-" ? std::cout : file_; }
    bool keep() {
        out().flush();
        if (!out()) return false;
        std::error_code wrong;
        if (!written_.empty() && written_ != place_) fs::rename(written_, place_, wrong);
        whole_ = !wrong;
        return whole_;
    }

private:
    std::string place_, written_;
    std::ofstream file_;
    bool whole_ = false;
};

// In somebody's name by the route of the API; else as who works on the machine.
result<std::string> take_bundle(const export_options& asked, std::ostream& out) {
    const auto* path = asked.where.user.empty() ? "/local/audit/export" : "/api/v1/audit/export";
    PYKALA_TRY(const auto said, ask_instance(asked.where, {.path = path, .query = query_of(asked)},
                                             [&](std::string_view part) { out << part; }));
    for (const auto& [name, text] : said.headers)
        if (http::same_without_case(name, "Pykala-Log-Key")) return text;
    return std::string();
}

result<void> write_bundle(const export_options& asked) {
    bundle_file file(asked.out);
    if (!file.out())
        return fail(problem_kind::unavailable, "unwritable_file",
                    fmt::format("the file `{}` cannot be written", asked.out),
                    "name a file in a folder that is there, or - for standard output");
    PYKALA_TRY(const auto key, take_bundle(asked, file.out()));
    if (!file.keep())
        return fail(problem_kind::unavailable, "unwritable_file",
                    fmt::format("`{}` could not be written to its end", asked.out),
                    "look whether the disk is full");
    fmt::print(stderr,
               "{}: exported; verify it with the key that you had from the company another way:\n"
               "    pykala audit verify {} --key {}\n",
               asked.out, asked.out, key);
    return {};
}

int run_export(const export_options& asked) {
    const auto written = write_bundle(asked);
    return written ? 0 : print(written.error());
}

}  // namespace

void add_audit_export(const command_words& audit, outcome& out) {
    auto command = audit.subcommand(
        "export",
        "writes cases, or everything since a day, as a bundle for `audit verify`; the log says who "
        "took it");
    auto asked = std::make_shared<export_options>();
    add_instance_flags(command, asked->where, false);
    command.option("--user", asked->where.user,
                   "the auditor in whose name; without: who works on the machine");
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
