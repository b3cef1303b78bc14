// `pykala backup` and `pykala restore`: the data of tenants, never their keys.
#include "storage/backup/backup.hpp"

#include <memory>

#include <fmt/format.h>

#include "engine/log/canonical_json.hpp"

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/command_line/instance_command.hpp"
#include "api/command_line/print.hpp"
#include "storage/backup/restore.hpp"

namespace pykala::api {
namespace {

namespace fs = std::filesystem;

struct backup_flags {
    std::string config = "instance.toml";
    std::string tenant;  // empty: all that are meant
    fs::path folder;     // of the backup
    bool replace = false;
};

storage::key_place keys_place(const tenant_options& of) {
    return {keys_of(of), master_key_of(of), of.tenant};
}

auto teller(const std::string& tenant) {
    return [tenant](const std::string& text) { fmt::print(stderr, "{}: {}\n", tenant, text); };
}

// The tenants that are meant, in order of id. Problem `unknown_tenant`.
result<std::vector<tenant_options>> tenants_meant(const backup_flags& flags) {
    std::vector<tenant_options> out;
    if (!flags.tenant.empty()) {
        PYKALA_TRY(auto one, tenant_at({.config = flags.config, .tenant = flags.tenant}));
        out.push_back(std::move(one));
        return out;
    }
    PYKALA_TRY(const auto all, read_sound_instance(flags.config));
    for (const auto& each : all.tenants) {
        PYKALA_TRY(auto one, options_of(all, each));
        out.push_back(std::move(one));
    }
    return out;
}

value summary_of(const storage::backup_report& done, const fs::path& at) {
    const auto& m = done.manifest;
    std::int64_t bytes = 0;
    for (const auto& [path, facts] : m.files) bytes += facts.bytes;
    return value_object{{"bytes", bytes},
                        {"documents", std::int64_t(done.documents)},
                        {"documents_missing", std::int64_t(done.missing)},
                        {"folder", at.string()},
                        {"leaves", std::int64_t(m.head.size)},
                        {"made_at", to_string(m.made_at)},
                        {"origin", m.origin},
                        {"tenant", m.tenant}};
}

// One line of JSON for each tenant that is done, so that one which fails takes nothing away from
// those before it.
int run_backup(const backup_flags& flags) {
    const auto meant = tenants_meant(flags);
    if (!meant) return print(meant.error());
    int status = 0;
    for (const auto& each : *meant) {
        const auto to = fs::absolute(flags.folder) / each.tenant;
        const auto done = storage::back_up_tenant(each.folder, keys_place(each), to,
                                                  world_clock().now().at, teller(each.tenant));
        if (!done) {
            fmt::print(stderr, "{}: ", each.tenant);
            status = print(done.error());
            continue;
        }
        if (done->missing > 0)
            fmt::print(stderr,
                       "{}: {} missing from the folder of documents: the backup lacks them too\n",
                       each.tenant, counted(done->missing, "document"));
        fmt::print("{}\n", canonical_json(summary_of(*done, to)).value_or("{}"));
        std::fflush(stdout);
    }
    fmt::print(stderr,
               "the keys are not in it: `pykala keys backup` copies them, to be kept apart\n");
    return status;
}

int run_restore(const backup_flags& flags) {
    const auto meant = tenants_meant(flags);
    if (!meant) return print(meant.error());
    world_clock clock;
    int status = 0;
    for (const auto& each : *meant) {
        const auto from = fs::absolute(flags.folder) / each.tenant;
        const storage::restore_place place{each.folder, each.shipping, keys_place(each),
                                           flags.replace};
        const auto done = storage::restore_tenant(place, from, clock, teller(each.tenant));
        if (!done) {
            fmt::print(stderr, "{}: ", each.tenant);
            status = print(done.error());
            continue;
        }
        if (done->finished_earlier)
            fmt::print(stderr, "{}: a restore that had been interrupted is finished\n",
                       each.tenant);
        if (!done->moved_to.empty())
            fmt::print(stderr,
                       "{0}: what was there lies in `{1}`: delete it once it is not needed, it "
                       "holds personal data\n",
                       each.tenant, (each.folder / done->moved_to).string());
        fmt::print("{}\n", storage::report_text(*done));
        std::fflush(stdout);
    }
    return status;
}

}  // namespace

void add_backup(const command_words& app, outcome& out) {
    auto command = app.subcommand(
        "backup",
        "Copies database and documents of tenants, signed, while the server runs or not; the keys "
        "are never in it");
    auto flags = std::make_shared<backup_flags>();
    command.option("--config", flags->config, "the configuration of the instance").shows_default();
    command.option("--tenant", flags->tenant, "id of one tenant alone");
    command.option("--to", flags->folder, "a folder; TENANT/ is made in it").required();
    command.example("Example: pykala backup --config instance.toml --to /mnt/backup/2026-12-01");
    command.runs([flags] { return run_backup(*flags); }, out);
}

void add_restore(const command_words& app, outcome& out) {
    auto command = app.subcommand(
        "restore",
        "Puts a backup in place and erases again what was erased since; the server must stand "
        "still. Interrupted, the same command ends it");
    auto flags = std::make_shared<backup_flags>();
    command.option("--config", flags->config, "the configuration of the instance").shows_default();
    command.option("--tenant", flags->tenant, "id of one tenant alone");
    command.option("--from", flags->folder, "the folder that was named to `pykala backup`")
        .required();
    command.flag("--replace", flags->replace, "moves data that are there aside first");
    command.example(
        "Example: pykala restore --config instance.toml --from /mnt/backup/2026-12-01 --replace\n"
        "A register that is restored too: pykala register reapply");
    command.runs([flags] { return run_restore(*flags); }, out);
}

}  // namespace pykala::api
