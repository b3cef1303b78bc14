// `pykala register`: tries the connection to a register of a tenant.
#include <chrono>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/command_line/instance_command.hpp"
#include "api/command_line/print.hpp"
#include "api/definitions/definitions.hpp"
#include "api/definitions/law.hpp"
#include "api/server/register_settings.hpp"
#include "api/time/local_day.hpp"

namespace pykala::api {
namespace {

struct test_options {
    instance_flags at;
    std::string name;
};

using opened = std::unique_ptr<register_port>;

// Those of the configuration, or the samples of a demo.
result<std::vector<register_settings>> registers_of(const tenant_options& tenant) {
    if (tenant.use != storage::purpose::demo) return tenant.registers;
    PYKALA_TRY(const auto definitions, find_definitions(tenant.definitions));
    return sample_registers(tenant.folder / "registers", definitions, tenant.tenant);
}

// The register of that name: the `id` of its mapping. The others may be broken meanwhile.
result<std::pair<opened, register_kind>> find_register(const tenant_options& tenant,
                                                       const pack& own, const std::string& name) {
    std::vector<std::string> others;
    PYKALA_TRY(const auto all, registers_of(tenant));
    for (const auto& each : all) {
        const auto id = id_of(each, own);
        if (id && *id != name) others.push_back(*id);
        if (id != name) continue;
        PYKALA_TRY(auto port,
                   open_register(each, own, {.suppression_key = {}, .only_probe = true}));
        return std::pair(std::move(port), each.kind);
    }
    return fail(problem_kind::not_found, "unknown_register",
                fmt::format("`{}` has no register `{}` with a mapping that can be read",
                            tenant.tenant, name),
                others.empty() ? "write [[tenant.ID.register]] into the configuration"
                               : fmt::format("there are: {}", fmt::join(others, ", ")));
}

int run_test(const test_options& asked) {
    const auto tenant = tenant_at(asked.at);
    if (!tenant) return print(tenant.error());
    const auto law = load_law(tenant->definitions);
    if (!law) return print(law.error());
    const auto own = find_pack(*law, tenant->tenant);
    if (!own) return print(own.error());
    const auto began = std::chrono::steady_clock::now();
    auto found = find_register(*tenant, **own, asked.name);
    if (!found) return print(found.error());
    const auto now =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto seen = found->first->probe(local_day(now));
    if (!seen) return print(seen.error());
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - began);
    std::vector<std::string> records;
    for (const auto& [category, count] : seen->records)
        records.push_back(fmt::format("\"{}\":{}", category, count));
    fmt::print(
        "{{\"register\":\"{}\",\"kind\":\"{}\",\"sample_person\":{},\"records\":{{{}}},"
        "\"milliseconds\":{}}}\n",
        asked.name, name_of(found->second), seen->knows_somebody, fmt::join(records, ","),
        took.count());
    for (const auto& each : seen->lacks) fmt::print(stderr, "{}\n", each);
    if (!seen->knows_somebody && seen->lacks.empty())
        fmt::print(stderr, "the register answers, and knows nobody\n");
    return 0;
}

}  // namespace

void add_register(const command_words& app, outcome& out) {
    auto registers = app.subcommand("register", "the registers of a tenant");
    registers.needs_subcommand();
    auto asked = std::make_shared<test_options>();
    auto test = registers.subcommand(
        "test",
        "Connects to a register, compares its mapping with what is there, tries the rights that "
        "the connector needs and reads one sample person; tells how many records of which category it "
        "gave, nothing else of her. Changes nothing; the server may run");
    test.option("NAME", asked->name, "the `id` of the register's mapping").required();
    add_instance_flags(test, asked->at, false);
    test.example("Example: pykala register test crm --config instance.toml --tenant kuopio");
    test.runs([asked] { return run_test(*asked); }, out);
    add_register_reapply(registers, out);
}

}  // namespace pykala::api
