// An instance: the tenants that one server serves, and where everything of them lies. Its grammar
// is api/server/README.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/place.hpp"
#include "engine/base/result.hpp"
#include "engine/load/source_text.hpp"
#include "engine/load/table_reader.hpp"

#include "api/server/named_files.hpp"
#include "api/server/tenant.hpp"

namespace pykala::api {

struct tenant_settings {
    std::string id;
    std::string url;         // `https://tietopyynnot.example.fi`, without a slash at the end
    std::string host;        // of it
    std::string master_key;  // a file, or `credential:NAME`
    std::vector<register_settings> registers;
    std::string mail_from;  // sender of its notices; empty: it sends none
    place at;
};

struct listener_settings {
    std::string address;
    std::uint16_t port = 0;
    std::filesystem::path certificate;  // empty: plain HTTP
    std::string private_key;            // a file, or `credential:NAME`
};

struct mail_server {
    storage::smtp_settings server;  // without the password
    std::string password;           // a file, or `credential:NAME`; empty: no login
};

struct instance {
    std::string definitions;  // empty: those that come with the program
    std::filesystem::path data, keys, second_keys;
    std::filesystem::path shipping;  // empty: nothing is shipped
    listener_settings listen;
    listener_settings metrics;
    std::set<std::string> proxies;
    std::optional<mail_server> mail;
    std::vector<tenant_settings> tenants;  // in order of id

    // Null where there is none of that id.
    const tenant_settings* find(std::string_view tenant) const;
};

// Paths that are not absolute begin at `folder`. Every fault becomes a finding.
instance load_instance(const source_text& text, const std::filesystem::path& folder,
                       diagnostics& findings);

// Without TLS and beyond loopback: then only the proxies may be answered, who speak TLS with the
// world.
bool only_behind_proxies(const instance& all);

// Everything that keeps it from being served, as far as can be seen while a server runs: packs,
// databases, keys, mappings, certificate, folders.
std::vector<problem> check_instance(const instance& all);

// Reads the file. Problem `unreadable_file` (not_found); the findings of the file itself are handed
// back by way of `findings`.
result<instance> read_instance(const std::filesystem::path& file, diagnostics& findings);

// Where everything of a tenant lies. Problems: those of secret_file().
result<tenant_options> options_of(const instance& all, const tenant_settings& one);

// The part [smtp], and who sends by it. Call after the tenants were read.
void read_mail(const table_reader& root, const std::filesystem::path& folder, instance& into);

// The Unix socket of the running server.
std::filesystem::path socket_of(const std::filesystem::path& data);

// What a new instance is made from.
struct instance_draft {
    std::vector<std::pair<std::string, std::string>> tenants;  // id and URL
    std::string data, keys, second_keys;                       // as written into the file
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;
    std::uint16_t metrics_port = 9464;
};
// The file with its comments.
std::string instance_text(const instance_draft& made_from);

}  // namespace pykala::api
