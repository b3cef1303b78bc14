#include "storage/verify/strict_json.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

#include <boost/json/parse.hpp>

namespace pykala::storage::verify {
namespace {

constexpr std::int64_t largest_exact = 9'007'199'254'740'991;

void write_text(std::string& out, std::string_view text) {
    static constexpr std::string_view shorts = "\b\t\n\f\r\"\\";
    static constexpr std::string_view letters = "btnfr\"\\";
    out.push_back('"');
    for (const char c : text) {
        const auto at = shorts.find(c);
        if (at != std::string_view::npos) {
            out.push_back('\\');
            out.push_back(letters[at]);
        } else if (static_cast<unsigned char>(c) < 0x20) {
            std::array<char, 8> escape{};
            std::snprintf(escape.data(), escape.size(), "\\u%04x",
                          static_cast<unsigned>(static_cast<unsigned char>(c)));
            out.append(escape.data());
        } else {
            out.push_back(c);
        }
    }
    out.push_back('"');
}

// Boost.JSON has checked that it is UTF-8.
std::u16string utf16(std::string_view text) {
    std::u16string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        unsigned long point = length == 1 ? lead : lead & (0x7FU >> length);
        for (std::size_t k = 1; k < length && i + k < text.size(); ++k)
            point = point * 64 + (static_cast<unsigned char>(text[i + k]) & 0x3FU);
        i += length;
        if (point > 0xFFFF) {
            point -= 0x10000;
            out.push_back(static_cast<char16_t>(0xD800 + point / 0x400));
            out.push_back(static_cast<char16_t>(0xDC00 + point % 0x400));
        } else {
            out.push_back(static_cast<char16_t>(point));
        }
    }
    return out;
}

bool write(std::string& out, const json::value& value);

bool write_object(std::string& out, const json::object& object) {
    std::vector<const json::key_value_pair*> members;
    for (const auto& member : object) members.push_back(&member);
    std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) {
        return utf16({a->key().data(), a->key().size()}) <
               utf16({b->key().data(), b->key().size()});
    });
    out.push_back('{');
    for (const auto* member : members) {
        if (member != members.front()) out.push_back(',');
        write_text(out, {member->key().data(), member->key().size()});
        out.push_back(':');
        if (!write(out, member->value())) return false;
    }
    out.push_back('}');
    return true;
}

bool write(std::string& out, const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            out.append("null");
            return true;
        case json::kind::bool_:
            out.append(value.get_bool() ? "true" : "false");
            return true;
        case json::kind::int64:
            if (value.get_int64() > largest_exact || value.get_int64() < -largest_exact)
                return false;
            out.append(std::to_string(value.get_int64()));
            return true;
        case json::kind::uint64:
        case json::kind::double_:
            return false;
        case json::kind::string:
            write_text(out, value.get_string());
            return true;
        case json::kind::object:
            return write_object(out, value.get_object());
        case json::kind::array:
            break;
    }
    out.push_back('[');
    bool first = true;
    for (const auto& item : value.get_array()) {
        if (!first) out.push_back(',');
        first = false;
        if (!write(out, item)) return false;
    }
    out.push_back(']');
    return true;
}

}  // namespace

std::optional<std::string> canonical_text(const json::value& value) {
    std::string out;
    if (!write(out, value)) return std::nullopt;
    return out;
}

std::optional<json::object> read_canonical(std::string_view text) {
    json::parse_options options;
    options.max_depth = 72;  // a value 64 deep, inside fields of an event
    json::error_code fault;
    json::value value =
        json::parse(json::string_view(text.data(), text.size()), fault, {}, options);
    if (fault || !value.is_object() || canonical_text(value) != text) return std::nullopt;
    return std::move(value.get_object());
}

std::optional<std::string_view> text_in(const json::object& object, std::string_view name) {
    const auto* member = object.if_contains({name.data(), name.size()});
    if (!member || !member->is_string()) return std::nullopt;
    return std::string_view(member->get_string().data(), member->get_string().size());
}

std::optional<std::uint64_t> number_in(const json::object& object, std::string_view name) {
    const auto* member = object.if_contains({name.data(), name.size()});
    if (!member || !member->is_int64() || member->get_int64() < 0) return std::nullopt;
    return static_cast<std::uint64_t>(member->get_int64());
}

const json::array* array_in(const json::object& object, std::string_view name) {
    const auto* member = object.if_contains({name.data(), name.size()});
    return member ? member->if_array() : nullptr;
}

const json::object* object_in(const json::object& object, std::string_view name) {
    const auto* member = object.if_contains({name.data(), name.size()});
    return member ? member->if_object() : nullptr;
}

std::optional<hash256> hash_in(const json::object& object, std::string_view name) {
    const auto text = text_in(object, name);
    return text ? hash_from_hex(*text) : std::nullopt;
}

std::optional<std::vector<hash256>> hashes_in(const json::object& object, std::string_view name) {
    const auto* array = array_in(object, name);
    if (!array) return std::nullopt;
    std::vector<hash256> out;
    for (const auto& item : *array) {
        const auto* text = item.if_string();
        const auto hash = text ? hash_from_hex({text->data(), text->size()}) : std::nullopt;
        if (!hash) return std::nullopt;
        out.push_back(*hash);
    }
    return out;
}

}  // namespace pykala::storage::verify
