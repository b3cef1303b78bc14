// What is given to a person who asked for her data: all that the registers hold and that was
// decided to be given, as plain values. Pages and files are made from them.
//
// What article 15(1) tells about each category is part of the letter (api/letters).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/base/text3.hpp"
#include "engine/desk/draft.hpp"
#include "engine/registers/register_port.hpp"

namespace pykala::api {

struct answer_record {
    std::string reg;  // the register that holds it
    register_record held;
    std::vector<std::int64_t> values;  // of a series, in order
};

struct answer_category {
    std::string id;
    text3 name, says;
    std::vector<answer_record> records;  // in order of their ids
};

struct answer {
    std::vector<answer_category> categories;  // in order of their ids
};

// Reads the registers, in order, and keeps what the case gives: decided `give`, or given by law
// when nobody decided otherwise. What was found only after the case was read is not given: nobody
// has looked at it. A former identity code is left out when somebody else asks. Problems of the
// ports.
result<answer> collect_answer(std::span<register_port* const> registers, const desk::open_case& c,
                              date today);

// One table of a category: UTF-8, `;`, decimal comma, a header in the language, the register first.
// Columns are those of all its records; of series there is one row a month with its sum.
std::string category_csv(const answer_category& category, language in);

// A cell as people read it: cents as euros with a decimal comma, days as they stand.
std::string cell_text(const register_field& field);

}  // namespace pykala::api
