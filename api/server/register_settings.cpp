#include "api/server/register_settings.hpp"

#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "engine/load/register_map_file.hpp"

#include "api/server/named_files.hpp"

namespace pykala::api {
namespace {

namespace fs = std::filesystem;

result<source_text> text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in)
        return fail(problem_kind::not_found, "unreadable_file",
                    fmt::format("cannot read `{}`", file.string()),
                    "check the path in the configuration, and who may read the file");
    return source_text{file.string(), std::move(text)};
}

result<bool> is_there(const fs::path& database) {
    std::error_code ignored;
    if (fs::is_regular_file(database, ignored)) return true;
    return fail(problem_kind::not_found, "register_missing",
                fmt::format("there is no register `{}`", database.string()),
                "check `database` in the configuration");
}

}  // namespace

register_settings read_register(const table_reader& from, const fs::path& folder) {
    register_settings one;
    one.kind = from.choice_or("kind", register_kind::sqlite);
    switch (one.kind) {
        case register_kind::sqlite:
            one.database = below(folder, from.text("database"));
            break;
        case register_kind::postgres:
            one.server.connection = from.text("connection");
            one.server.schema = from.text_if("schema");
            one.password_file = secret_below(folder, from.text_if("password_file"));
            if (const auto sound = storage::check_settings(one.server); !sound)
                from.fault("connection", "I06", sound.error().detail, sound.error().hint);
            break;
        case register_kind::http:
            one.http = read_http_register(from, folder);
            return one;
    }
    one.mapping = below(folder, from.text("mapping"));
    one.labels = below(folder, from.text_if("labels"));
    return one;
}

result<register_map> load_mapping(const register_settings& of, const pack& own,
                                  diagnostics& findings) {
    PYKALA_TRY(const auto mapping, text_of(of.mapping));
    if (of.labels.empty()) return load_register_map(mapping, nullptr, own, findings);
    PYKALA_TRY(const auto labels, text_of(of.labels));
    return load_register_map(mapping, &labels, own, findings);
}

std::vector<register_settings> sample_registers(const fs::path& folder, const fs::path& definitions,
                                                const std::string& tenant) {
    const auto samples = definitions / "storage/registers/sample";
    std::vector<register_settings> all;
    for (const std::string id : {"crm", "billing", "metering"}) {
        register_settings one;
        one.database = folder / (id + ".db");
        one.mapping = samples / tenant / (id + ".toml");
        one.labels = samples / "labels.toml";
        all.push_back(std::move(one));
    }
    return all;
}

std::optional<std::string> id_of(const register_settings& of, const pack& own) {
    if (of.http) return of.http->options.id;
    diagnostics ignored;
    const auto map = load_mapping(of, own, ignored);
    return map ? std::optional(map->id) : std::nullopt;
}

std::vector<problem> check_register(const register_settings& of, const pack& own) {
    std::vector<problem> all;
    if (of.http) {
        if (const auto opened = open_register(*of.http); !opened) all.push_back(opened.error());
        return all;
    }
    diagnostics findings;
    if (const auto read = load_mapping(of, own, findings); !read) all.push_back(read.error());
    for (const auto& finding : findings)
        if (finding.level == severity::error)
            all.push_back({problem_kind::invalid, "register_mapping", to_string(finding), ""});
    if (of.kind == register_kind::sqlite)
        if (const auto there = is_there(of.database); !there) all.push_back(there.error());
    if (!of.password_file.empty())
        if (const auto read = read_secret_line(of.password_file); !read)
            all.push_back(read.error());
    return all;
}

result<std::unique_ptr<register_port>> open_register(const register_settings& of, const pack& own,
                                                     storage::register_options options) {
    if (of.http) return open_register(*of.http);
    diagnostics findings;
    PYKALA_TRY(auto map, load_mapping(of, own, findings));
    if (has_errors(findings))
        return fail(problem_kind::invalid, "register_mapping", to_string(findings.front()));
    if (of.kind == register_kind::sqlite) {
        PYKALA_CHECK(is_there(of.database));
        return storage::open_sqlite_register(of.database.string(), std::move(map),
                                             std::move(options));
    }
    auto server = of.server;
    if (!of.password_file.empty()) {
        PYKALA_TRY(server.password, read_secret_line(of.password_file));
    }
    return storage::open_postgres_register(server, std::move(map), std::move(options));
}

}  // namespace pykala::api
