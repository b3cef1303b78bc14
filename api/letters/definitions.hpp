// What policies/letters/letters.toml says: which letters exist, what each must contain, which data
// each may use, and how days are written. Grammar: policies/letters/README.md.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/base/place.hpp"
#include "engine/base/text3.hpp"
#include "engine/load/source_text.hpp"
#include "engine/time/date.hpp"

namespace pykala::api::letters {

// Patterns with `{day}`, `{month}`, `{month_name}` and `{year}`.
struct date_words {
    text3 pattern;
    std::array<text3, 12> months;
};

// `den 1 mars 2026`, as people write it in that language.
std::string written_date(const date_words& words, language in, date day);

// A key names a value (`due_on`), a list (`kept`) or what each item of a list has (`kept.name`).
using key_list = std::vector<std::string>;

struct part_definition {
    std::string id;
    key_list keys;                 // exactly those that its text uses
    std::vector<std::string> law;  // what it serves, as citations
    place at;
};

struct letter_definition {
    std::string id;
    text3 title;
    std::vector<std::string> parts;  // mandatory, each once and under no condition
    key_list keys;                   // exactly those that its own text uses, parts not counted
    bool neutral = false;            // leaves the portal before anybody has signed in
    place at;
};

struct letter_definitions {
    std::string file;
    std::map<std::string, letter_definition, std::less<>> letters;
    std::map<std::string, part_definition, std::less<>> parts;
    key_list neutral_keys;
    std::vector<std::string> never;  // words of ours that no letter uses
    date_words dates;
    // Legal bases of article 6(1) as people read them, by the names of the packs (`6_1_b`).
    std::map<std::string, text3, std::less<>> bases;
    std::optional<date> verified_as_of;
    place_book places;
};

// Reads `policies/letters/letters.toml`; faults of form go to `findings`.
letter_definitions read_definitions(const source_texts& sources, diagnostics& findings);

}  // namespace pykala::api::letters
