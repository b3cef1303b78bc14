// A text that people read, in the three languages of the service.
#pragma once

#include <string>

#include "engine/base/names.hpp"

namespace pykala {

enum class language { fi, sv, en };

template <>
inline constexpr auto names_of<language> = std::to_array<name_entry<language>>(
    {{language::fi, "fi"}, {language::sv, "sv"}, {language::en, "en"}});

struct text3 {
    std::string fi, sv, en;

    const std::string& in(language which) const {
        return which == language::fi ? fi : which == language::sv ? sv : en;
    }

    friend bool operator==(const text3&, const text3&) = default;
};

}  // namespace pykala
