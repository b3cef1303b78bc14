#include "api/letters/letter_book.hpp"

#include <algorithm>
#include <mutex>
#include <regex>

#include <fmt/format.h>
#include <kainjow/mustache.hpp>

#include "api/letters/check_letters.hpp"
#include "api/letters/layout.hpp"
#include "api/letters/template_tags.hpp"

namespace pykala::api::letters {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

// Rendering keeps state in the template, so one letter is rendered by one thread at a time.
struct letter_book::compiled {
    explicit compiled(const std::string& text) : form(text) {
        form.set_custom_escape([](const std::string& held) { return value_mark + held; });
    }
    mustache form;
    std::mutex busy;
};

namespace {

// Stands behind a tag that took its line with it, so that the template engine does not take the
// next line feed too; taken out after rendering.
constexpr char tag_mark = '\x03';

// A section tag alone on its line takes the line with it, whether its section is shown or not.
std::string without_tag_lines(const source_text& source) {
    diagnostics none;
    std::string text;
    std::size_t from = 0;
    for (const auto& tag : read_tags(source, none)) {
        if (!tag.alone || tag.kind == tag_kind::variable || tag.kind == tag_kind::part) continue;
        const auto line = source.text.rfind('\n', tag.begin);
        text.append(source.text, from, (line == std::string::npos ? 0 : line + 1) - from);
        text.append(source.text, tag.begin, tag.end - tag.begin);
        text += tag_mark;
        from = std::min(source.text.find('\n', tag.end), source.text.size() - 1) + 1;
    }
    return text.append(source.text, from);
}

// The letter with the texts of its parts in their places.
std::string assembled(const source_text& letter, language in,
                      const std::map<std::string, const source_text*, std::less<>>& texts) {
    const source_text whole{letter.name, without_tag_lines(letter)};
    diagnostics none;
    std::string text;
    std::size_t from = 0;
    for (const auto& tag : read_tags(whole, none)) {
        if (tag.kind != tag_kind::part) continue;
        text.append(whole.text, from, tag.begin - from);
        text += without_tag_lines(*texts.at(part_file(in, tag.name)));
        // the part ends its own last line
        from = std::min(whole.text.find('\n', tag.end), whole.text.size() - 1) + 1;
    }
    return text.append(whole.text, from);
}

// One line, no control characters, and no identity code in full, whoever typed it in: section 29(4)
// of the Data Protection Act.
std::string printable(std::string_view held) {
    static const std::regex identity_code(
        R"((^|[^0-9])([0-9]{6}[-+A-FU-Ya-fu-y])[0-9]{3}[0-9A-Za-z](?![0-9A-Za-z]))");
    std::string line;
    for (const char c : held) line += (c >= 0 && c < ' ') || c == '\x7f' ? ' ' : c;
    return std::regex_replace(line, identity_code, "$1$2****");
}

data mustache_data(const value_object& fields) {
    data all{data::type::object};
    for (const auto& [name, held] : fields) {
        if (const auto* text = held.as_string()) {
            all.set(name, printable(*text));
        } else if (const auto* items = held.as_array()) {
            data list{data::type::list};
            for (const auto& item : *items) list.push_back(mustache_data(*item.as_object()));
            all.set(name, list);
        } else {
            const auto* flag = held.as_bool();
            all.set(name, flag && *flag);
        }
    }
    return all;
}

// Only what the letter and its parts declare.
value_object declared_only(value_object fields, const letter_definition& letter,
                           const letter_definitions& all) {
    std::set<std::string, std::less<>> allowed(letter.keys.begin(), letter.keys.end());
    for (const auto& part : letter.parts)
        allowed.insert(all.parts.at(part).keys.begin(), all.parts.at(part).keys.end());
    std::erase_if(fields, [&](const auto& field) { return !allowed.contains(field.first); });
    return fields;
}

const value_array& list_of(const value_object& fields, std::string_view name) {
    static const value_array none;
    const auto found = fields.find(name);
    const auto* items = found == fields.end() ? nullptr : found->second.as_array();
    return items ? *items : none;
}

// What stays, and what was not done, is told with its reason and its provision (article 12(4));
// what stays also with its last day, or with what ends it.
std::string missing_of_stay(const value_object& fields) {
    const auto lacks = [](const value& line, const char* key) {
        const auto* text = line[key].as_string();
        return !text || text->empty();
    };
    const auto set = [](const value& line, const char* key) {
        const auto* flag = line[key].as_bool();
        return flag && *flag;
    };
    for (const auto* list : {"kept", "refused"})
        for (const auto& line : list_of(fields, list))
            for (const auto* key : {"because", "cite"})
                if (lacks(line, key)) return fmt::format("{}.{}", list, key);
    for (const auto& line : list_of(fields, "kept"))
        if (lacks(line, "until") && !set(line, "while_contract") && !set(line, "open"))
            return "kept.until";
    return {};
}

// What no letter to a person goes without, whatever it says.
std::string missing_fact(const letter_definition& letter, const value_object& fields) {
    constexpr std::string_view always[] = {"service",         "letter_on",      "case_number",
                                           "received_on",     "authority_name", "authority_web",
                                           "authority_email", "has_controllers"};
    for (const auto key : always) {
        const auto found = fields.find(key);
        const bool absent = found != fields.end() && found->second == value(false);
        if (absent) return std::string(key);
    }
    const auto empty = [&](const char* key) {
        return fields.contains(key) && list_of(fields, key).empty();
    };
    if (empty("controllers")) return "controllers";
    if (const auto missing = missing_of_stay(fields); !missing.empty()) return missing;
    if (letter.id == "refusal" && empty("refused")) return "refused";
    return {};
}

std::string how_to_mend(std::string_view missing) {
    if (missing == "refused" || missing.starts_with("refused.") || missing == "kept.because" ||
        missing == "kept.cite")
        return "what is not done goes out with its ground and its provision (2016/679 12(4)): "
               "decide "
               "it again on a ground that policies/statutes words and cites";
    if (missing == "kept.until")
        return "what stays goes out with its last day: uphold the rule until a day, or let the "
               "records be assessed again";
    if (missing.starts_with("authority_") || missing == "controllers" ||
        missing == "has_controllers" || missing == "service")
        return "the pack of the controller does not say it: policies/controllers";
    return "a letter goes out with its mandatory facts only";
}

}  // namespace

letter_book::letter_book(const source_texts& sources, diagnostics& findings)
    : definitions_(read_definitions(sources, findings)) {
    if (has_errors(findings)) return;
    auto faults = check_texts(definitions_, sources);
    findings.insert(findings.end(), faults.begin(), faults.end());
    if (has_errors(findings)) return;
    std::map<std::string, const source_text*, std::less<>> texts;
    for (const auto& source : sources) texts.emplace(source.name, &source);
    for (const auto& [id, letter] : definitions_.letters)
        for (const auto in : {language::fi, language::sv, language::en}) {
            const auto& source = *texts.at(letter_file(in, id));
            auto made = std::make_unique<compiled>(assembled(source, in, texts));
            if (!made->form.is_valid())
                findings.push_back({severity::error, source.name, 1, 1, "L06",
                                    fmt::format("not a template: {}", made->form.error_message())});
            templates_.emplace(std::pair(id, in), std::move(made));
        }
    if (has_errors(findings)) templates_.clear();
}

letter_book::~letter_book() = default;
letter_book::letter_book(letter_book&&) noexcept = default;

bool letter_book::has(std::string_view letter) const {
    return templates_.contains({std::string(letter), language::fi});
}

result<rendered_letter> letter_book::render(std::string_view letter, language in,
                                            const letter_facts& facts) const {
    const auto found = templates_.find({std::string(letter), in});
    if (found == templates_.end())
        return fail(problem_kind::not_found, "no_such_letter",
                    fmt::format("there is no letter `{}`", letter));
    const auto& definition = definitions_.letters.find(letter)->second;
    const auto fields =
        declared_only(fields_of(facts, definitions_.dates, in), definition, definitions_);
    if (const auto missing = missing_fact(definition, fields); !missing.empty())
        return fail(problem_kind::invalid, "letter_incomplete",
                    fmt::format("letter `{}` has no `{}`", letter, missing), how_to_mend(missing));
    std::string filled;
    {
        const std::lock_guard guard{found->second->busy};
        filled = found->second->form.render(mustache_data(fields));
    }
    std::erase(filled, tag_mark);
    const auto blocks = read_layout(filled);
    const auto& title = definition.title.in(in);
    return rendered_letter{title, to_html(blocks), title + "\n\n" + to_plain_text(blocks)};
}

}  // namespace pykala::api::letters
