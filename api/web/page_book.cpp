#include "api/web/page_book.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <stdexcept>

#include <fmt/format.h>
#include <kainjow/mustache.hpp>

#include "engine/base/markup.hpp"

#include "api/definitions/definitions.hpp"

namespace pykala::api::web {
namespace {

namespace fs = std::filesystem;
namespace mustache = kainjow::mustache;

using texts_of_pages = std::map<std::string, text3, std::less<>>;

constexpr std::array all_languages{language::fi, language::sv, language::en};

auto broken(std::string detail) {
    return fail(problem_kind::corrupt, "broken_pages", std::move(detail),
                "mend the file below `api/pages`");
}

std::string& in_of(text3& text, language which) {
    return which == language::fi ? text.fi : which == language::sv ? text.sv : text.en;
}

// Lines `key = text`; blank lines and those that begin with `#` are passed over.
result<bool> read_texts(const page_source& from, language which, texts_of_pages& into) {
    std::size_t number = 0;
    std::string_view rest = from.text;
    while (!rest.empty()) {
        ++number;
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.empty() || line.front() == '#') continue;
        const auto middle = line.find(" = ");
        if (middle == std::string_view::npos || middle + 3 == line.size())
            return broken(fmt::format("{}:{}: no `key = text`", from.name, number));
        auto& text = in_of(into[std::string(line.substr(0, middle))], which);
        if (!text.empty())
            return broken(fmt::format("{}:{}: the key stands twice", from.name, number));
        text = line.substr(middle + 3);
    }
    return true;
}

struct page_parts {
    const std::map<std::string, std::string>& files;
    const texts_of_pages& texts;
    std::string name;  // of the page
    std::string title_key;
    language in;
};

result<std::string> put_together(const page_parts& page, std::string_view text, int depth) {
    if (depth > 5) return broken(fmt::format("{}: parts within parts without end", page.name));
    std::string out;
    while (!text.empty()) {
        const auto begin = std::min(text.find("{{"), text.size());
        out += text.substr(0, begin);
        text.remove_prefix(begin);
        if (text.empty()) break;
        const auto end = text.find("}}");
        if (end == std::string_view::npos)
            return broken(fmt::format("{}: a tag does not end", page.name));
        const bool triple = text.starts_with("{{{");
        const auto tag = text.substr(2, end - 2);
        const auto whole = text.substr(0, end + (triple ? 3 : 2));
        text.remove_prefix(whole.size());
        std::string key;
        if (tag == "t.title")
            key = page.title_key;
        else if (tag.starts_with("t."))
            key = tag.substr(2);
        if (!key.empty()) {
            const auto found = page.texts.find(key);
            if (found == page.texts.end())
                return broken(fmt::format("{}: no text `{}`", page.name, key));
            out += markup_escaped(found->second.in(page.in));
        } else if (tag.starts_with("> ")) {
            const auto part = std::string(tag.substr(2));
            const auto found = page.files.find(part == "page" ? page.name : "_" + part + ".page");
            if (found == page.files.end())
                return broken(fmt::format("{}: no part `{}`", page.name, part));
            PYKALA_TRY(const std::string inner, put_together(page, found->second, depth + 1));
            out += inner;
        } else if ((triple && whole != "{{{letter}}}") || tag.starts_with('&') ||
                   tag.starts_with('=')) {
            return broken(fmt::format("{}: `{}` would not be escaped", page.name, whole));
        } else if (!tag.starts_with('!')) {
            out += whole;
        }
    }
    return out;
}

mustache::data to_data(const value& from) {
    // a section of an empty text is not shown, as a reader of the page expects
    if (const auto* text = from.as_string())
        return text->empty() ? mustache::data(false) : mustache::data(*text);
    if (const auto* flag = from.as_bool()) return mustache::data(*flag);
    if (const auto* number = from.as_integer()) return mustache::data(std::to_string(*number));
    if (const auto* items = from.as_array()) {
        mustache::data list{mustache::data::type::list};
        for (const auto& each : *items) list.push_back(to_data(each));
        return list;
    }
    if (const auto* members = from.as_object()) {
        mustache::data object{mustache::data::type::object};
        for (const auto& [name, held] : *members) object.set(name, to_data(held));
        return object;
    }
    return mustache::data(false);
}

}  // namespace

struct page_book::compiled {
    explicit compiled(const std::string& text) : form(text) {}
    mustache::mustache form;
    std::mutex one_at_a_time{};  // rendering keeps its state in the template
};

page_book::page_book() = default;
page_book::page_book(page_book&&) noexcept = default;
page_book::~page_book() = default;

result<page_book> page_book::compile(const std::vector<page_source>& sources) {
    page_book made;
    std::map<std::string, std::string> files;
    for (const auto& each : sources) {
        if (each.name.ends_with(".page")) files.emplace(each.name, each.text);
        if (each.name.ends_with(".css") || each.name.ends_with(".json"))
            made.assets_.emplace(each.name, each.text);
        for (const auto which : all_languages)
            if (each.name == std::string(name_of(which)) + ".txt" ||
                each.name.ends_with("." + std::string(name_of(which)) + ".txt"))
                PYKALA_CHECK(read_texts(each, which, made.texts_));
    }
    for (const auto& [key, text] : made.texts_)
        if (text.fi.empty() || text.sv.empty() || text.en.empty())
            return broken(fmt::format("texts: `{}` is not there in all three languages", key));
    const auto layout = files.find("layout.page");
    if (layout == files.end()) return broken("there is no `layout.page`");
    constexpr std::string_view opening = "{{! title: ";
    for (const auto& [name, text] : files) {
        if (name == "layout.page" || name.starts_with('_')) continue;
        const auto end = text.find(" }}");
        if (!text.starts_with(opening) || end == std::string::npos)
            return broken(fmt::format("{}:1: does not begin with `{{{{! title: KEY }}}}`", name));
        auto key = text.substr(opening.size(), end - opening.size());
        // a page that stands alone brings its own head, and is also read without this server
        constexpr std::string_view alone = "; alone";
        const bool whole_page = key.ends_with(alone);
        if (whole_page) key.resize(key.size() - alone.size());
        const auto& frame = whole_page ? text : layout->second;
        for (const auto which : all_languages) {
            PYKALA_TRY(const std::string whole,
                       put_together({files, made.texts_, name, key, which}, frame, 0));
            auto page = std::make_unique<compiled>(whole);
            if (!page->form.is_valid())
                return broken(fmt::format("{}: {}", name, page->form.error_message()));
            made.pages_.emplace(std::pair{name.substr(0, name.size() - 5), which}, std::move(page));
        }
    }
    return made;
}

std::string page_book::render(std::string_view page, language in,
                              const value_object& values) const {
    const auto found = pages_.find({std::string(page), in});
    if (found == pages_.end()) throw std::logic_error(fmt::format("no page {}", page));
    const auto data = to_data(value(values));
    const std::scoped_lock held(found->second->one_at_a_time);
    return found->second->form.render(data);
}

std::string page_book::text(std::string_view key, language in) const {
    const auto found = texts_.find(key);
    return found == texts_.end() ? std::string(key) : found->second.in(in);
}

std::string_view page_book::asset(std::string_view name) const {
    const auto found = assets_.find(name);
    return found == assets_.end() ? std::string_view() : found->second;
}

result<std::vector<page_source>> read_pages(std::string_view definitions) {
    PYKALA_TRY(const auto root, find_definitions(definitions));
    const auto top = root / "api" / "pages";
    std::error_code error;
    std::vector<page_source> all;
    for (fs::recursive_directory_iterator at(top, error), end; !error && at != end;
         at.increment(error)) {
        if (!at->is_regular_file(error)) continue;
        std::ifstream file(at->path(), std::ios::binary);
        std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        if (!file)
            return fail(problem_kind::unavailable, "unreadable_definitions",
                        fmt::format("cannot read `{}`", at->path().string()));
        all.push_back({at->path().filename().string(), std::move(text)});
    }
    if (error)
        return fail(problem_kind::unavailable, "unreadable_definitions",
                    fmt::format("cannot read `{}`: {}", top.string(), error.message()));
    return all;
}

}  // namespace pykala::api::web
