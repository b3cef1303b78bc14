// Notices by e-mail: that a letter waits in the portal, and nothing about what. What may become of
// one, and why one did not leave.
#pragma once

#include <array>
#include <string_view>

namespace pykala::cases {

inline constexpr std::string_view notice_sent = "sent";              // a mail server has taken it
inline constexpr std::string_view notice_waits = "waits";            // it is tried again
inline constexpr std::string_view notice_impossible = "impossible";  // it never leaves

inline constexpr auto notice_results =
    std::to_array<std::string_view>({notice_sent, notice_waits, notice_impossible});

// `address_protected`  the person's address is protected: no message leaves the portal
// `bad_address`        what the register holds is no e-mail address that mail can be sent to
// `changed_since`      the register's contact data changed on or after the day of arrival
// `mail_server`        the mail server cannot be reached, or does not take it now
// `no_mail`            this service sends no mail
// `no_proven_address`  no register holds an e-mail address of the person
// `not_identified`     we do not know surely enough who asks
// `refused`            the mail server of the address refused it for good
// `register_away`      a register that may know the address cannot be read now
// `representative`     somebody else asks for the person, whose address no register proves
// `several_addresses`  registers hold different addresses of the person
inline constexpr auto notice_reasons = std::to_array<std::string_view>(
    {"address_protected", "bad_address", "changed_since", "mail_server", "no_mail",
     "no_proven_address", "not_identified", "refused", "register_away", "representative",
     "several_addresses"});

}  // namespace pykala::cases
