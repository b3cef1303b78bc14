// `pykala policy check` and `pykala policy show`.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "engine/load/policies.hpp"
#include "engine/log/canonical_json.hpp"
#include "engine/policy/check.hpp"
#include "engine/policy/difference.hpp"
#include "engine/policy/show.hpp"

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/command_line/print.hpp"
#include "api/definitions/definitions.hpp"
#include "api/definitions/law.hpp"
#include "api/letters/check_letters.hpp"
#include "api/time/local_day.hpp"

namespace pykala::api {
namespace {

struct policy_flags {
    std::string definitions, tenant, on, format = "table";
    std::string to_definitions, to_on;  // of diff: the other side
    bool strict = false;
};

result<loaded_policies> load(const policy_flags& flags) {
    PYKALA_TRY(const auto root, find_definitions(flags.definitions));
    PYKALA_TRY(const auto sources, read_definitions(root, "policies"));
    return load_policies(sources);
}

// The letters are checked against what the workflows send, where the definitions hold workflows.
result<diagnostics> letter_findings(const policy_flags& flags, date today) {
    PYKALA_TRY(const auto root, find_definitions(flags.definitions));
    PYKALA_TRY(auto sources, read_definitions(root, "policies"));
    if (const auto workflows = read_definitions(root, "workflows"))
        sources.insert(sources.end(), workflows->begin(), workflows->end());
    return letters::check_letters(sources, today);
}

// Findings about other tenants' packs are theirs to mend.
bool concerns(const diagnostic& finding, const std::string& tenant) {
    constexpr std::string_view packs = "policies/controllers/";
    const std::string_view file = finding.file;
    return tenant.empty() || !file.starts_with(packs) ||
           file.substr(packs.size()).starts_with(tenant + ".") ||
           file.substr(packs.size()).starts_with(tenant + "/");
}

// Today where none is named.
result<date> day_of(const std::string& text) {
    const auto now =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto on = text.empty() ? std::optional(local_day(now)) : parse_date(text);
    if (on) return *on;
    return fail(problem_kind::invalid, "bad_day", fmt::format("`{}` is not a day", text),
                "write it like 2027-05-01");
}

int check(const policy_flags& flags) {
    auto loaded = load(flags);
    if (!loaded) return print(loaded.error());
    if (!flags.tenant.empty())
        if (const auto known = find_pack(loaded->set, flags.tenant); !known)
            return print(known.error());
    const auto today = day_of(flags.on);
    if (!today) return print(today.error());
    auto of_letters = letter_findings(flags, *today);
    if (!of_letters) return print(of_letters.error());
    auto findings = check_policies(loaded->set, *today);
    std::ranges::move(*of_letters, std::back_inserter(findings));
    std::ranges::move(loaded->findings, std::back_inserter(findings));
    std::erase_if(findings, [&](const diagnostic& each) { return !concerns(each, flags.tenant); });
    std::sort(findings.begin(), findings.end());
    for (const auto& each : findings) std::cout << to_string(each) << '\n';
    const auto errors = std::ranges::count(findings, severity::error, &diagnostic::level);
    const auto warnings = std::ssize(findings) - errors;
    std::cerr << fmt::format("policies: {}, {}\n", counted(std::size_t(errors), "error"),
                             counted(std::size_t(warnings), "warning"));
    return errors > 0 || (flags.strict && warnings > 0) ? 1 : 0;
}

int show(const policy_flags& flags) {
    const auto law = load_law(flags.definitions);
    if (!law) return print(law.error());
    const auto owner = find_pack(*law, flags.tenant);
    if (!owner) return print(owner.error());
    const auto on = day_of(flags.on);
    if (!on) return print(on.error());
    if (flags.format == "table") {
        std::cout << show_table(*law, **owner, *on);
        return 0;
    }
    const auto json = canonical_json(show_json(*law, **owner, *on));
    if (!json) return print(json.error());
    std::cout << *json << '\n';
    return 0;
}

result<std::vector<law_change>> find_differences(const policy_flags& flags) {
    PYKALA_TRY(const auto before, load_law(flags.definitions));
    PYKALA_TRY(const auto after,
               load_law(flags.to_definitions.empty() ? flags.definitions : flags.to_definitions));
    PYKALA_TRY(const auto* was, find_pack(before, flags.tenant));
    PYKALA_TRY(const auto* is, find_pack(after, flags.tenant));
    PYKALA_TRY(const auto from, day_of(flags.on));
    PYKALA_TRY(const auto to, flags.to_on.empty() ? result<date>(from) : day_of(flags.to_on));
    return differences({before, *was, from}, {after, *is, to});
}

int diff(const policy_flags& flags) {
    if (flags.to_definitions.empty() && flags.to_on.empty())
        return print({problem_kind::invalid, "nothing_to_compare",
                      "both sides are the same folder on the same day",
                      "name --to-definitions DIR or --to-on DATE"});
    const auto changes = find_differences(flags);
    if (!changes) return print(changes.error());
    for (const auto& each : *changes) {
        const auto where = each.category.empty() ? flags.tenant : each.category;
        fmt::print("{}: {}\n", where, each.what);
        if (!each.before.empty()) fmt::print("    - {}\n", each.before);
        if (!each.after.empty()) fmt::print("    + {}\n", each.after);
    }
    fmt::print(stderr, "{}\n", counted(changes->size(), "change"));
    return changes->empty() ? 0 : 1;
}

}  // namespace

void add_policy(const command_words& app, outcome& out) {
    const auto flags = std::make_shared<policy_flags>();
    auto policy = app.subcommand("policy", "the law and the packs: check them, show them");
    policy.needs_subcommand();

    auto checks = policy.subcommand("check", "every fault of the law files, at once");
    checks.example("Example: pykala policy check --tenant kuopio --strict");
    checks.option("--tenant", flags->tenant, "only the acts and this pack");
    checks.flag("--strict", flags->strict, "warnings (assumed, unconfirmed, …) count too");
    checks.option("--on", flags->on, "the day of the check; without it today");
    checks.option("--definitions", flags->definitions, "folder of policies and workflows");
    checks.runs([flags] { return check(*flags); }, out);

    auto shows = policy.subcommand("show", "the retention table of a pack");
    shows.example("Example: pykala policy show --tenant kuopio --on 2027-05-01 --format json");
    shows.option("--tenant", flags->tenant, "kokkola, kuopio, kss, turku or valkeakoski")
        .required();
    shows.option("--on", flags->on, "the day whose law is shown; without it today");
    shows.option("--format", flags->format, "table or json").one_of({"table", "json"});
    shows.option("--definitions", flags->definitions, "folder of policies and workflows");
    shows.runs([flags] { return show(*flags); }, out);

    auto diffs = policy.subcommand(
        "diff",
        "what changes for each category between two folders or two days; exit 1 when "
        "anything does");
    diffs.example(
        "Examples: pykala policy diff --tenant kuopio --to-definitions ../new\n"
        "          pykala policy diff --tenant kuopio --on 2013-12-31 --to-on 2016-01-01");
    diffs.option("--tenant", flags->tenant, "kokkola, kuopio, kss, turku or valkeakoski")
        .required();
    diffs.option("--definitions", flags->definitions, "the folder before");
    diffs.option("--to-definitions", flags->to_definitions,
                 "the folder after; without it the same");
    diffs.option("--on", flags->on, "the day before; without it today");
    diffs.option("--to-on", flags->to_on, "the day after; without it the same");
    diffs.runs([flags] { return diff(*flags); }, out);
}

}  // namespace pykala::api
