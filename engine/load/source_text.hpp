// A definition file as the engine gets it: its name and its text. Who reads the disk is
// api/definitions.
#pragma once

#include <string>
#include <vector>

namespace pykala {

struct source_text {
    std::string
        name;  // relative to the definitions folder, `/` between parts: `policies/classes.toml`
    std::string text;  // UTF-8
};

using source_texts = std::vector<source_text>;  // in order of their names

}  // namespace pykala
