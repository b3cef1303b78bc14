// A real mail server in a process of its own (mail_sink.py), and what it has taken.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

#include "storage/mail/smtp.hpp"
#include "tests/support/folder.hpp"

namespace pykala::tests {

struct taken_mail {
    std::string from, to;  // of the envelope, as commands
    std::string head;      // lines of the header, CRLF
    std::string text;      // the body, decoded
    std::string whole;

    std::string header(const std::string& name) const;  // unfolded
};

class mail_sink {
public:
    mail_sink();
    ~mail_sink();
    mail_sink(const mail_sink&) = delete;
    mail_sink& operator=(const mail_sink&) = delete;

    // Words of mail_sink.py; none: it takes everything.
    void behaves(const std::string& words) const;
    std::vector<taken_mail> taken() const;
    storage::smtp_settings settings() const;

private:
    folder dir_;
    pid_t process_ = -1;
    std::uint16_t port_ = 0;
};

// Encoded words of a header (RFC 2047, base64) as text.
std::string decoded_words(const std::string& header);

}  // namespace pykala::tests
