// E-mail over SMTP, by libcurl. One connection for each message: notices are few.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/names.hpp"
#include "engine/base/result.hpp"
#include "engine/desk/mail_port.hpp"

namespace pykala::storage {

enum class mail_security {
    starttls,  // TLS is asked for after the greeting, and nothing is sent without it
    implicit,  // TLS from the first byte
    none,      // for a server on this very machine only
};

struct smtp_settings {
    std::string host;  // name or address
    std::uint16_t port = 587;
    mail_security security = mail_security::starttls;
    std::string user, password;         // empty: no login
    std::filesystem::path authorities;  // PEM, whom to trust; empty: those of the machine
    std::chrono::seconds connect_within{10};
    std::chrono::seconds send_within{60};  // all of it
};

// `localhost`, 127.0.0.0/8, ::1
bool is_this_machine(std::string_view host);

// The text of a file that only the service may read, without the end of its line. Problems:
// `mail_password_missing` (not_found), `mail_password_open_to_others`, `mail_password_malformed`
// (invalid).
result<std::string> read_mail_password(const std::filesystem::path& file);

// Problem `mail_without_tls` (invalid): no TLS, and the server is not on this machine.
result<std::unique_ptr<desk::mail_port>> open_smtp(smtp_settings settings);

}  // namespace pykala::storage

namespace pykala {
template <>
inline constexpr auto names_of<storage::mail_security> =
    std::to_array<name_entry<storage::mail_security>>(
        {{storage::mail_security::starttls, "starttls"},
         {storage::mail_security::implicit, "implicit"},
         {storage::mail_security::none, "none"}});
}  // namespace pykala
