// What keeps an instance from being served, all of it at once, looking only: a server may run.
#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include "engine/base/encoding.hpp"

#include "api/definitions/law.hpp"
#include "api/http/server.hpp"
#include "api/server/instance.hpp"
#include "storage/backup/restore.hpp"
#include "storage/sealing/key_copy.hpp"

namespace pykala::api {
namespace {

namespace fs = std::filesystem;
using problems = std::vector<problem>;

// Each detail begins with the tenant, because all stand under one another.
void add(problems& all, const std::string& tenant, problem wrong) {
    wrong.detail = fmt::format("{}: {}", tenant, wrong.detail);
    all.push_back(std::move(wrong));
}

void check_folder(problems& all, const fs::path& folder, std::string_view what) {
    if (::access(folder.c_str(), R_OK | W_OK | X_OK) == 0) return;
    all.push_back({problem_kind::unavailable, "folder_not_writable",
                   fmt::format("the folder of the {} `{}` is not there or may not be written", what,
                               folder.string()),
                   "`pykala init` makes it; the user of the service must be allowed to write "
                   "there"});
}

result<bool> look_at_database(const tenant_options& options) {
    PYKALA_CHECK(storage::check_no_restore_waits(options.folder));
    const auto path = database_of(options).string();
    PYKALA_CHECK(storage::look_at_tenant_database(path));
    PYKALA_TRY(auto db, storage::open_tenant_reader(path));
    PYKALA_TRY(const auto found, storage::read_tenant_identity(db));
    PYKALA_CHECK(storage::check_tenant_identity(
        found, {options.tenant, found.prefix, storage::purpose::production}));
    return true;
}

// The copies as they lie there; opening the store would bring one up to the other.
result<bool> look_at_keys(const tenant_options& options) {
    PYKALA_TRY(const auto master, storage::read_master_key(master_key_of(options)));
    const auto paths = keys_of(options);
    bool any = false;
    for (const auto& file : {paths.first, paths.second}) {
        std::error_code ignored;
        if (!fs::exists(file, ignored)) continue;
        PYKALA_TRY(const auto copy, storage::key_copy::open(file));
        if (!copy.facts()) continue;
        any = true;
        if (copy.facts()->tenant != options.tenant)
            return fail(problem_kind::refused, "wrong_tenant",
                        fmt::format("the key store belongs to `{}`", copy.facts()->tenant),
                        "name the key store of this tenant");
        if (copy.facts()->master != to_hex(master.id))
            return fail(problem_kind::refused, "wrong_master_key",
                        "the master key is not the one that wraps this key store",
                        "name the right master key file");
    }
    if (any) return true;
    return fail(
        problem_kind::not_found, "key_store_missing",
        fmt::format("neither `{}` nor `{}` is there", paths.first.string(), paths.second.string()),
        "without its key store the data of a tenant cannot be read");
}

// Not whether the server answers: it may be away for a while, and nothing is lost.
void check_mail(problems& all, const instance& of) {
    if (!of.mail) return;
    if (!of.mail->password.empty()) {
        const auto file = secret_file(of.mail->password);
        if (!file) return all.push_back(file.error());
        if (const auto read = storage::read_mail_password(*file); !read)
            all.push_back(read.error());
    }
    const auto& trusted = of.mail->server.authorities;
    if (!trusted.empty() && ::access(trusted.c_str(), R_OK) != 0)
        all.push_back({problem_kind::not_found, "mail_authorities_missing",
                       fmt::format("cannot read `{}`", trusted.string()),
                       "`authorities` of [smtp] is a file of certificates in PEM"});
}

void check_tenant(problems& all, const instance& of, const tenant_settings& one,
                  const policy_set* law) {
    const auto options = options_of(of, one);
    if (!options) return add(all, one.id, options.error());
    if (const auto sound = look_at_database(*options); !sound) add(all, one.id, sound.error());
    if (const auto sound = look_at_keys(*options); !sound) add(all, one.id, sound.error());
    if (!law) return;
    const auto own = find_pack(*law, one.id);
    if (!own) return add(all, one.id, own.error());
    if (auto wrong = check_reviewed(**own)) add(all, one.id, *std::move(wrong));
    for (const auto& each : options->registers)
        for (auto& wrong : check_register(each, **own)) add(all, one.id, std::move(wrong));
}

}  // namespace

problems check_instance(const instance& all) {
    problems found;
    check_folder(found, all.data, "data");
    check_folder(found, all.keys, "keys");
    check_folder(found, all.second_keys, "second copy of the keys");
    if (!all.shipping.empty()) check_folder(found, all.shipping, "shipped files");
    if (!all.listen.certificate.empty()) {
        const auto key = secret_file(all.listen.private_key);
        if (!key) found.push_back(key.error());
        if (key)
            if (const auto sound = http::check_certificate(all.listen.certificate, *key); !sound)
                found.push_back(sound.error());
    }
    check_mail(found, all);
    const auto law = load_law(all.definitions);
    if (!law) found.push_back(law.error());
    for (const auto& each : all.tenants) check_tenant(found, all, each, law ? &*law : nullptr);
    return found;
}

}  // namespace pykala::api
