// A message as bytes on the way: RFC 5322 with MIME, in ASCII, lines of at most 76 characters
// (a long address may make its line longer).
#pragma once

#include <string>

#include "engine/base/result.hpp"
#include "engine/desk/mail_port.hpp"

namespace pykala::storage {

// The same message gives the same bytes. Problem `mail_malformed` (invalid): an address that is
// none, an id that is no hex, a control character in a name or subject, text that is no UTF-8.
result<std::string> mail_text(const desk::mail_message& what);

}  // namespace pykala::storage
