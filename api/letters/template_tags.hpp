// The tags of a mustache template with their places, so that a checker can point at each. Reads the
// subset of mustache that letters may use (policies/letters/README.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/load/source_text.hpp"

namespace pykala::api::letters {

enum class tag_kind { variable, section, inverted, end, part };

struct template_tag {
    tag_kind kind = tag_kind::variable;
    std::string name;
    int line = 0;           // from 1
    int column = 0;         // from 1, in bytes
    std::size_t begin = 0;  // in the text: first `{`
    std::size_t end = 0;    // one past the last `}`
    bool alone = false;     // nothing else but blanks on its line
    std::size_t depth = 0;  // sections that are open around it
};

// All tags in order. Faults: L05 for raw tags, comments, changed delimiters, unfinished tags; L06
// for sections that do not match.
std::vector<template_tag> read_tags(const source_text& source, diagnostics& findings);

// The text without its tags; each stands as one blank.
std::string literal_text(const source_text& source, const std::vector<template_tag>& tags);

}  // namespace pykala::api::letters
