#include "api/letters/check_letters.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "engine/base/nearest.hpp"
#include "engine/load/table_reader.hpp"
#include "engine/policy/check.hpp"
#include "engine/policy/vocabulary.hpp"

#include "api/letters/letter_facts.hpp"
#include "api/letters/template_tags.hpp"

namespace pykala::api::letters {
namespace {

constexpr language languages[] = {language::fi, language::sv, language::en};
constexpr std::string_view folder = "policies/letters/";

using name_set = std::set<std::string, std::less<>>;

struct checker {
    const letter_definitions& all;
    std::map<std::string, const source_text*, std::less<>> texts{};
    diagnostics findings{};

    void fault(const std::string& file, int line, int column, std::string code, std::string message,
               std::string hint) {
        findings.push_back({severity::error, file, line, column, std::move(code),
                            std::move(message), std::move(hint)});
    }
    void fault(const place& at, std::string code, std::string message, std::string hint) {
        fault(at.file, at.line, at.column, std::move(code), std::move(message), std::move(hint));
    }
};

bool has_items(const key_list& keys, const std::string& name) {
    const auto prefix = name + ".";
    return std::ranges::any_of(keys, [&](const auto& key) { return key.starts_with(prefix); });
}

// The declared key that a tag means: that of the innermost list that has one, else the plain one.
std::string resolve(const key_list& keys, const std::vector<std::string>& lists,
                    const std::string& name) {
    for (auto list = lists.rbegin(); list != lists.rend(); ++list)
        if (auto full = *list + "." + name; std::ranges::find(keys, full) != keys.end())
            return full;
    return std::ranges::find(keys, name) != keys.end() ? name : std::string();
}

void check_keys(checker& c, const source_text& source, const std::vector<template_tag>& tags,
                const key_list& keys) {
    std::vector<std::string> sections, lists;
    name_set used;
    for (const auto& tag : tags) {
        if (tag.kind == tag_kind::part) continue;
        if (tag.kind == tag_kind::end) {
            if (sections.empty()) return;
            if (!lists.empty() && lists.back() == sections.back()) lists.pop_back();
            sections.pop_back();
            continue;
        }
        const auto full = resolve(keys, lists, tag.name);
        if (full.empty())
            c.fault(source.name, tag.line, tag.column, "L01",
                    fmt::format("`{}` is not among the keys of this text", tag.name),
                    "its keys stand in letters.toml; a list's own names only inside its section");
        used.insert(full);
        if (tag.kind == tag_kind::variable) continue;
        sections.push_back(tag.name);
        if (tag.kind == tag_kind::section && has_items(keys, tag.name)) lists.push_back(tag.name);
    }
    for (const auto& key : keys)
        if (!used.contains(key))
            c.fault(source.name, 1, 1, "L02", fmt::format("`{}` is declared but not used", key),
                    "a letter says the same in every language");
}

void check_parts(checker& c, const source_text& source, const std::vector<template_tag>& tags,
                 const letter_definition& letter) {
    name_set included;
    for (const auto& tag : tags) {
        if (tag.kind != tag_kind::part) continue;
        const auto at = [&](std::string code, std::string message, std::string hint) {
            c.fault(source.name, tag.line, tag.column, std::move(code), std::move(message),
                    std::move(hint));
        };
        if (std::ranges::find(letter.parts, tag.name) == letter.parts.end())
            at("L03", fmt::format("`{}` is not a part of this letter", tag.name),
               fmt::format("its parts: {}", fmt::join(letter.parts, ", ")));
        else if (!included.insert(tag.name).second)
            at("L03", fmt::format("part `{}` stands here twice", tag.name), "once is enough");
        if (tag.depth > 0 || !tag.alone)
            at("L04", fmt::format("part `{}` stands under a condition or inside a line", tag.name),
               "a mandatory part stands on a line of its own, outside every section");
    }
    for (const auto& part : letter.parts)
        if (!included.contains(part))
            c.fault(source.name, 1, 1, "L03", fmt::format("mandatory part `{}` is missing", part),
                    fmt::format("put `{{{{> {}}}}}` on a line of its own", part));
}

bool holds_word(std::string_view text, std::string_view word) {
    const auto part_of_word = [](char c) {
        return std::isalpha(static_cast<unsigned char>(c)) != 0 || (c & '\x80') != 0;
    };
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const bool begins = at == 0 || !part_of_word(text[at - 1]);
        const auto end = at + word.size();
        if (begins && (end == text.size() || !part_of_word(text[end]))) return true;
    }
    return false;
}

// Facts that belong to the pack, and words that belong to us.
void check_words(checker& c, const source_text& source, const std::vector<template_tag>& tags) {
    auto text = literal_text(source, tags);
    std::ranges::transform(text, text.begin(),
                           [](char ch) { return ch >= 'A' && ch <= 'Z' ? char(ch + 32) : ch; });
    int line = 1;
    for (std::string_view rest = text; !rest.empty(); ++line) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto here = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        for (const auto& word : c.all.never)
            if (holds_word(here, word))
                c.fault(source.name, line, 1, "L08", fmt::format("`{}` is a word of ours", word),
                        "say it in plain words");
        const auto digits =
            std::ranges::count_if(here, [](char ch) { return ch >= '0' && ch <= '9'; });
        if (here.contains('@') || here.contains("http") || here.contains("www.") || digits > 4)
            c.fault(source.name, line, 1, "L09", "an address or a number is written into the text",
                    "contacts and citations come from the pack and the statutes");
        if (std::ranges::any_of(here, [](char ch) { return ch >= 0 && ch < ' '; }))
            c.fault(source.name, line, 1, "L09", "a control character stands in the text",
                    "blanks and line feeds only");
    }
}

const source_text* text_of(checker& c, const std::string& file, const place& at) {
    const auto found = c.texts.find(file);
    if (found == c.texts.end() || found->second->text.empty()) {
        c.fault(at, "L07", fmt::format("`{}` is missing", file),
                "every letter and every part exists in Finnish, Swedish and English");
        return nullptr;
    }
    return found->second;
}

void check_letter(checker& c, const letter_definition& letter) {
    for (const auto in : languages) {
        const auto* source = text_of(c, letter_file(in, letter.id), letter.at);
        if (!source) continue;
        const auto tags = read_tags(*source, c.findings);
        check_keys(c, *source, tags, letter.keys);
        check_parts(c, *source, tags, letter);
        check_words(c, *source, tags);
    }
    for (const auto& part : letter.parts)
        if (!c.all.parts.contains(part))
            c.fault(c.all.places.of(letter.at, "parts"), "L03",
                    fmt::format("`{}` is not a part", part), "parts stand as [part.NAME]");
    if (!letter.neutral) return;
    if (!letter.parts.empty())
        c.fault(letter.at, "L10", "a neutral letter has no parts",
                "it must not say what it is about");
    for (const auto& key : letter.keys)
        if (std::ranges::find(c.all.neutral_keys, key) == c.all.neutral_keys.end())
            c.fault(letter.at, "L10", fmt::format("`{}` may not leave the portal", key),
                    "a neutral letter uses the keys of [neutral] only");
}

void check_part(checker& c, const part_definition& part) {
    for (const auto in : languages) {
        const auto* source = text_of(c, part_file(in, part.id), part.at);
        if (!source) continue;
        const auto tags = read_tags(*source, c.findings);
        check_keys(c, *source, tags, part.keys);
        check_words(c, *source, tags);
        for (const auto& tag : tags)
            if (tag.kind == tag_kind::part)
                c.fault(source->name, tag.line, tag.column, "L03", "a part has no parts",
                        "put it into the letter");
    }
}

void check_declared(checker& c, const key_list& keys, const place& at) {
    for (std::size_t i = 0; i < keys.size(); ++i)
        if (!provided_keys().contains(keys[i]))
            c.fault(c.all.places.of(at, "keys", int(i)), "L01",
                    fmt::format("`{}` is not something that a letter knows", keys[i]),
                    "api/letters/letter_facts.hpp lists what it knows");
}

void check_strays(checker& c) {
    name_set expected;
    for (const auto in : languages) {
        for (const auto& [id, _] : c.all.letters) expected.insert(letter_file(in, id));
        for (const auto& [id, _] : c.all.parts) expected.insert(part_file(in, id));
    }
    for (const auto& [name, source] : c.texts)
        if (!expected.contains(name))
            c.fault(name, 1, 1, "L07", "no letter and no part of letters.toml has this text",
                    "add it there, or take the file away");
}

// What the workflows send and what is written must be the same; a letter that tells the remedies
// has the parts that tell them (article 12(4)).
void check_vocabulary(checker& c, const source_text& source) {
    place_book places;
    diagnostics ignored;
    toml_document document{source, places, ignored};
    name_set named;
    for (const auto& [id, table] : document.root().tables("letter")) {
        named.insert(id);
        const auto found = c.all.letters.find(id);
        if (found == c.all.letters.end()) {
            c.fault(table.at(), "L11", fmt::format("letter `{}` is not written", id),
                    "policies/letters/letters.toml");
            continue;
        }
        const auto sets = table.texts_if("sets");
        if (std::ranges::find(sets, "remedies_told") == sets.end()) continue;
        for (const std::string part : {"complaint", "court"})
            if (std::ranges::find(found->second.parts, part) == found->second.parts.end())
                c.fault(found->second.at, "L11",
                        fmt::format("`{}` tells the remedies but has no part `{}`", id, part),
                        "GDPR article 12(4)");
    }
    for (const auto& [id, letter] : c.all.letters)
        if (!letter.neutral && !named.contains(id))
            c.fault(letter.at, "L11", fmt::format("no workflow knows the letter `{}`", id),
                    "workflows/vocabulary.toml");
}

}  // namespace

std::string letter_file(language in, const std::string& id) {
    return fmt::format("{}{}/{}.txt", folder, name_of(in), id);
}

std::string part_file(language in, const std::string& id) {
    return fmt::format("{}{}/parts/{}.txt", folder, name_of(in), id);
}

diagnostics check_texts(const letter_definitions& all, const source_texts& sources) {
    checker c{all};
    for (const auto& source : sources)
        if (source.name.starts_with(folder) && source.name.ends_with(".txt"))
            c.texts.emplace(source.name, &source);
    for (const auto& [_, part] : all.parts) {
        check_declared(c, part.keys, part.at);
        check_part(c, part);
    }
    for (const auto& [_, letter] : all.letters) {
        check_declared(c, letter.keys, letter.at);
        check_letter(c, letter);
    }
    check_strays(c);
    for (const auto basis : all_names<legal_basis>())
        if (!all.bases.contains(basis))
            c.fault(all.file, 0, 0, "L07", fmt::format("[basis.{}] is missing", basis),
                    "the answer of access names every legal basis");
    for (const auto& source : sources)
        if (source.name == "workflows/vocabulary.toml") check_vocabulary(c, source);
    std::ranges::sort(c.findings, std::less<>{});
    return std::move(c.findings);
}

diagnostics check_letters(const source_texts& sources, std::optional<date> today) {
    diagnostics findings;
    const auto all = read_definitions(sources, findings);
    if (has_errors(findings)) return findings;
    findings = check_texts(all, sources);
    if (today && all.verified_as_of && *all.verified_as_of > *today)
        findings.push_back(read_ahead(all.places.of({all.file, 1, 1}, "verified_as_of"),
                                      *all.verified_as_of, *today));
    return findings;
}

}  // namespace pykala::api::letters
