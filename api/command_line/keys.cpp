// `pykala keys`: a new master key, and a copy of the key store kept elsewhere.
#include <memory>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

#include "api/command_line/command_line.hpp"
#include "api/command_line/grammar.hpp"
#include "api/command_line/instance_command.hpp"
#include "api/command_line/print.hpp"
#include "storage/sealing/key_upkeep.hpp"
#include "storage/sqlite/tenant_database.hpp"

namespace pykala::api {
namespace {

struct keys_options {
    instance_flags at;
    std::string to;
};

storage::key_place place_of(const tenant_options& at) {
    return {keys_of(at), master_key_of(at), at.tenant};
}

void warn_of_second(const storage::upkeep_report& done, const storage::key_place& at, bool mended) {
    const char* const what = done.second == storage::copy_state::behind    ? "was behind the first"
                             : done.second == storage::copy_state::missing ? "is not there"
                             : done.second == storage::copy_state::damaged ? "cannot be read"
                                                                           : nullptr;
    if (!what) return;
    fmt::print(stderr, "the second copy `{}` {}{}\n", at.paths.second.string(), what,
               mended
                   ? "; it is level now"
                   : "\n    hint: start the server, or `pykala keys rotate`: both bring it level");
}

int tell(const keys_options& asked, const storage::upkeep_report& done) {
    fmt::print("{{\"tenant\":\"{}\",\"keys\":{},\"generation\":{},\"master\":\"{}\"}}\n",
               asked.at.tenant, done.keys, done.generation, to_hex(done.master));
    return 0;
}

int run_rotate(const keys_options& asked) {
    const auto options = tenant_at(asked.at);
    if (!options) return print(options.error());
    const auto database = database_of(*options).string();
    if (const auto there = storage::look_at_tenant_database(database); !there)
        return print(there.error());
    const auto at = place_of(*options);
    // a running server holds the old key in memory
    const auto lock = storage::write_lock::take(database);
    if (!lock) return print(lock.error());
    const auto done = storage::rotate_master_key(at);
    if (!done) return print(done.error());
    warn_of_second(*done, at, true);
    fmt::print(stderr,
               "{}\n    copies and backups made before open with the old master key only: "
               "make a new one with `pykala keys backup`, then destroy them\n",
               done->finished_earlier ? "a rotation that was interrupted is finished"
                                      : "every key is wrapped anew; the old master key is gone");
    return tell(asked, *done);
}

int run_backup(const keys_options& asked) {
    const auto options = tenant_at(asked.at);
    if (!options) return print(options.error());
    const auto at = place_of(*options);
    const auto done = storage::back_up_keys(at, asked.to);
    if (!done) return print(done.error());
    warn_of_second(*done, at, false);
    fmt::print(stderr,
               "the copy keeps keys alive that are destroyed later: replace it often, and "
               "keep it apart from the data's backups and from the master key\n");
    return tell(asked, *done);
}

}  // namespace

void add_keys(const command_words& app, outcome& out) {
    auto keys = app.subcommand("keys", "the keys of a tenant");
    keys.needs_subcommand();
    auto asked = std::make_shared<keys_options>();
    auto rotate = keys.subcommand(
        "rotate",
        "Makes a new master key and wraps every key of the tenant anew under it; the "
        "server must stand still. Interrupted, the same command finishes it");
    add_instance_flags(rotate, asked->at, false);
    rotate.example("Example: pykala keys rotate --config instance.toml --tenant kuopio");
    rotate.runs([asked] { return run_rotate(*asked); }, out);
    auto backup = keys.subcommand(
        "backup",
        "Copies the key store as it is now, still wrapped by the master key; the file is "
        "replaced. The server may run");
    add_instance_flags(backup, asked->at, false);
    backup.option("--to", asked->to, "the file, on another machine").required();
    backup.example(
        "Example: pykala keys backup --config instance.toml --tenant kuopio --to "
        "/mnt/safe/kuopio.db");
    backup.runs([asked] { return run_backup(*asked); }, out);
}

}  // namespace pykala::api
