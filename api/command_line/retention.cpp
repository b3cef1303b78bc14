// `pykala retention plan`: what the registers hold past its ceiling.
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "engine/retention/plan.hpp"

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/command_line/instance_command.hpp"
#include "api/command_line/print.hpp"
#include "api/definitions/definitions.hpp"
#include "api/definitions/law.hpp"
#include "api/fulfilment/retention_scan.hpp"
#include "api/server/register_settings.hpp"
#include "api/time/local_day.hpp"

namespace pykala::api {
namespace {

struct plan_options {
    instance_flags at;
    std::string on, with, format = "table";
};

struct opened_registers {
    std::vector<std::unique_ptr<register_port>> ports;
    std::vector<register_port*> all;
};

result<opened_registers> open_all(const tenant_options& tenant, const pack& own) {
    auto settings = tenant.registers;
    if (tenant.use == storage::purpose::demo) {
        PYKALA_TRY(const auto definitions, find_definitions(tenant.definitions));
        settings = sample_registers(tenant.folder / "registers", definitions, tenant.tenant);
    }
    opened_registers made;
    for (const auto& each : settings) {
        PYKALA_TRY(auto port, open_register(each, own, {}));
        made.all.push_back(port.get());
        made.ports.push_back(std::move(port));
    }
    return made;
}

void tell_progress(std::uint64_t people) {
    if (people % 1000 == 0 && ::isatty(STDERR_FILENO)) fmt::print(stderr, "\r{} people", people);
}

void print_table(const std::vector<retention::plan_line>& lines, const opened_registers& registers,
                 bool compares) {
    fmt::print("{:<14}{:<18}{:>10}{:>10}{:>10}{:>10}{:>12}{}\n", "register", "category", "records",
               "due", "held", "review", "restricted",
               compares ? "   newly due  not due any more" : "");
    for (const auto& [place, category, of] : lines) {
        fmt::print("{:<14}{:<18}{:>10}{:>10}{:>10}{:>10}{:>12}", registers.all[place]->id(),
                   category, of.records, of.due, of.held, of.review, of.restricted);
        if (compares) fmt::print("{:>12}{:>18}", of.newly_due, of.no_longer_due);
        fmt::print("\n");
    }
}

void print_json(const std::vector<retention::plan_line>& lines, const opened_registers& registers,
                bool compares) {
    for (const auto& [place, category, of] : lines) {
        fmt::print(
            "{{\"register\":\"{}\",\"category\":\"{}\",\"records\":{},\"due\":{},\"held\":{},"
            "\"review\":{},\"restricted\":{}",
            registers.all[place]->id(), category, of.records, of.due, of.held, of.review,
            of.restricted);
        if (compares)
            fmt::print(",\"newly_due\":{},\"no_longer_due\":{}", of.newly_due, of.no_longer_due);
        fmt::print("}}\n");
    }
}

result<int> make_plan(const plan_options& asked) {
    PYKALA_TRY(const auto tenant, tenant_at(asked.at));
    PYKALA_TRY(const auto law, load_law(tenant.definitions));
    PYKALA_TRY(const auto* own, find_pack(law, tenant.tenant));
    auto on =
        local_day(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
    if (!asked.on.empty()) {
        const auto given = parse_date(asked.on);
        if (!given)
            return fail(problem_kind::invalid, "not_a_date",
                        fmt::format("`{}` is no day", asked.on), "write it like 2026-11-20");
        on = *given;
    }
    PYKALA_TRY(const auto table, assessment_table::compile(law, tenant.tenant, on));
    std::optional<assessment_table> next;
    if (!asked.with.empty()) {
        PYKALA_TRY(const auto adopted, load_law(asked.with));
        PYKALA_TRY(next, assessment_table::compile(adopted, tenant.tenant, on));
    }
    PYKALA_TRY(const auto registers, open_all(tenant, *own));
    retention::plan plan(table, next ? &*next : nullptr);
    PYKALA_CHECK(scan_people(registers.all, {.on = on}, [&](scanned_person& one) -> result<bool> {
        plan.add_person(one.all);
        tell_progress(plan.people());
        return true;
    }));
    for (auto* each : registers.all)
        if (const auto listed = each->people_after(std::nullopt, 1);
            !listed && listed.error().code == "register_lists_nobody")
            fmt::print(stderr, "{}: whom it alone knows is not counted\n", each->id());
    if (::isatty(STDERR_FILENO)) fmt::print(stderr, "\r");
    fmt::print(stderr, "{} people on {}; nothing was changed\n", plan.people(), to_string(on));
    (asked.format == "json" ? print_json : print_table)(plan.lines(), registers, next.has_value());
    return 0;
}

}  // namespace

void add_retention(const command_words& app, outcome& out) {
    auto retention = app.subcommand("retention", "what the registers hold past its time");
    retention.needs_subcommand();
    auto asked = std::make_shared<plan_options>();
    auto plan = retention.subcommand(
        "plan",
        "Reads every person of every register and counts, by register and category, what is past "
        "its ceiling: due (nothing holds it), held (a law, a contract or a legal hold keeps it), "
        "review (a person has to look), restricted. Erases nothing; the server may run");
    add_instance_flags(plan, asked->at, false);
    plan.option("--on", asked->on, "the day, instead of today");
    plan.option("--with", asked->with,
                "a folder of definitions as adopted: also tells what they would move");
    plan.option("--format", asked->format, "table or json").one_of({"table", "json"});
    plan.example(
        "Example: pykala retention plan --config instance.toml --tenant kuopio --on "
        "2027-01-01");
    plan.runs(
        [asked] {
            const auto done = make_plan(*asked);
            return done ? *done : print(done.error());
        },
        out);
}

}  // namespace pykala::api
