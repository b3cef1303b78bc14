#include "api/server/http_register_file.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/registers/register_map.hpp"

#include "api/server/named_files.hpp"
#include "storage/registers/http/http_client.hpp"

namespace pykala::api {
namespace {

constexpr std::int64_t longest_wait = 60, longest_call = 300, largest_mb = 1024, most_days = 31;

std::int64_t number_or(const table_reader& from, std::string_view key, std::int64_t otherwise,
                       std::int64_t most) {
    return from.has(key) ? from.number(key, 1, most) : otherwise;
}

bool is_domain(const std::string& text) {
    return text.find('.') != text.npos && std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
           });
}

void read_address(const table_reader& from, storage::http_register_options& into) {
    into.url = from.text("url");
    into.domain = from.text("domain");
    while (into.url.ends_with('/')) into.url.pop_back();
    if (!into.url.empty() && !storage::registers::origin_of(into.url))
        from.fault(
            "url", "I06", "what is sent is personal data, and this is not https",
            "write it like `https://opendsr.crm.example/v2`; plain http is for this machine");
    if (!into.domain.empty() && !is_domain(into.domain))
        from.fault("domain", "I06", fmt::format("`{}` is no domain", into.domain),
                   "lower case, as the register sends it in `X-OpenDSR-Processor-Domain`");
}

void read_finds_by(const table_reader& from, storage::http_register_options& into) {
    into.finds_by = from.texts("finds_by");
    if (into.finds_by.empty())
        from.fault("finds_by", "I06", "nobody can be found in this register",
                   "name `customer_number`, `email` or both");
    for (const auto& kind : into.finds_by)
        if (kind != "customer_number" && kind != "email")
            from.fault("finds_by", "I06", fmt::format("nobody is found over HTTP by `{}`", kind),
                       "`customer_number` and `email` alone; an identity code is never sent");
}

}  // namespace

http_register_settings read_http_register(const table_reader& from,
                                          const std::filesystem::path& folder) {
    http_register_settings made;
    auto& o = made.options;
    o.id = from.text("id");
    if (!o.id.empty() && !is_identifier(o.id))
        from.fault("id", "S04", fmt::format("`{}` cannot begin the ids of records", o.id),
                   "letters, digits and `_`");
    o.title = from.in_three_languages("title");
    read_address(from, o);
    read_finds_by(from, o);
    o.certificate = below(folder, from.text_if("certificate"));
    o.ca_file = below(folder, from.text_if("ca_file"));
    made.token_file = secret_below(folder, from.text_if("token_file"));
    o.user = from.text_if("user");
    made.password_file = secret_below(folder, from.text_if("password_file"));
    if (o.user.empty() != made.password_file.empty())
        from.fault(o.user.empty() ? "password_file" : "user", "I06",
                   "`user` and `password_file` go together");
    if (!o.user.empty() && !made.token_file.empty())
        from.fault("token_file", "I06", "a token and a user are two ways to say the same",
                   "keep what the supplier asks for");
    o.keeps_bans = from.flag_if("keeps_bans", false);
    o.wait = std::chrono::seconds(number_or(from, "wait_seconds", 10, longest_wait));
    o.call_timeout = std::chrono::seconds(number_or(from, "call_seconds", 10, longest_call));
    const auto largest = number_or(from, "largest_answer_mb", 64, largest_mb);
    o.largest_answer = static_cast<std::size_t>(largest) << 20;
    o.carry_out_within = std::chrono::days(number_or(from, "carry_out_within_days", 7, most_days));
    return made;
}

result<std::unique_ptr<register_port>> open_register(const http_register_settings& of) {
    auto options = of.options;
    if (!of.token_file.empty()) {
        PYKALA_TRY(options.bearer, read_secret_line(of.token_file));
    }
    if (!of.password_file.empty()) {
        PYKALA_TRY(options.password, read_secret_line(of.password_file));
    }
    return storage::open_http_register(std::move(options));
}

}  // namespace pykala::api
