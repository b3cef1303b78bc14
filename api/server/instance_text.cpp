// The configuration that `pykala init` writes: what it must hold, and what may be added, explained.
#include <iterator>

#include <fmt/format.h>

#include "api/server/instance.hpp"

namespace pykala::api {
namespace {

constexpr std::string_view beginning =
    R"(# An instance of Pykälä. api/server/README.md of the sources explains every key.
# Unknown keys are errors.
# Paths begin at the folder of this file unless they are absolute.
# `pykala serve --config THIS --check` says what is wrong without starting.
schema = 1

# One folder for each tenant, and the socket that commands use.
[data]
folder = "{}"

# Outside the data and its backups; losing the keys loses the data.
# FOLDER/TENANT/master.key has mode 0600. The second copy lies on another disk where there is one.
[keys]
folder = "{}"
second = "{}"

# What a restore must know: what was erased since the backup, and how far the log had come. Carried
# there while the server works; on another disk than the data. The folder must be there.
# [shipping]
# folder = "/mnt/other/pykala-ship"

# With certificate and private_key this listener speaks TLS.
# A key may be "credential:NAME", which systemd hands to the service.
[listen]
address = "{}"
port = {}
# certificate = "/etc/pykala/chain.pem"
# private_key = "/etc/pykala/key.pem"

# Only these may say who asks (X-Forwarded-For, X-Forwarded-Proto).
# [proxies]
# trusted = ["10.0.0.5"]

# By which server notices to customers leave, and under each tenant who sends them.
# [smtp]
# host = "mail.example.fi"
# user = "pykala"
# password = "credential:pykala-mail"

# Prometheus text, without personal data.
[metrics]
address = "127.0.0.1"
port = {}
)";

constexpr std::string_view of_tenant = R"(
# A tenant has a host name of its own; registers are read in the order of the file.
[tenant.{0}]
url = "{1}"
# master_key = "credential:{0}-master"
# mail_from = "tietosuoja@example.fi"
# [[tenant.{0}.register]]
# database = "/srv/crm/crm.db"
# mapping = "{0}/crm.toml"
# labels = "{0}/labels.toml"
)";

// A basic string of TOML.
std::string in_toml(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

}  // namespace

std::string instance_text(const instance_draft& made_from) {
    auto text = fmt::format(beginning, in_toml(made_from.data), in_toml(made_from.keys),
                            in_toml(made_from.second_keys), in_toml(made_from.address),
                            made_from.port, made_from.metrics_port);
    for (const auto& [id, url] : made_from.tenants)
        fmt::format_to(std::back_inserter(text), of_tenant, id, in_toml(url));
    return text;
}

}  // namespace pykala::api
