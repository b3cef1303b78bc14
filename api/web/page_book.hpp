// The pages, compiled once at start for each language, and rendered from values.
//
// A page is a file `api/pages/NAME.page`; its first line is `{{! title: KEY }}`. It stands where
// `layout.page` says `{{> page}}`, or is a whole document (`{{! title: KEY; alone }}`); other
// `{{> NAME}}` are the files `_NAME.page`. `{{t.KEY}}` is a text of
// `api/pages/texts/{fi,sv,en}.txt` (or `NAME.{fi,sv,en}.txt`), which may itself hold `{{values}}`.
// Values are always escaped; only `{{{letter}}}`, which the letters' own layout has escaped, is put
// in as it is.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/text3.hpp"
#include "engine/base/value.hpp"

namespace pykala::api::web {

struct page_source {
    std::string name;  // without folder: `layout.page`, `fi.txt`, `style.css`
    std::string text;
};

class page_book {
public:
    // Problem `broken_pages` (corrupt): the first fault, with file and key.
    static result<page_book> compile(const std::vector<page_source>& sources);
    page_book(page_book&&) noexcept;
    page_book& operator=(page_book&&) = delete;
    ~page_book();

    // Throws std::logic_error where there is no such page. Safe from several threads.
    std::string render(std::string_view page, language in, const value_object& values) const;
    // A text by its key; the key itself where there is none, so that a gap is seen.
    std::string text(std::string_view key, language in) const;
    // Every key of the texts.
    const std::map<std::string, text3, std::less<>>& texts() const { return texts_; }
    // A file that is sent as it is (style sheet, description of the API); empty where there is
    // none.
    std::string_view asset(std::string_view name) const;

private:
    struct compiled;
    page_book();
    std::map<std::pair<std::string, language>, std::unique_ptr<compiled>> pages_;
    std::map<std::string, text3, std::less<>> texts_;
    std::map<std::string, std::string, std::less<>> assets_;
};

// `api/pages` below the folder of definitions. Problems: `unreadable_definitions`.
result<std::vector<page_source>> read_pages(std::string_view definitions);

}  // namespace pykala::api::web
