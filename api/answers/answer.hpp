// What is given to a person who asked for her data: all that the registers hold and that was
// decided to be given, as plain values. Pages and files are made from them.
//
// What has gone from a register since the request was admitted comes from the sealed copy, so that
// no retention run changes an answer.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/text3.hpp"
#include "engine/desk/draft.hpp"
#include "engine/registers/register_port.hpp"

namespace pykala::api {

// Sound or an image of a record.
struct answer_media {
    std::string column;
    std::string file;  // its name in the package; empty until the answer is put together
    std::string bytes;
};

struct answer_record {
    std::string reg;  // the register that holds it
    text3 where;      // the name of that register
    register_record held;
    std::vector<std::int64_t> values;  // of a series, in order
    std::vector<answer_media> media;
    bool partly = false;     // texts and sound were taken out: somebody else's rights
    std::string transcript;  // in place of the sound
};

struct answer_category {
    std::string id;
    text3 name, says;
    std::vector<std::string> classes;
    std::vector<answer_record> records;  // in order of register, table and key
};

struct answer {
    std::vector<answer_category> categories;  // in order of their ids
    std::vector<disclosure> disclosures;      // to whom data of the person went
    // Portability: own readings of electricity that article 20 does not cover; the electricity
    // market act gives them all the same.
    std::vector<answer_category> beside;
};

enum class answer_reader {
    person,         // what leaves
    staff,          // before it leaves: also sound that nobody has listened to yet
    staff_at_large  // not named for the case: a protected address is left out
};

struct answer_sources {
    std::span<register_port* const> registers;  // in the order in which they are read
    std::vector<answer_record> copies{};        // what was sealed when the request was admitted
};

// Everything that one register holds of a person, with series and media. Problems of the port.
result<std::vector<answer_record>> whole_records(register_port& at,
                                                 std::vector<register_record> all);

// Reads the registers and keeps what the case gives: decided `give` or `redact`, or given by law
// when nobody decided otherwise. What was found only after the case was read is not given: nobody
// has looked at it. A former identity code, and an address under protection, are left out when
// somebody else asks. Problems of the ports.
result<answer> collect_answer(const answer_sources& from, const desk::open_case& c, date today,
                              answer_reader reader = answer_reader::person);

}  // namespace pykala::api
