#include "storage/registers/http/member_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pykala::storage::registers {

namespace {

constexpr std::size_t longest_word = 64;

const value_object& no_members() {
    static const value_object none;
    return none;
}

}  // namespace

void answer_fault::say(std::string_view place, std::string_view wrong) {
    if (found()) return;
    where = place;
    what = wrong;
}

member_reader::member_reader(const value& of, std::string where, answer_fault& fault)
    : of_(of.as_object()), where_(std::move(where)), fault_(&fault) {
    if (of_) return;
    of_ = &no_members();
    fault_->say(where_, "is no object");
}

const value* member_reader::ask(std::string_view name) {
    asked_.emplace(name);
    const auto found = of_->find(name);
    return found == of_->end() || found->second.is_null() ? nullptr : &found->second;
}

void member_reader::wrong(std::string_view name, std::string_view what) const {
    fault_->say(where_.empty() ? std::string(name) : fmt::format("{}.{}", where_, name), what);
}

bool member_reader::has(std::string_view name) const {
    const auto found = of_->find(name);
    return found != of_->end() && !found->second.is_null();
}

std::string member_reader::text_if(std::string_view name) {
    const auto* given = ask(name);
    if (!given) return {};
    if (const auto* text = given->as_string()) return *text;
    wrong(name, "is no text");
    return {};
}

std::string member_reader::text(std::string_view name) {
    auto text = text_if(name);
    if (text.empty()) wrong(name, "is missing or empty");
    return text;
}

bool member_reader::flag(std::string_view name) {
    const auto* given = ask(name);
    if (!given) return false;
    if (const auto* flag = given->as_bool()) return *flag;
    wrong(name, "is neither true nor false");
    return false;
}

std::int64_t member_reader::number(std::string_view name, std::int64_t least, std::int64_t most) {
    const auto* given = ask(name);
    const auto* number = given ? given->as_integer() : nullptr;
    if (number && *number >= least && *number <= most) return *number;
    wrong(name, "is no number of its range");
    return least;
}

std::optional<date> member_reader::day(std::string_view name) {
    const auto text = text_if(name);
    if (text.empty()) return std::nullopt;
    const auto day = parse_date(text);
    if (!day) wrong(name, "is no day (YYYY-MM-DD)");
    return day;
}

std::vector<std::string> member_reader::texts_if(std::string_view name) {
    const auto* given = ask(name);
    std::vector<std::string> texts;
    if (!given) return texts;
    const auto* list = given->as_array();
    if (!list) wrong(name, "is no list");
    for (std::size_t i = 0; list && i < list->size(); ++i) {
        const auto* text = (*list)[i].as_string();
        if (!text || text->empty()) wrong(fmt::format("{}[{}]", name, i), "is no text, or empty");
        if (text) texts.push_back(*text);
    }
    return texts;
}

std::vector<member_reader> member_reader::list_if(std::string_view name) {
    return has(name) ? list(name) : (ask(name), std::vector<member_reader>());
}

std::vector<member_reader> member_reader::list(std::string_view name) {
    const auto* given = ask(name);
    const auto* items = given ? given->as_array() : nullptr;
    std::vector<member_reader> readers;
    if (!items) {
        wrong(name, "is missing or no list");
        return readers;
    }
    const auto begin = where_.empty() ? std::string(name) : fmt::format("{}.{}", where_, name);
    for (std::size_t i = 0; i < items->size(); ++i)
        readers.emplace_back((*items)[i], fmt::format("{}[{}]", begin, i), *fault_);
    return readers;
}

std::optional<member_reader> member_reader::object_if(std::string_view name) {
    const auto* given = ask(name);
    if (!given) return std::nullopt;
    return member_reader(
        *given, where_.empty() ? std::string(name) : fmt::format("{}.{}", where_, name), *fault_);
}

void member_reader::ignore(std::string_view name) {
    asked_.emplace(name);
}

// The name is the register's own word and might be anything, a name of a person too.
void member_reader::end() const {
    const bool all =
        std::ranges::all_of(*of_, [&](const auto& m) { return asked_.contains(m.first); });
    if (!all) fault_->say(where_, "has a member that the contract does not know");
}

bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= longest_word && text[0] >= 'a' && text[0] <= 'z' &&
           std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
           });
}

}  // namespace pykala::storage::registers
