// [smtp] of an instance: by which server notices leave, and in whose name.
#include <algorithm>

#include <fmt/format.h>

#include "engine/desk/mail_port.hpp"
#include "engine/load/table_reader.hpp"

#include "api/server/instance.hpp"

namespace pykala::api {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t last_port = 65535;
constexpr std::int64_t submission = 587, submission_tls = 465;

std::string from_folder(const fs::path& folder, const std::string& written) {
    if (written.empty() || written.starts_with("credential:")) return written;
    return (folder / written).lexically_normal().string();
}

// A name or an address; what stands in no URL stands in neither.
bool is_host(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == ':';
    });
}

void read_server(const table_reader& part, const fs::path& folder, mail_server& into) {
    auto& own = into.server;
    own.host = part.text("host");
    if (!is_host(own.host))
        part.fault("host", "I07", fmt::format("`{}` is no host name or address", own.host),
                   "write it without scheme, port or user: `mail.example.fi`");
    own.security =
        part.choice_or<storage::mail_security>("security", storage::mail_security::starttls);
    const bool implicit = own.security == storage::mail_security::implicit;
    own.port = static_cast<std::uint16_t>(part.has("port") ? part.number("port", 1, last_port)
                                          : implicit       ? submission_tls
                                                           : submission);
    if (own.security == storage::mail_security::none && !storage::is_this_machine(own.host))
        part.fault(
            "security", "I07",
            fmt::format("`{}` is not this machine, and mail would leave without TLS", own.host),
            "write `starttls` or `implicit`");
    own.user = part.text_if("user");
    into.password = from_folder(folder, part.text_if("password"));
    if (own.user.empty() != into.password.empty())
        part.fault(own.user.empty() ? "password" : "user", "I07",
                   "a login needs both `user` and `password`",
                   "`password` is a file, or `credential:NAME`");
    own.authorities = from_folder(folder, part.text_if("authorities"));
}

}  // namespace

void read_mail(const table_reader& root, const fs::path& folder, instance& into) {
    const auto part = root.table_if("smtp");
    if (part) read_server(*part, folder, into.mail.emplace());
    bool sends = false;
    for (const auto& [id, tenant] : root.tables("tenant")) {
        const auto from = tenant.text_if("mail_from");
        sends = sends || !from.empty();
        if (!from.empty() && !desk::is_mail_address(from))
            tenant.fault("mail_from", "I07", fmt::format("`{}` is no e-mail address", from),
                         "write it alone: `tietosuoja@example.fi`");
        if (!from.empty() && !part)
            tenant.fault("mail_from", "I07", "there is no mail server to send by",
                         "write [smtp] with its `host`, or take `mail_from` out");
    }
    if (part && !sends)
        part->fault("host", "I07", "no tenant sends by this server",
                    "write `mail_from` under the tenants whose customers may wish notices");
}

}  // namespace pykala::api
