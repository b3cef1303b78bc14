#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>

#include "engine/load/table_reader.hpp"

#include "api/server/instance.hpp"

namespace pykala::api {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t ports_end = 65535;

// Parts that the design has and this program has not: accepting them would promise what is not
// there.
constexpr auto not_here = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"oidc", "sign-in of customers over OpenID Connect"},
     {"witness", "witnesses of the log"},
     {"postgres", "storage on PostgreSQL"}});

std::optional<boost::asio::ip::address> address_of(const std::string& text) {
    boost::system::error_code wrong;
    const auto address = boost::asio::ip::make_address(text, wrong);
    return wrong ? std::nullopt : std::optional(address);
}

bool is_loopback(const std::string& address) {
    const auto parsed = address_of(address);
    return parsed && parsed->is_loopback();
}

std::uint16_t port_of(const table_reader& from, std::int64_t otherwise) {
    const auto port = from.has("port") ? from.number("port", 0, ports_end) : otherwise;
    return static_cast<std::uint16_t>(port);
}

std::string listening_address(const table_reader& from) {
    const auto text = from.has("address") ? from.text("address") : std::string("127.0.0.1");
    if (!text.empty() && !address_of(text))
        from.fault("address", "I01", fmt::format("`{}` is no IP address", text),
                   "write it like `127.0.0.1` or `::1`");
    return text;
}

void read_listeners(const table_reader& root, const fs::path& folder, instance& into) {
    if (const auto part = root.table_if("proxies"))
        for (const auto& each : part->texts("trusted")) {
            into.proxies.insert(each);
            if (!address_of(each))
                part->fault("trusted", "I01", fmt::format("`{}` is no IP address", each),
                            "name each proxy by its address, like `10.0.0.5`");
        }
    if (const auto part = root.table("listen")) {
        auto& own = into.listen;
        own = {listening_address(*part), port_of(*part, 8080),
               below(folder, part->text_if("certificate")),
               secret_below(folder, part->text_if("private_key"))};
        if (own.certificate.empty() != own.private_key.empty())
            part->fault(own.certificate.empty() ? "private_key" : "certificate", "I02",
                        "TLS needs both `certificate` and `private_key`");
        else if (own.certificate.empty() && !is_loopback(own.address) && into.proxies.empty())
            part->fault("address", "I02",
                        fmt::format("`{}` is not loopback, and there is no TLS", own.address),
                        "write `certificate` and `private_key`, listen on 127.0.0.1, or name the "
                        "proxy that speaks TLS under [proxies]");
    }
    into.metrics = {"127.0.0.1", 9464, {}, {}};
    if (const auto part = root.table_if("metrics"))
        into.metrics = {listening_address(*part), port_of(*part, 9464), {}, {}};
}

void read_url(const table_reader& from, tenant_settings& into) {
    into.url = from.text("url");
    if (into.url.empty()) return;
    while (into.url.ends_with('/')) into.url.pop_back();
    const auto parsed = boost::urls::parse_uri(into.url);
    if (!parsed || parsed->host().empty() || parsed->has_query() || parsed->has_fragment() ||
        parsed->has_userinfo() || !parsed->path().empty()) {
        from.fault("url", "I03", fmt::format("`{}` is not scheme and host name alone", into.url),
                   "each tenant has a host name of its own: `https://tietopyynnot.example.fi`");
        return;
    }
    into.host = parsed->host();
    const bool here = into.host == "localhost" || is_loopback(into.host);
    if (parsed->scheme() != "https" && !here)
        from.fault("url", "I03", fmt::format("`{}` is not https", into.url),
                   "what people send is personal data; plain http is for this machine only");
}

void read_tenants(const table_reader& root, const fs::path& folder, instance& into) {
    for (const auto& [id, part] : root.tables("tenant")) {
        tenant_settings one{.id = id, .at = part.at()};
        read_url(part, one);
        one.master_key = secret_below(folder, part.text_if("master_key"));
        if (one.master_key.empty()) one.master_key = (into.keys / id / "master.key").string();
        for (const auto& each : part.list("register"))
            one.registers.push_back(read_register(each, folder));
        one.mail_from = part.text_if("mail_from");
        const auto same = [&](const tenant_settings& other) {
            return !one.host.empty() && other.host == one.host;
        };
        if (const auto other = std::ranges::find_if(into.tenants, same);
            other != into.tenants.end())
            part.fault(
                "url", "I03",
                fmt::format("`{}` and `{}` have the same host name `{}`", other->id, id, one.host),
                "a tenant is known by its host name: give each its own");
        into.tenants.push_back(std::move(one));
    }
    if (into.tenants.empty())
        root.fault("tenant", "S02", "no tenant is named", "write [tenant.ID] with its `url`");
}

bool lies_in(const fs::path& inner, const fs::path& outer) {
    const auto [end, ignored] =
        std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
    return end == outer.end();
}

void read_places(const table_reader& root, const fs::path& folder, instance& into) {
    if (const auto part = root.table("data")) into.data = below(folder, part->text("folder"));
    const auto part = root.table("keys");
    if (!part) return;
    into.keys = below(folder, part->text("folder"));
    into.second_keys = below(folder, part->text("second"));
    if (into.data.empty() || into.keys.empty() || into.second_keys.empty()) return;
    if (into.keys == into.second_keys)
        part->fault("second", "I04", "both copies of the keys lie in the same folder",
                    "the second copy is there for the day on which the first is lost");
    for (const auto& [key, where] : {std::pair{"folder", into.keys}, {"second", into.second_keys}})
        if (lies_in(where, into.data) || lies_in(into.data, where))
            part->fault(key, "I04",
                        fmt::format("keys in `{}` and data in `{}` lie in one another",
                                    where.string(), into.data.string()),
                        "a backup of the data must not hold the keys: keep them apart");
}

void read_shipping(const table_reader& root, const fs::path& folder, instance& into) {
    const auto part = root.table_if("shipping");
    if (!part) return;
    into.shipping = below(folder, part->text("folder"));
    if (into.shipping.empty()) return;
    for (const auto& where : {into.data, into.keys, into.second_keys})
        if (!where.empty() && (lies_in(into.shipping, where) || lies_in(where, into.shipping)))
            part->fault("folder", "I04",
                        fmt::format("what is shipped to `{}` and `{}` lie in one another",
                                    into.shipping.string(), where.string()),
                        "it is there for the day on which that folder is lost: name another disk");
}

}  // namespace

const tenant_settings* instance::find(std::string_view tenant) const {
    const auto found = std::ranges::find(tenants, tenant, &tenant_settings::id);
    return found == tenants.end() ? nullptr : &*found;
}

bool only_behind_proxies(const instance& all) {
    return all.listen.certificate.empty() && !is_loopback(all.listen.address);
}

instance load_instance(const source_text& text, const fs::path& folder, diagnostics& findings) {
    instance made;
    place_book places;
    toml_document file(text, places, findings);
    if (!file.readable()) return made;
    const auto root = file.root();
    root.number("schema", 1, 1);
    if (const auto part = root.table_if("definitions"))
        made.definitions = below(folder, part->text("folder")).string();
    read_places(root, folder, made);
    read_shipping(root, folder, made);
    read_listeners(root, folder, made);
    read_tenants(root, folder, made);
    read_mail(root, folder, made);
    for (const auto& [key, what] : not_here)
        if (root.has(key))
            root.fault(key, "I05", fmt::format("{} is not available in this version", what),
                       fmt::format("take [{}] out", key));
    file.report_unknown_keys();
    std::sort(findings.begin(), findings.end());
    return made;
}

result<instance> read_instance(const fs::path& file, diagnostics& findings) {
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    std::error_code ignored;
    if (!in || fs::is_directory(file, ignored))
        return fail(problem_kind::not_found, "unreadable_file",
                    fmt::format("cannot read the configuration `{}`", file.string()),
                    "`pykala init` makes one; --config names another");
    const auto folder = fs::absolute(file).parent_path();
    return load_instance({file.string(), std::move(text)}, folder, findings);
}

result<tenant_options> options_of(const instance& all, const tenant_settings& one) {
    PYKALA_TRY(const auto master, secret_file(one.master_key));
    tenant_options made{all.data / one.id, one.id, storage::purpose::production, all.definitions,
                        fmt::format("{}/{}/log/1", one.host, one.id)};
    made.keys = all.keys / one.id;
    made.second_keys = all.second_keys / one.id;
    made.master_key = master;
    made.registers = one.registers;
    if (!all.shipping.empty()) made.shipping = all.shipping / one.id;
    if (all.mail && !one.mail_from.empty()) {
        PYKALA_TRY(const auto password, secret_file(all.mail->password));
        made.mail = mail_settings{all.mail->server, password, one.mail_from};
    }
    return made;
}

fs::path socket_of(const fs::path& data) {
    return data / "pykala.sock";
}

}  // namespace pykala::api
