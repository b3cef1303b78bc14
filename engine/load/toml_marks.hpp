// What the TOML library must not be asked to read: version 3.3 of toml++ ends the program at a
// table header that begins with no key, and takes letters beyond ASCII that stand where a blank
// could by undefined behaviour. Most of these are ordinary slips (`[ä]`) and are found before it;
// where a string goes on after a line that ends with a backslash they are sound, and are written as
// escapes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pykala {

struct toml_slip {
    enum kind {
        unquoted,  // a letter beyond ASCII outside quotes and comments
        table,     // a table whose name begins with no key
        escape,    // a letter beyond ASCII after a backslash
    };
    std::size_t line = 1, column = 1;  // columns count letters
    std::string_view what;             // the letter that cannot stand there
    kind which = unquoted;
};

struct toml_look {
    std::optional<toml_slip> slip{};  // the first one
    std::string rewritten{};          // what to read instead; empty: the text itself
};

// Looks through a text that is UTF-8. Lines stay where they are.
toml_look look_through_toml(std::string_view text);

}  // namespace pykala
