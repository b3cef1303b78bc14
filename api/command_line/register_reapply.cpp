// `pykala register reapply`: erases again in a register that was restored from a backup.
#include <memory>

#include <fmt/format.h>

#include "engine/log/canonical_json.hpp"

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/command_line/instance_command.hpp"
#include "api/command_line/print.hpp"

namespace pykala::api {
namespace {

struct reapply_flags {
    instance_flags at;
    std::string name, since;
};

value summary_of(const reapply_flags& flags, const reapply_report& done) {
    value_object kept;
    for (const auto& [reason, count] : done.kept) kept.emplace(reason, std::int64_t(count));
    return value_object{{"erased", std::int64_t(done.erased)},
                        {"kept", std::move(kept)},
                        {"people", std::int64_t(done.people)},
                        {"records", std::int64_t(done.records)},
                        {"register", flags.name},
                        {"since", flags.since},
                        {"tenant", flags.at.tenant}};
}

result<reapply_report> reapply(const reapply_flags& flags) {
    const auto since = parse_date(flags.since);
    if (!since)
        return fail(problem_kind::invalid, "bad_date", fmt::format("`{}` is no day", flags.since),
                    "write the day of the register's backup as YYYY-MM-DD");
    PYKALA_TRY(const auto options, tenant_at(flags.at));
    PYKALA_TRY(const auto texts, read_all_definitions(options.definitions));
    PYKALA_TRY(const auto opened, tenant::open(options, *texts));
    PYKALA_CHECK(options.use == storage::purpose::demo ? opened->open_samples(options)
                                                       : opened->open_registers(options));
    return opened->reapply(flags.name, *since, [](std::size_t people) {
        fmt::print(stderr, "{}\n", counted(people, "person"));
    });
}

int run_reapply(const reapply_flags& flags) {
    const auto done = reapply(flags);
    if (!done) return print(done.error());
    for (const auto& [reason, count] : done->kept)
        fmt::print(stderr, "{} kept: {}\n", counted(count, "record"), reason);
    fmt::print("{}\n", canonical_json(summary_of(flags, *done)).value_or("{}"));
    return 0;
}

}  // namespace

void add_register_reapply(const command_words& registers, outcome& out) {
    auto flags = std::make_shared<reapply_flags>();
    auto reapply = registers.subcommand(
        "reapply",
        "Erases again in a register, restored from its own backup, what was erased since; the "
        "server must stand still. Interrupted, give it again");
    reapply.option("NAME", flags->name, "id of the register").required();
    add_instance_flags(reapply, flags->at, false);
    reapply.option("--since", flags->since, "day of the register's backup, YYYY-MM-DD").required();
    reapply.example(
        "Example: pykala register reapply crm --config instance.toml --tenant kuopio --since "
        "2026-12-01");
    reapply.runs([flags] { return run_reapply(*flags); }, out);
}

}  // namespace pykala::api
