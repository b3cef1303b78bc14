#include "engine/load/table_reader.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "engine/base/nearest.hpp"
#include "engine/load/toml_marks.hpp"

namespace pykala {
namespace {

bool is_word(std::string_view id) {
    const auto small = [](char c) { return c >= 'a' && c <= 'z'; };
    return !id.empty() && small(id.front()) && std::ranges::all_of(id, [&](char c) {
        return small(c) || (c >= '0' && c <= '9') || c == '_';
    });
}

place place_of(const std::string& file, const toml::source_region& source, const place& fallback) {
    if (source.begin.line == 0) return fallback;
    return {file, int(source.begin.line), int(source.begin.column)};
}

std::string_view shape_of(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "a list";
        case toml::node_type::string:
            return "a text";
        case toml::node_type::integer:
            return "a whole number";
        case toml::node_type::floating_point:
            return "a number with a fraction";
        case toml::node_type::boolean:
            return "true or false";
        case toml::node_type::date:
            return "a date";
        case toml::node_type::time:
            return "a time of day";
        case toml::node_type::date_time:
            return "a date with a time";
        case toml::node_type::none:
            break;
    }
    return "nothing";
}

std::string wrong_shape(std::string_view key, std::string_view wanted, const toml::node& found) {
    return fmt::format("`{}` must be {}, here it is {}", key, wanted, shape_of(found));
}

std::optional<date> as_date(const toml::node& node) {
    const auto* value = node.as_date();
    if (!value) return std::nullopt;
    const auto& day = value->get();
    return parse_date(fmt::format("{:04}-{:02}-{:02}", day.year, day.month, day.day));
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

table_reader::table_reader(toml_document& owner, const toml::table* table, place at,
                           std::string name)
    : owner_(&owner), table_(table), at_(std::move(at)), name_(std::move(name)) {
    if (!table_) return;
    owner_->asked_.try_emplace(table_);
    for (const auto& [key, node] : *table_) {
        const place where = place_of(owner_->file_, node.source(), at_);
        owner_->places_.note(at_, key.str(), -1, where);
        if (const auto* list = node.as_array())
            for (std::size_t i = 0; i < list->size(); ++i)
                owner_->places_.note(at_, key.str(), int(i),
                                     place_of(owner_->file_, (*list)[i].source(), where));
    }
}

const toml::node* table_reader::ask(std::string_view key) const {
    if (!table_) return nullptr;
    owner_->asked_[table_].emplace(key);
    return table_->get(key);
}

const toml::node* table_reader::require(std::string_view key) const {
    const auto* node = ask(key);
    if (!node && table_)
        fault(key, "S02",
              name_.empty() ? fmt::format("`{}` is missing", key)
                            : fmt::format("`{}` lacks `{}`", name_, key));
    return node;
}

place table_reader::at(std::string_view key, int index) const {
    return owner_->places_.of(at_, key, index);
}

bool table_reader::has(std::string_view key) const {
    return ask(key) != nullptr;
}

bool table_reader::is_text(std::string_view key) const {
    const auto* node = ask(key);
    return node && node->is_string();
}

std::vector<std::string> table_reader::keys() const {
    std::vector<std::string> all;
    if (table_)
        for (const auto& entry : *table_) all.emplace_back(entry.first.str());
    return all;
}

void table_reader::fault(std::string_view key, std::string code, std::string message,
                         std::string hint) const {
    owner_->findings_.push_back(diagnostic_at(at(key), severity::error, std::move(code),
                                              std::move(message), std::move(hint)));
}

std::string table_reader::text(std::string_view key) const {
    const auto* node = require(key);
    if (!node) return {};
    const auto* value = node->as_string();
    if (value && !is_blank(value->get())) return value->get();
    if (value)
        fault(key, "S02", fmt::format("`{}` is empty", key));
    else
        fault(key, "S03", wrong_shape(key, "a text", *node));
    return {};
}

std::string table_reader::text_if(std::string_view key) const {
    const auto* node = ask(key);
    if (!node) return {};
    if (const auto* value = node->as_string()) return value->get();
    fault(key, "S03", wrong_shape(key, "a text", *node));
    return {};
}

bool table_reader::flag_if(std::string_view key, bool otherwise) const {
    const auto* node = ask(key);
    if (!node) return otherwise;
    if (const auto* value = node->as_boolean()) return value->get();
    fault(key, "S03", wrong_shape(key, "true or false", *node), "without quotes");
    return otherwise;
}

std::int64_t table_reader::number(std::string_view key, std::int64_t least,
                                  std::int64_t most) const {
    const auto* node = require(key);
    if (!node) return least;
    const auto* value = node->as_integer();
    if (!value)
        fault(key, "S03", wrong_shape(key, "a whole number", *node));
    else if (value->get() < least || value->get() > most)
        fault(key, "S03",
              least == most ? fmt::format("`{}` is {}, it must be {}", key, value->get(), least)
                            : fmt::format("`{}` is {}, it must lie from {} to {}", key,
                                          value->get(), least, most));
    else
        return value->get();
    return least;
}

date table_reader::day(std::string_view key) const {
    require(key);
    return day_if(key).value_or(date{});
}

std::optional<date> table_reader::day_if(std::string_view key) const {
    const auto* node = ask(key);
    if (!node) return std::nullopt;
    auto found = as_date(*node);
    if (!found)
        fault(key, "S03", wrong_shape(key, "a date from 1900 on", *node),
              "write it without quotes and without a time: 2026-11-22");
    return found;
}

std::vector<std::string> table_reader::texts_of(std::string_view key,
                                                const toml::node* node) const {
    std::vector<std::string> all;
    if (!node) return all;
    const auto* list = node->as_array();
    if (!list) {
        fault(key, "S03", wrong_shape(key, "a list of texts", *node),
              fmt::format("write {} = [\"…\"]", key));
        return all;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
        const auto* value = (*list)[i].as_string();
        std::string message;
        if (!value)
            message =
                fmt::format("`{}` must hold texts only, here is {}", key, shape_of((*list)[i]));
        else if (is_blank(value->get()))
            message = fmt::format("`{}` holds an empty text", key);
        else if (std::ranges::find(all, value->get()) != all.end())
            message = fmt::format("`{}` names `{}` twice", key, value->get());
        if (message.empty())
            all.push_back(value->get());
        else
            owner_->findings_.push_back(
                diagnostic_at(at(key, int(i)), severity::error, "S03", message));
    }
    return all;
}

std::vector<std::string> table_reader::one_or_more_if(std::string_view key) const {
    const auto* node = ask(key);
    if (node && node->is_string()) return {text(key)};
    return texts_of(key, node);
}

std::vector<date> table_reader::days(std::string_view key) const {
    std::vector<date> all;
    const auto* node = require(key);
    if (!node) return all;
    const auto* list = node->as_array();
    if (!list) fault(key, "S03", wrong_shape(key, "a list of dates", *node));
    for (std::size_t i = 0; list && i < list->size(); ++i) {
        if (auto found = as_date((*list)[i]))
            all.push_back(*found);
        else
            owner_->findings_.push_back(diagnostic_at(
                at(key, int(i)), severity::error, "S03",
                fmt::format("`{}` must hold dates only, here is {}", key, shape_of((*list)[i]))));
    }
    return all;
}

table_reader table_reader::child(const toml::table& table, std::string name,
                                 const place& fallback) const {
    return {*owner_, &table, place_of(owner_->file_, table.source(), fallback), std::move(name)};
}

std::optional<table_reader> table_reader::table(std::string_view key) const {
    require(key);
    return table_if(key);
}

std::optional<table_reader> table_reader::table_if(std::string_view key) const {
    const auto* node = ask(key);
    if (!node) return std::nullopt;
    const auto name = name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key);
    if (const auto* found = node->as_table()) return child(*found, name, at_);
    fault(key, "S03", wrong_shape(key, "a table", *node), fmt::format("write [{}]", name));
    return std::nullopt;
}

std::vector<std::pair<std::string, table_reader>> table_reader::tables(std::string_view key,
                                                                       id_form form) const {
    std::vector<std::pair<std::string, table_reader>> all;
    const auto parent = table_if(key);
    if (!parent) return all;
    for (const auto& [id, node] : *parent->table_) {
        parent->ask(id.str());
        const auto name = fmt::format("{}.{}", parent->name_, id.str());
        if (!node.is_table()) {
            parent->fault(id.str(), "S03", wrong_shape(name, "a table", node),
                          fmt::format("write [{}]", name));
            continue;
        }
        if (form == id_form::word && !is_word(id.str()))
            parent->fault(id.str(), "S04", fmt::format("`{}` is no id", id.str()),
                          "ids are small letters, digits and `_`, beginning with a letter");
        all.emplace_back(std::string(id.str()), parent->child(*node.as_table(), name, parent->at_));
    }
    return all;
}

std::vector<table_reader> table_reader::list(std::string_view key) const {
    std::vector<table_reader> all;
    const auto* node = ask(key);
    if (!node) return all;
    const auto name = name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key);
    const auto* found = node->as_array();
    if (!found || !std::ranges::all_of(*found, [](const auto& each) { return each.is_table(); })) {
        fault(key, "S03", wrong_shape(key, "a list of tables", *node),
              fmt::format("write [[{}]]", name));
        return all;
    }
    for (const auto& each : *found) all.push_back(child(*each.as_table(), name, at_));
    return all;
}

namespace {

diagnostic told(const toml_slip& slip, const std::string& file) {
    const place at{file, int(slip.line), int(slip.column)};
    switch (slip.which) {
        case toml_slip::table:
            return diagnostic_at(
                at, severity::error, "T00",
                fmt::format("not TOML: the name of a table begins with `{}`", slip.what),
                "write [name], or [\"name\"] where it has other letters");
        case toml_slip::escape:
            return diagnostic_at(
                at, severity::error, "T00",
                fmt::format("not TOML: a backslash does not stand before `{}`", slip.what),
                "double the backslash");
        case toml_slip::unquoted:
            break;
    }
    return diagnostic_at(at, severity::error, "T00",
                         fmt::format("not TOML: `{}` stands outside quotes", slip.what),
                         "put names and values with such letters in quotes");
}

}  // namespace

toml_document::toml_document(const source_text& source, place_book& places, diagnostics& findings)
    : file_(source.name), places_(places), findings_(findings) {
    const auto look = look_through_toml(source.text);
    if (look.slip) {
        findings_.push_back(told(*look.slip, file_));
        return;
    }
    auto parsed = toml::parse(look.rewritten.empty() ? source.text : look.rewritten, source.name);
    if (parsed) {
        table_ = std::make_unique<toml::table>(std::move(parsed).table());
        return;
    }
    const auto& error = parsed.error();
    findings_.push_back(diagnostic_at(place_of(file_, error.source(), {file_, 1, 1}),
                                      severity::error, "T00",
                                      fmt::format("not TOML: {}", error.description())));
}

toml_document::~toml_document() = default;

table_reader toml_document::root() {
    return {*this, table_.get(), {file_, 1, 1}, {}};
}

void toml_document::report_unknown_keys() {
    if (table_) report_unknown_keys(*table_, {});
}

void toml_document::report_unknown_keys(const toml::table& table, const std::string& name) {
    const auto opened = asked_.find(&table);
    if (opened == asked_.end()) return;
    std::vector<std::string_view> free;  // known here and not yet written
    for (const auto& key : opened->second)
        if (!table.contains(key)) free.push_back(key);
    for (const auto& [key, node] : table) {
        const auto full =
            name.empty() ? std::string(key.str()) : fmt::format("{}.{}", name, key.str());
        if (!opened->second.contains(key.str())) {
            auto hint = hint_for(key.str(), free);
            if (hint.starts_with("one of") && free.size() > 4) hint.clear();
            findings_.push_back(
                diagnostic_at(place_of(file_, key.source(), {file_, 1, 1}), severity::error, "S01",
                              fmt::format("unknown key `{}`{}", key.str(),
                                          name.empty() ? "" : fmt::format(" in `{}`", name)),
                              hint));
        } else if (const auto* inner = node.as_table()) {
            report_unknown_keys(*inner, full);
        } else if (const auto* list = node.as_array()) {
            for (const auto& each : *list)
                if (const auto* element = each.as_table()) report_unknown_keys(*element, full);
        }
    }
}

}  // namespace pykala
