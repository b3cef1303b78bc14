#include "storage/mail/mail_text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include <fmt/format.h>

#include "engine/base/encoding.hpp"

namespace pykala::storage {
namespace {

// 52 characters of base64: with its marks and `Subject: ` before it a line of at most 76 (RFC 2047
// section 2).
constexpr std::size_t word_bytes = 39;
constexpr std::size_t line_bytes = 57;  // 76 characters of base64 (RFC 2045 section 6.8)

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

// Bytes of the character that begins here; 0 where none does (RFC 3629).
std::size_t character_at(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto first = byte(0);
    const std::size_t size = first < 0x80    ? 1
                             : first < 0xC2  ? 0
                             : first < 0xE0  ? 2
                             : first < 0xF0  ? 3
                             : first <= 0xF4 ? 4
                                             : 0;
    if (size == 0 || size > text.size()) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
    const bool beyond = (first == 0xED && byte(1) > 0x9F) || (first == 0xF4 && byte(1) > 0x8F);
    return overlong || beyond ? 0 : size;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto size = character_at(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

bool fits_a_header(std::string_view text) {
    return is_utf8(text) && std::ranges::none_of(text, is_control);
}

// Encoded words (RFC 2047), whole characters in each.
std::string encoded(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t size = 0;
        while (size < text.size()) {
            const auto next = character_at(text.substr(size));
            if (size + next > word_bytes) break;
            size += next;
        }
        out += fmt::format("{}=?UTF-8?B?{}?=", out.empty() ? "" : "\r\n ",
                           to_base64(as_bytes(text.substr(0, size))));
        text.remove_prefix(size);
    }
    return out;
}

// RFC 5322 section 3.3, in UTC.
std::string mail_date(instant at) {
    namespace ch = std::chrono;
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = ch::floor<ch::days>(at);
    const ch::year_month_day on{day};
    const ch::hh_mm_ss time{ch::floor<ch::seconds>(at - day)};
    return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} +0000",
                       days[ch::weekday(ch::sys_days(on)).c_encoding()], unsigned(on.day()),
                       months[unsigned(on.month()) - 1], int(on.year()), time.hours().count(),
                       time.minutes().count(), time.seconds().count());
}

std::string with_line_ends(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\r') continue;
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}

std::string in_lines(const std::string& bytes) {
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += line_bytes)
        out += to_base64(as_bytes(std::string_view(bytes).substr(at, line_bytes))) + "\r\n";
    return out;
}

// What is wrong with it; never what it says, for that is personal.
std::string fault_of(const desk::mail_message& m) {
    if (!desk::is_mail_address(m.from)) return "the address of the sender is none";
    if (!desk::is_mail_address(m.to)) return "the address of the receiver is none";
    const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (m.id.empty() || m.id.size() > 64 || !std::ranges::all_of(m.id, is_hex))
        return "its id is not 1 to 64 digits of lower-case hex";
    if (!fits_a_header(m.from_name) || !fits_a_header(m.subject))
        return "the sender's name or the subject holds a control character";
    if (m.language != "fi" && m.language != "sv" && m.language != "en")
        return "its language is not one of `fi`, `sv`, `en`";
    return is_utf8(m.text) ? std::string() : "its text is not UTF-8";
}

}  // namespace

result<std::string> mail_text(const desk::mail_message& m) {
    if (const auto fault = fault_of(m); !fault.empty())
        return fail(problem_kind::invalid, "mail_malformed", fault,
                    "nothing of it has left; check the address of the sender in the configuration "
                    "and the template of the notice");
    const auto host = m.from.substr(m.from.find('@') + 1);
    std::string out;
    out += fmt::format("Date: {}\r\n", mail_date(m.at));
    out += m.from_name.empty() ? fmt::format("From: <{}>\r\n", m.from)
                               : fmt::format("From: {}\r\n <{}>\r\n", encoded(m.from_name), m.from);
    out += fmt::format("To: <{}>\r\n", m.to);
    out += fmt::format("Subject: {}\r\n", encoded(m.subject));
    out += fmt::format("Message-ID: <{}@{}>\r\n", m.id, host);
    // no machine answers a machine (RFC 3834)
    out += "Auto-Submitted: auto-generated\r\n";
    out += "MIME-Version: 1.0\r\n";
    out += "Content-Type: text/plain; charset=utf-8\r\n";
    out += fmt::format("Content-Language: {}\r\n", m.language);
    out += "Content-Transfer-Encoding: base64\r\n\r\n";
    return out + in_lines(with_line_ends(m.text));
}

}  // namespace pykala::storage
