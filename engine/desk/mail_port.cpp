#include "engine/desk/mail_port.hpp"

#include <algorithm>

namespace pykala::desk {
namespace {

constexpr std::size_t name_max = 64, host_max = 253, label_max = 63;  // RFC 5321 section 4.5.3.1

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_atom_text(char c) {  // RFC 5322 section 3.2.3
    return is_letter_or_digit(c) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

// Parts between dots, none of them empty.
template <class Good>
bool parts_are(std::string_view text, Good&& good) {
    while (true) {
        const auto dot = text.find('.');
        const auto part = text.substr(0, dot);
        if (part.empty() || !good(part)) return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

bool is_label(std::string_view label) {
    return label.size() <= label_max && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

}  // namespace

bool is_mail_address(std::string_view text) {
    const auto at = text.find('@');
    if (at == std::string_view::npos) return false;
    const auto name = text.substr(0, at), host = text.substr(at + 1);
    const auto is_atom = [](std::string_view part) {
        return std::ranges::all_of(part, is_atom_text);
    };
    return name.size() <= name_max && host.size() <= host_max && parts_are(name, is_atom) &&
           parts_are(host, is_label);
}

}  // namespace pykala::desk
