// Notices by e-mail: that a letter waits in the portal. One leaves only where the person wished it,
// never to an address that no register proved, never to somebody whose address is protected, and
// never says what the case is about. What became of it is an event of the case.
//
// Every step may be repeated. The item of the outbox is the intent; the case says last what became
// of it. A process that dies after the mail server took the message sends the same message again,
// byte by byte, under the same Message-ID: more cannot be had of SMTP.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "engine/desk/mail_port.hpp"

#include "api/fulfilment/fulfilment.hpp"
#include "api/web/site.hpp"

namespace pykala::api {

// Called from one thread at a time, as a fulfilment does.
class notices {
public:
    // `here` must outlive it. Without `mail` every notice that somebody wished is impossible.
    // `from`: address of the sender.
    notices(const web::site& here, std::unique_ptr<desk::mail_port> mail, std::string from)
        : here_(here), mail_(std::move(mail)), from_(std::move(from)) {}

    // As fulfilment_world::other. Items that ask for no notice are settled at once.
    result<item_outcome> leave(const desk::outbox_item& item, const value& what);

private:
    struct address {
        std::string why;  // of cases::notice_reasons: no notice may leave; else
        std::string to;
    };
    result<address> proven_address(const desk::open_case& c) const;
    result<desk::mail_message> message(const desk::open_case& c, const desk::outbox_item& item,
                                       std::string to) const;
    result<bool> note(const desk::outbox_item& item, std::string_view became, std::string_view why,
                      const std::string& to) const;
    result<item_outcome> note_taken(const desk::outbox_item& item);
    void server_failed(const problem& why);
    void server_works();

    const web::site& here_;
    std::unique_ptr<desk::mail_port> mail_;
    std::string from_;
    // Taken by the server and not yet noted, because the case could not be written: never sent
    // again by this process. Addresses by item.
    std::map<std::uint64_t, std::string> taken_;
    // A server that is away is asked by one message after the other, not by all of them.
    instant rests_until_{};
    std::chrono::seconds rest_{};
};

}  // namespace pykala::api
