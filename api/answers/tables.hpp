// Answers as tables that any spreadsheet reads: UTF-8 with its mark, `;`, decimal comma, a header
// in the reader's language, the register first. A cell that would be run as a formula is disarmed.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/answers/answer.hpp"

namespace pykala::api {

// Words of the header and the cells, in one language.
struct table_words {
    std::string reg, month, sum, unit, withheld, transcript, yes, no;
    // How a day is written; empty: as ISO 8601, for programs.
    std::function<std::string(date)> day{};
};

struct table {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
};

// Columns are those of all records, in the order of their registers; of series there is one row a
// month with its sum.
table category_table(const answer_category& category, language in, const table_words& words);

// Several categories that share rows of a register, joined again: one line for each row.
table joined_table(const std::vector<const answer_category*>& categories, language in,
                   const table_words& words);

std::string csv_of(const table& all);

// A cell: cents as euros with a decimal comma, a flag as yes or no, a day as the words say.
std::string cell_text(const register_field& field, const table_words& words);

}  // namespace pykala::api
