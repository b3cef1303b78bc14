// The letters, compiled once at start, and rendered from facts.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/result.hpp"

#include "api/letters/definitions.hpp"
#include "api/letters/letter_facts.hpp"

namespace pykala::api::letters {

struct rendered_letter {
    std::string title;
    std::string html;  // headings from `h2` on, everything escaped; the page adds the title as text
    std::string text;  // for print, lines of at most 76 characters, with the title
};

class letter_book {
public:
    // `sources` as for check_letters. With a finding the book is empty, and renders nothing.
    letter_book(const source_texts& sources, diagnostics& findings);
    ~letter_book();
    letter_book(letter_book&&) noexcept;

    bool has(std::string_view letter) const;
    const letter_definitions& definitions() const { return definitions_; }

    // Safe from several threads. Problems: `no_such_letter` (not_found), `letter_incomplete`
    // (invalid: a fact without which the letter would say nothing is missing).
    result<rendered_letter> render(std::string_view letter, language in,
                                   const letter_facts& facts) const;

private:
    struct compiled;
    letter_definitions definitions_;
    std::map<std::pair<std::string, language>, std::unique_ptr<compiled>> templates_;
};

}  // namespace pykala::api::letters
