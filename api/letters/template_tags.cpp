#include "api/letters/template_tags.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

namespace pykala::api::letters {
namespace {

struct cursor {
    std::string_view text;
    int line = 1;
    std::size_t at = 0;
    std::size_t line_begin = 0;

    void go_to(std::size_t target) {
        for (; at < target && at < text.size(); ++at)
            if (text[at] == '\n') {
                ++line;
                line_begin = at + 1;
            }
    }
    int column() const { return int(at - line_begin) + 1; }
};

bool is_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
    const auto line_begin = begin == 0 ? 0 : text.rfind('\n', begin - 1) + 1;
    const auto line_end = std::min(text.find('\n', end), text.size());
    return trimmed(text.substr(line_begin, begin - line_begin)).empty() &&
           trimmed(text.substr(end, line_end - end)).empty();
}

// What stands between `{{` and `}}`; nothing when it is not one of the five kinds.
bool classify(std::string_view inside, template_tag& tag) {
    tag.kind = tag_kind::variable;
    if (!inside.empty()) {
        constexpr std::string_view marks = "#^/>";
        constexpr tag_kind kinds[] = {tag_kind::section, tag_kind::inverted, tag_kind::end,
                                      tag_kind::part};
        if (const auto mark = marks.find(inside.front()); mark != std::string_view::npos) {
            tag.kind = kinds[mark];
            inside.remove_prefix(1);
        }
    }
    tag.name = trimmed(inside);
    return is_name(tag.name);
}

void match_sections(const source_text& source, std::vector<template_tag>& tags,
                    diagnostics& findings) {
    std::vector<const template_tag*> open;
    const auto fault = [&](const template_tag& tag, std::string message) {
        findings.push_back({severity::error, source.name, tag.line, tag.column, "L06",
                            std::move(message), "every section ends with `{{/name}}`"});
    };
    for (auto& tag : tags) {
        if (tag.kind == tag_kind::end) {
            if (open.empty() || open.back()->name != tag.name) {
                fault(tag, fmt::format("`{}` ends here but does not begin just before", tag.name));
                return;
            }
            open.pop_back();
        }
        tag.depth = open.size();
        if (tag.kind == tag_kind::section || tag.kind == tag_kind::inverted) open.push_back(&tag);
    }
    for (const auto* tag : open) fault(*tag, fmt::format("`{}` has no end", tag->name));
}

}  // namespace

std::vector<template_tag> read_tags(const source_text& source, diagnostics& findings) {
    const std::string_view text = source.text;
    std::vector<template_tag> tags;
    cursor here{text};
    const auto fault = [&](std::string message, std::string hint) {
        findings.push_back({severity::error, source.name, here.line, here.column(), "L05",
                            std::move(message), std::move(hint)});
    };
    for (auto begin = text.find("{{"); begin != std::string_view::npos;
         begin = text.find("{{", here.at)) {
        here.go_to(begin);
        const auto end = text.find("}}", begin);
        if (end == std::string_view::npos) {
            fault("a tag has no end", "`{{name}}`");
            return tags;
        }
        template_tag tag{
            .line = here.line, .column = here.column(), .begin = begin, .end = end + 2};
        const auto inside = text.substr(begin + 2, end - begin - 2);
        if (inside.starts_with('{') || inside.starts_with('&'))
            fault(fmt::format("`{{{{{}}}}}` would put text in as it is", inside),
                  "write `{{name}}`: what is put in is always escaped");
        else if (!classify(inside, tag))
            fault(fmt::format("`{{{{{}}}}}` is no tag of a letter", inside),
                  "`{{name}}`, `{{#name}}`, `{{^name}}`, `{{/name}}` or `{{> part}}`");
        else {
            tag.alone = stands_alone(text, tag.begin, tag.end);
            tags.push_back(std::move(tag));
        }
        here.go_to(end + 2);
    }
    match_sections(source, tags, findings);
    return tags;
}

std::string literal_text(const source_text& source, const std::vector<template_tag>& tags) {
    std::string text = source.text;
    for (const auto& tag : tags)
        for (auto at = tag.begin; at < tag.end; ++at) text[at] = ' ';
    return text;
}

}  // namespace pykala::api::letters
