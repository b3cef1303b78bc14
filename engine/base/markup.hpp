// Plain text inside XML or HTML.
#pragma once

#include <string>
#include <string_view>

namespace pykala {

// Safe between tags and inside an attribute in either quotes.
std::string markup_escaped(std::string_view text);

}  // namespace pykala
