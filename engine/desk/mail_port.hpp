// The port by which a message leaves as e-mail. Who implements it lives in storage/mail.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/time/date.hpp"

namespace pykala::desk {

// Plain text to one person.
struct mail_message {
    // Lower-case hex. The same message has the same id each time it is given, so that whoever gets
    // it twice, because the first answer was lost, knows it again.
    std::string id;
    std::string from;  // address; `to` likewise
    std::string from_name;
    std::string to;
    std::string language;  // `fi`, `sv`, `en`
    std::string subject;
    std::string text;
    instant at{};  // when what it tells of happened, not when it was tried: also part of the same
};

// Whether mail can be sent to it: one `@`, ASCII, a dot-atom before and a host name behind
// (RFC 5321 section 4.1.2, without quoted names and address literals). Nothing that could end a
// header or a command is part of one.
bool is_mail_address(std::string_view text);

enum class mail_fate {
    accepted,  // the server has taken it
    refused,   // this receiver or this message is refused for good
};

class mail_port {
public:
    virtual ~mail_port() = default;
    // Blocks until it is known, at most for the time that the port allows itself. Problems:
    // `mail_malformed` (invalid), and `mail_unreachable`, `mail_tls`, `mail_login`,
    // `mail_not_taken` (unavailable): it may have left or not, and is to be given again later.
    virtual result<mail_fate> send(const mail_message& what) = 0;
};

}  // namespace pykala::desk
