#include "engine/registers/hetu.hpp"

#include <charconv>
#include <chrono>

#include <fmt/format.h>

namespace pykala {

namespace {

constexpr std::string_view check_characters = "0123456789ABCDEFHJKLMNPRSTUVWXY";

// The century of a separator; 0 for characters that are none.
int century_of(char separator) {
    if (separator == '+') return 1800;
    if (std::string_view("-YXWVU").find(separator) != std::string_view::npos) return 1900;
    if (std::string_view("ABCDEF").find(separator) != std::string_view::npos) return 2000;
    return 0;
}

// Digits only; -1 otherwise.
int number_of(std::string_view digits) {
    int value = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

std::unexpected<problem> refused(std::string detail, std::string hint) {
    return fail(problem_kind::invalid, "invalid_hetu", std::move(detail), std::move(hint));
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

}  // namespace

result<hetu> hetu::parse(std::string_view text) {
    hetu code;
    for (const char c : trimmed(text)) code.text_ += c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
    if (code.text_.size() != 11)
        return refused("a personal identity code has eleven characters",
                       "write it as DDMMYY-NNNC, for example 010170-999R");
    const std::string_view digits(code.text_);
    const int day = number_of(digits.substr(0, 2)), month = number_of(digits.substr(2, 2));
    const int year = number_of(digits.substr(4, 2)), century = century_of(digits[6]);
    code.number_ = number_of(digits.substr(7, 3));
    if (day < 0 || month < 0 || year < 0 || code.number_ < 2)
        return refused("the personal identity code has a character where a digit belongs",
                       "check the day of birth and the individual number");
    if (century == 0)
        return refused("the seventh character of the personal identity code is no separator",
                       "it is one of + - Y X W V U A B C D E F");
    const std::chrono::year_month_day born{std::chrono::year(century + year),
                                           std::chrono::month(unsigned(month)),
                                           std::chrono::day(unsigned(day))};
    if (!born.ok())
        return refused("the personal identity code begins with a day that does not exist",
                       "check the six first digits");
    code.born_on_ = date(born);
    const int whole = number_of(digits.substr(0, 6)) * 1000 + code.number_;
    if (digits[10] != check_characters[std::size_t(whole % 31)])
        return refused("the check character of the personal identity code does not fit",
                       "compare every character with the card");
    return code;
}

result<hetu> make_hetu(date born_on, char separator, int number) {
    const std::chrono::year_month_day day(born_on);
    const int year = int(day.year());
    if (century_of(separator) != year / 100 * 100 || number < 2 || number > 999)
        return refused("the separator or the number does not fit the day of birth",
                       "1800s `+`, 1900s `- Y X W V U`, 2000s `A B C D E F`; number 2 to 999");
    const int six =
        int(unsigned(day.day())) * 10000 + int(unsigned(day.month())) * 100 + year % 100;
    const char check = check_characters[std::size_t((six * 1000 + number) % 31)];
    return hetu::parse(fmt::format("{:06}{}{:03}{}", six, separator, number, check));
}

std::string masked(const hetu& code) {
    return code.text().substr(0, 7) + "****";
}

}  // namespace pykala
