// The answer as one page that stands alone: read in the e-service, printed, or opened from the ZIP.
// About each category it tells what article 15(1) lists; the letter that goes with it does not
// repeat that.
#pragma once

#include <string>
#include <vector>

#include "api/answers/package.hpp"
#include "api/letters/letter_book.hpp"
#include "api/web/page_book.hpp"

namespace pykala::api {

// That somebody of the staff opened the person's case or answer.
struct look_line {
    date on{};
    std::string role;  // of the contract
    friend auto operator<=>(const look_line&, const look_line&) = default;
};

struct answer_page_parts {
    const desk::open_case& c;
    const answer& given;
    const std::vector<package_file>& files;
    const std::vector<look_line>& looks;  // in order, each once
    const letters::letter_book& letters;
    const web::page_book& pages;
    language in = language::fi;
    date today{};
};

std::string render_answer_page(const answer_page_parts& parts);

// The words of the tables, from the texts of the pages.
table_words words_of_tables(const web::page_book& pages, language in);

}  // namespace pykala::api
