// Finnish personal identity codes (henkilötunnus, HETU): Decree 128/2010 s 2 as amended by
// 690/2022, in force since 1 January 2023. `DDMMYY`, a separator that names the century, three
// digits, a check character.
//
// Since 2023 the separator is part of the individual number: `010190Y999W` and `010190-999W` are
// two persons. Never normalise or leave out the separator. A code can be corrected or changed
// (661/2009 s 12), so it is no key of a record, and it never suffices to identify somebody.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/time/date.hpp"

namespace pykala {

class hetu {
public:
    // Upper and lower case letters are taken alike and blanks around are dropped, because people
    // type so; nothing else is mended. Fails with `invalid_hetu`; the problem never repeats the
    // code.
    static result<hetu> parse(std::string_view text);

    const std::string& text() const { return text_; }  // eleven characters, upper case
    date born_on() const { return born_on_; }
    // 900–999: never given to a person of the population register; tests and temporary codes.
    bool is_test() const { return number_ >= 900; }

    friend bool operator==(const hetu&, const hetu&) = default;
    friend auto operator<=>(const hetu& a, const hetu& b) { return a.text_ <=> b.text_; }

private:
    std::string text_;
    date born_on_;
    int number_ = 0;  // 002–999
};

// A code for a birth day, separator and number (2–999), with its check character. The separator
// must be one of the century of the day; otherwise `invalid_hetu`.
result<hetu> make_hetu(date born_on, char separator, int number);

// What may be shown where the code itself may not: `010170-****`.
std::string masked(const hetu& code);

}  // namespace pykala
